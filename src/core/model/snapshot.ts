/**
 * One complete read of an account: only what rollcall compares or shows, with server ids for later
 * execution. It exists only if everything was read: an incomplete read is not a snapshot.
 */

import type { RecordedActivity } from './activity.ts'
import type { GroupKind, SettingValue } from './kinds.ts'
import type { Role } from './role.ts'

export type { Role } from './role.ts'

/** Of its JSON document. */
export const SNAPSHOT_FORMAT = 'rollcall.snapshot'
export const SNAPSHOT_VERSION = '1.2'

export interface Snapshot {
  /** Origin of the server that answered. */
  readonly server: string
  /** Chatwoot's version as the server gives it. Null: not read, or the server does not give it. */
  readonly serverVersion: string | null
  readonly account: { readonly id: number; readonly name: string }
  /** The owner of the token, with the role on this account. */
  readonly caller: { readonly email: string; readonly role: Role }
  readonly startedAt: string
  readonly finishedAt: string
  /** Requests sent, repeated ones included. */
  readonly requests: number
  readonly agents: readonly SnapshotAgent[]
  /** By kind, then by name. */
  readonly groups: readonly SnapshotGroup[]
  /** Whether it has the groups of a kind, by the section of the kind. Otherwise there are none in `groups`. */
  readonly coverage: Readonly<Record<string, GroupCoverage>>
  readonly customRoles: CustomRoles
  readonly activity: Activity
  /** The account and the fleet file that it was taken for. Null without a fleet. */
  readonly fleet?: FleetMark
}

/** Marks a file with the account and the fleet file that it belongs to. */
export interface FleetMark {
  /** Of the account in that file. */
  readonly name: string
  /** Hex SHA-256 of that file. */
  readonly sha256: string
}

/** `unread`: not requested. `unreadable`: the token shows only a part of them. */
export type GroupCoverage = 'read' | 'unread' | 'unreadable'

export function hasGroups({ coverage }: Pick<Snapshot, 'coverage'>, of: GroupKind): boolean {
  return coverage[of.section] === 'read'
}

export interface SnapshotAgent {
  readonly id: number
  /** As the server stores it: trimmed, lower-cased. */
  readonly email: string
  readonly name: string
  readonly role: Role
  /** False while the invitation is open. */
  readonly confirmed: boolean
  /** How the person signs in (`email`, `saml` …); null where the server does not say. */
  readonly provider: string | null
  readonly customRoleId: number | null
}

export interface SnapshotGroup {
  readonly of: GroupKind
  readonly id: number
  /** As the server stores it. */
  readonly name: string
  /** All settings of its kind, by key. An absent text is empty. */
  readonly settings: Readonly<Record<string, SettingValue>>
  /** E-mail addresses. Every one of them is in the agent list. */
  readonly members: readonly string[]
  /** E-mail addresses of people who left the account but not yet the group. */
  readonly ghosts: readonly string[]
}

/**
 * `unsupported`: the server's code has no custom roles. `unread`: they were not requested.
 * `unreadable`: the server refused them to this token, or would have.
 */
export type CustomRoles =
  | {
      readonly kind: 'unsupported' | 'unread' | 'unreadable'
      /**
       * The answer that refused them; absent if rollcall did not try, because the owner is not an
       * administrator.
       */
      readonly because?: Refusal | undefined
    }
  | { readonly kind: 'read'; readonly roles: readonly CustomRole[] }

export interface Refusal {
  readonly detail: string | null
  readonly requestId: string | null
}

export interface CustomRole {
  readonly id: number
  readonly name: string
  /** Empty where the server has none. */
  readonly description: string
  /** Sorted, each once. Null: not read, as in snapshots of format 1.0. */
  readonly permissions: readonly string[] | null
}

/** Whether the log was read, or why not. Only `read` says something about people. */
export type Activity =
  | { readonly state: 'not-asked' }
  /** The account's feature is off, so the log is always empty. */
  | { readonly state: 'off' }
  /** Chatwoot's code without the enterprise folder has no such log. */
  | { readonly state: 'unsupported' }
  /** The server refused it to this token, or answered with something else. */
  | { readonly state: 'unreadable'; readonly because: ActivityRefusal }
  | RecordedActivity

export interface ActivityRefusal extends Refusal {
  /** One sentence. */
  readonly summary: string
  /** Another read may succeed. Absent in a file: the file stays as it is. */
  readonly retryable?: true
}

export function joinRefusal({ summary, detail }: ActivityRefusal): string {
  return detail === null ? summary : `${summary} ${detail}`
}

/** The next step after such a refusal, which an administrator gets only from a server with a problem. */
export function adviseAfterRefusal(
  { role }: Pick<Snapshot['caller'], 'role'>,
  { retryable }: ActivityRefusal,
): string {
  if (role !== 'administrator') return 'Use the token of an administrator.'
  return retryable
    ? 'Run again in a few minutes. If you get this message again, check the server.'
    : 'Check the server, and the proxy in front of it if there is one.'
}

/** Whether the server refused to show custom roles, although an administrator asked. */
export function isRefusingCustomRoles({
  caller,
  customRoles,
}: Pick<Snapshot, 'caller' | 'customRoles'>): boolean {
  return caller.role === 'administrator' && customRoles.kind === 'unreadable'
}

/** The next step then. */
export const CHECK_CUSTOM_ROLES = 'Check that custom roles are switched on for the account.'

export interface KnownCustomRole extends CustomRole {
  readonly permissions: readonly string[]
}
