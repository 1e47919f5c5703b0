/** What rollcall reports about an account: one fact with a code, and whether it counts. */
import type { Subject } from '../model/address.ts'
import type { Location } from '../model/location.ts'
import type { FindingCode, Risk, Severity } from './finding-records.ts'

export interface Finding {
  /** `code:address`, unique in an account and stable between runs. */
  readonly id: string
  readonly code: FindingCode
  readonly subject: Subject
  readonly address: string
  readonly risk: Risk
  readonly severity: Severity
  /** A short phrase to follow the name of the subject. Contains text from the server: hostile. */
  readonly summary: string
  /** How texts differ that look the same to a reader. Null: nothing looks alike. Hostile. */
  readonly difference: string | null
  /** Null only if the policy has no section for it. */
  readonly location: Location | null
  readonly disposition: Disposition
  /** The waiver that accepts it, if the finding is waived. */
  readonly waiver: Waiver | null
  /** What the audit log says about how it came to be. Null: it was not read, or has nothing to say. */
  readonly activity: FindingActivity | null
}

/** `unrecorded`: the log has nothing, as far back as `from`. `never`: Chatwoot does not record it. */
export type FindingActivity =
  | ({ readonly kind: 'recorded' } & RecordedOrigin)
  /** `settings`: only if several settings differ and no single event explains all of them. */
  | {
      readonly kind: 'unrecorded'
      readonly from: string
      readonly settings?: readonly SettingOrigin[]
    }
  | { readonly kind: 'never' }

export interface SettingOrigin {
  /** Its key in the policy. */
  readonly setting: string
  /** Null: no row changed it, as far back as the log was read. */
  readonly origin: RecordedOrigin | null
}

export interface RecordedOrigin {
  readonly what: OriginAction
  readonly at: string
  /** An e-mail address, or a user without one. Null: no user, but the server. Hostile. */
  readonly by: string | null
  /** The request id, if `rollcall apply` did it. */
  readonly apply: string | null
}

export type OriginAction =
  | 'added'
  | 'added as administrator'
  | 'made administrator'
  | 'made agent'
  | 'removed'
  | 'created'
  | 'changed'
  | 'deleted'

/** Whether a finding counts. `off`: switched off by the policy; such findings are only counted. */
export type Disposition = 'open' | 'waived' | 'off'

/** Who accepted a finding, why, and until when (`YYYY-MM-DD`, the last day, UTC). */
export interface Waiver {
  readonly reason: string
  readonly owner: string
  readonly expires: string
  readonly location: Location
}

/** Neither waived nor switched off. */
export function isOpen({ disposition }: Finding): boolean {
  return disposition === 'open'
}

/** Drift is an open finding of severity error. */
export function isDrift(finding: Finding): boolean {
  return isOpen(finding) && finding.severity === 'error'
}

export interface WaivedFinding extends Finding {
  readonly waiver: Waiver
}

export function listWaived(findings: readonly Finding[]): readonly WaivedFinding[] {
  return findings.flatMap((each) =>
    each.waiver === null ? [] : [{ ...each, waiver: each.waiver }],
  )
}
