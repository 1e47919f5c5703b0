/**
 * A policy in its typed form: what one file says of one account, with each name spelled in one way
 * and every statement carrying its place. Reading and checking the text is not done here.
 */
import type { Located, Location } from './location.ts'
import type { Role } from './snapshot.ts'

export interface Policy {
  /** The path as the user named it, `<stdin>` for standard input. */
  readonly path: string
  /** Hex SHA-256 of the file's bytes. */
  readonly sha256: string
  /** The text of the file, without a BOM. */
  readonly text: string
  readonly account: Located<number> | null
  /** An origin, for example `https://chat.acme.com`. */
  readonly server: Located<string> | null
  /** Null: the policy has no `agents` section, agents are unmanaged. */
  readonly agents: PolicySection<PolicyAgent> | null
  readonly teams: PolicySection<PolicyTeam> | null
  readonly scope: PolicyScope
  readonly rules: PolicyRules
  /** What the policy makes of findings, by their code; critical ones keep severity error. */
  readonly severity: ReadonlyMap<string, Located<WantedSeverity>>
  readonly waivers: readonly PolicyWaiver[]
}

/** Accepts findings of one code at one address, or at every address that a pattern covers. */
export interface PolicyWaiver {
  /** A code. */
  readonly finding: string
  /** As written; a pattern where it holds `*` or `?`. */
  readonly address: string
  readonly reason: string
  readonly owner: string
  /** `YYYY-MM-DD`, the last day (UTC), at its own place. */
  readonly expires: Located<string>
  readonly location: Location
}

/** `off`: only counted. */
export type WantedSeverity = 'error' | 'warning' | 'off'

export interface PolicySection<T> {
  /** Place of the section's key. */
  readonly location: Location
  /** Keyed by e-mail address or team name; no two have the same normal form. */
  readonly entries: ReadonlyMap<string, T>
}

/** A custom role as a policy names it. */
export type WantedCustomRole = { readonly name: string } | { readonly id: number }

export interface PolicyAgent {
  /** As it is written, trimmed and lower-cased: other spellings mean the same person. */
  readonly email: string
  readonly role: Role
  /** Null: not compared. */
  readonly name: string | null
  /** Null: none wanted. */
  readonly customRole: Located<WantedCustomRole> | null
  readonly reason: string | null
  /** `YYYY-MM-DD`, the last day (UTC) of this person's access. Null: it does not end. */
  readonly expires: string | null
  /** `YYYY-MM-DD`, the last day (UTC) on which an open invitation is fine. */
  readonly pendingUntil: string | null
  readonly location: Location
}

export interface PolicyTeam {
  /** As it is written, lower-cased, final sigma folded: other spellings mean the same team. */
  readonly name: string
  /** Null: not compared. An empty text equals a server's null. */
  readonly description: Located<string> | null
  readonly autoAssign: Located<boolean> | null
  /** E-mail address, spelled as under `agents` → place of the list item. */
  readonly members: ReadonlyMap<string, Location>
  readonly location: Location
}

/** What must hold whoever is listed. Null: no such rule. Each at the place of its own key. */
export interface PolicyRules {
  readonly administrators: {
    readonly min: Located<number> | null
    readonly max: Located<number> | null
    /** True, or null where no reason is required. */
    readonly requireReason: Located<true> | null
  }
  /** In their normal form. */
  readonly emailDomains: Located<ReadonlySet<string>> | null
  readonly teamMembers: Located<number> | null
  /** How many days ahead the end of access or of a waiver is announced. */
  readonly expiresSoonDays: number
  /** How many days ahead a waiver may end at most. Null: no limit. */
  readonly waiverMaxDays: number | null
}

export interface PolicyScope {
  readonly agents: 'all' | 'administrators'
  readonly ignore: {
    readonly agents: readonly Located<string>[]
    readonly teams: readonly Located<string>[]
  }
}
