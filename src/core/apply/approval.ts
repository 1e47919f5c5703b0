/**
 * The approval: a person approves one document, and an apply writes only if it would make the same
 * document. It is made, compared and explained here; the caller hashes its text, because core has no
 * hash function.
 */

import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { formatAddress } from '../model/address.ts'
import type { Policy } from '../model/policy.ts'
import {
  isObject,
  type Json,
  type JsonObject,
  sortCanonically,
  writeCanonicalJson,
} from './canonical.ts'
import { type ApplyScope, listTouched, type PlannedStep, type SteppedPlan } from './decide.ts'
import type { Limits } from './limits.ts'
import { describeMeaning } from './policy-meaning.ts'
import type { KeptReason } from './reasons.ts'
import type { Write } from './writes.ts'

/** `20261127T10Z`: the hour (UTC) in which an approval ends. */
export type Expiry = string

const APPROVAL_HOURS = 24

/** How far the clocks of two machines may differ, in hours. */
const CLOCK_HOURS = 1

export interface Approved {
  /** Of rollcall. */
  readonly version: string
  readonly expiry: Expiry
  readonly policy: Policy
  readonly scope: ApplyScope
  readonly changes: SteppedPlan
  readonly limits: Limits
  /** The values of `--allow`, as given. */
  readonly allow: readonly string[]
  /** The id of the newest row about access in the audit log; null where it cannot be read. */
  readonly newestAccessRow: number | null
}

/**
 * Everything that an approval covers, under keys that name a difference for people. Not in it: the
 * token or its owner, times, counts, the order of lists, availability.
 */
export function describeApproved(from: Approved): JsonObject {
  const { before, written, keptBack } = from.changes
  const { policy, scope } = from
  const roles = before.customRoles
  const touched = listTouched(from.changes)
  return {
    version: from.version,
    expiry: from.expiry,
    server: before.server,
    account: before.account.id,
    policy: describeMeaning(policy),
    people: Object.fromEntries(
      before.agents
        // The policy may not manage somebody whom a step gives access, or takes it from.
        .filter(({ email }) => scope.hasPerson(email) || touched.has(email))
        .map(({ id, email, role, customRoleId, confirmed, provider }) => [
          email,
          { id, role, custom_role: customRoleId, confirmed, provider },
        ]),
    ),
    groups: Object.fromEntries(
      before.groups
        .map((group) => ({ ...group, address: formatAddress(group.subject) }))
        .filter(({ address }) => scope.hasGroup(address))
        .map(({ address, id, name, members }) => [
          address,
          { id, name, members: sortCanonically(members) },
        ]),
    ),
    custom_roles:
      roles.kind === 'read'
        ? Object.fromEntries(roles.roles.map(({ id, ...role }) => [String(id), toJson(role)]))
        : roles.kind,
    written: written.map(describeStep),
    kept_back: keptBack.map(({ change: { step, address }, because }) => {
      return { step, address, because: describeReason(because) }
    }),
    limits: { ...from.limits },
    allow: sortCanonically(from.allow),
    newest_access_row: from.newestAccessRow,
  }
}

/** Lists are sorted: their order has no meaning. */
function toJson(value: string | number | boolean | object | null | undefined): Json {
  if (typeof value !== 'object' || value === null) return value ?? null
  if (Array.isArray(value)) return sortCanonically(value)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toJson(each)]))
}

function describeStep({ change, writes }: PlannedStep): Json {
  const { step, address, before, after } = change
  const facts = { before: toJson(before), after: toJson(after) }
  return { step, address, ...facts, writes: writes.map(describeWrite) }
}

function describeReason(because: KeptReason): Json {
  switch (because.kind) {
    case 'permission':
      return { allow: because.allow }
    case 'denied':
      return 'denied'
    case 'waits':
      return { waits: because.address }
  }
}

/** The person and the things that a request names, with the ids that it will send. */
export function describeWrite(write: Write): JsonObject {
  const { kind } = write
  const rest = Object.entries(write).flatMap(([key, value]): [string, Json][] => {
    switch (key) {
      case 'kind':
        return []
      case 'person':
        return [[key, { email: value.stored, id: value.id }]]
      case 'definition':
      case 'group':
        return [[key, { address: formatAddress(value.subject), id: value.id }]]
      default:
        return [[key, toJson(value)]]
    }
  })
  return { kind, ...Object.fromEntries(rest) }
}

/**
 * @param document from `describeApproved`, with this expiry
 * @param sha256 of a text in UTF-8, in hex
 */
export function approve(
  document: JsonObject,
  expiry: Expiry,
  sha256: (text: string) => string,
): Approval {
  return { expiry, hash: sha256(writeCanonicalJson(document)) }
}

/** `hash`: SHA-256 in hex. */
export interface Approval {
  readonly expiry: Expiry
  readonly hash: string
}

/** `20261127T10Z-9f86d081…`. */
export function formatApproval({ expiry, hash }: Approval): string {
  return `${expiry}-${hash}`
}

const APPROVAL = /^(\d{8}T\d{2}Z)-([0-9a-f]{64})$/

/** Null: not an approval. */
export function parseApproval(text: string): Approval | null {
  const [, expiry, hash] = APPROVAL.exec(text.trim()) ?? []
  return expiry === undefined || hash === undefined ? null : { expiry, hash }
}

/** The hour in which an approval that is given now ends. `now`: RFC 3339, UTC. */
export function chooseExpiry(now: string, hours: number = APPROVAL_HOURS): Expiry {
  // biome-ignore lint/style/noRestrictedGlobals: arithmetic on a given time, not the time of day
  const at = new Date(`${now.slice(0, 13)}:00:00Z`)
  at.setUTCHours(at.getUTCHours() + hours + 1)
  return formatHour(at.toISOString())
}

function formatHour(time: string): Expiry {
  return `${time.slice(0, 13).replaceAll('-', '')}Z`
}

/** `2026-11-27 10:00 UTC`. */
export function describeExpiry(expiry: Expiry): string {
  return expiry.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})Z$/, '$1-$2-$3 $4:00 UTC')
}

/** What is known about the approved plan: only its approval, or the whole document. */
export interface Given {
  readonly approval: Approval
  /** Of a report. */
  readonly document: JsonObject | null
}

/**
 * What stops an apply with an approval; empty: the approval is for exactly this plan.
 * @param own the approval that this plan would get with the expiry of the given one
 */
export function checkApproval(
  given: Given,
  own: Approval,
  document: JsonObject,
  now: string,
): readonly Diagnostic[] {
  const { approval } = given
  if (formatHour(now) >= approval.expiry) {
    return [
      makeDiagnostic({
        code: 'guard-approval-expired',
        summary: `The approval expired at ${describeExpiry(approval.expiry)}.`,
      }),
    ]
  }
  if (approval.expiry > chooseExpiry(now, APPROVAL_HOURS + CLOCK_HOURS)) {
    return [
      makeDiagnostic({
        code: 'guard-approval-expired',
        summary: `The approval is valid until ${describeExpiry(approval.expiry)}, which is more than a day.`,
      }),
    ]
  }
  if (approval.hash === own.hash) return []
  const differences =
    given.document === null ? [] : listDocumentDifferences(given.document, document)
  return [
    makeDiagnostic({
      code: 'guard-approval-differs',
      summary: 'The approval is for another plan.',
      detail:
        differences.length === 0
          ? 'An approval alone does not show what has changed. `--approve REPORT.json` does.'
          : `What has changed since: ${differences.join('; ')}.`,
    }),
  ]
}

export interface UsedApproval {
  readonly hash: string
  /** The journal of the run that used it. */
  readonly file: string
}

/**
 * What stops an apply with an approval that fits, but with which an earlier run wrote something. The
 * account then came back to what it was, and nobody approved that.
 */
export function checkUnused(
  { approval }: Given,
  used: readonly UsedApproval[],
): readonly Diagnostic[] {
  return used
    .filter(({ hash }) => hash === approval.hash)
    .slice(0, 1)
    .map(({ file }) =>
      makeDiagnostic({
        code: 'guard-approval-differs',
        summary: `An apply with this approval wrote something before, according to ${file}.`,
        detail:
          'The account is again as it was before that apply, perhaps because somebody undid it.',
        advice:
          'Check what happened since. For the same plan, `rollcall plan --approval` shows another approval from the next full hour on.',
      }),
    )
}

const SHOWN = 10

/** In words, by the place of each in the document. At most ten, and how many more. */
export function listDocumentDifferences(before: JsonObject, after: JsonObject): readonly string[] {
  const all = compareJson('', before, after)
  const rest = all.length - SHOWN
  return rest > 0 ? [...all.slice(0, SHOWN), `and ${rest} more`] : all
}

function compareJson(place: string, before: Json | undefined, after: Json | undefined): string[] {
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...keys].flatMap((key) =>
      compareJson(place === '' ? key : `${place} ${key}`, before[key], after[key]),
    )
  }
  const [was, is] = [before, after].map((each) =>
    each === undefined ? 'nothing' : writeCanonicalJson(each),
  )
  if (was === is) return []
  if (Array.isArray(before) && Array.isArray(after)) {
    const [had, has] = [
      new Set(before.map(writeCanonicalJson)),
      new Set(after.map(writeCanonicalJson)),
    ]
    const gone = [...had].filter((each) => !has.has(each)).map((each) => `${place} without ${each}`)
    const come = [...has].filter((each) => !had.has(each)).map((each) => `${place} with ${each}`)
    return gone.length + come.length > 0 ? [...gone, ...come] : [`${place} in another order`]
  }
  return [`${place} ${was}, now ${is}`]
}
