/**
 * Reads one page of the audit log. Takes only what rollcall uses: rows also have IP addresses and the
 * changed values of things that may be secret, and these are dropped here. Ignores rows that are not
 * about access, and refuses a page with a row about access that it does not understand.
 */
import { isRequestId } from '../core/apply/journal.ts'
import {
  type AuditActor,
  type AuditRow,
  type GroupAction,
  isInFuture,
} from '../core/model/activity.ts'
import { type GroupKind, KINDS } from '../core/model/kinds.ts'
import type { Role } from '../core/model/role.ts'
import {
  type BodyObject,
  openField,
  readField,
  readList,
  readNumber,
  readNumberOrNull,
  readRecord,
  readText,
  readTextOrNull,
} from './body-object.ts'
import type { Client } from './client.ts'
import { ENDPOINTS } from './group-endpoints.ts'
import { formatAccountPath } from './paths.ts'
import type { Decode } from './reply.ts'

export interface AuditPage {
  readonly rows: readonly AuditRow[]
  /** Rows of a full page. */
  readonly perPage: number
  /** Rows of the whole log. */
  readonly total: number
  /** The newest row of this page that matters for an approval. */
  readonly newestAccessRow: number | null
}

/** @param page from 1, the newest rows first */
export function readAuditPage(client: Client, accountId: number, page: number): Promise<AuditPage> {
  const path = formatAccountPath(accountId, `audit_logs?page=${page}`)
  return client.get(path, decodeAuditPage(accountId, page))
}

/** Null if there is none. The log begins with the latest time, so such a row is the first of the log. */
export function findFutureRow(client: Client, { rows: [first] }: AuditPage): AuditRow | null {
  return first && isInFuture(first.at, client.now().toISOString()) ? first : null
}

function decodeAuditPage(accountId: number, page: number): Decode<AuditPage> {
  return (body, refuse) => {
    const log = readRecord(body, 'body', refuse)
    const list = readList(readField(log, 'audit_logs'), 'audit_logs', refuse)
    const perPage = readNumber(log, 'per_page')
    if (perPage === 0) refuse('per_page should be at least 1')
    const total = readNumber(log, 'total_entries')
    const current = readField(log, 'current_page')
    if (current !== page) refuse(`current_page should be ${page}`)
    const rows = list.map((each, index) => {
      const entry = readRecord(each, `audit_logs[${index}]`, refuse)
      return { row: decodeRow(entry, accountId), access: isAboutAccess(entry) }
    })
    const expected = Math.min(perPage, Math.max(0, total - (page - 1) * perPage))
    // New rows can appear while the server counts and lists.
    if (rows.length < expected || rows.length > perPage) {
      refuse(`audit_logs should have ${expected} rows on page ${page}, it has ${rows.length}`)
    }
    const late = rows.findIndex(({ row }, index) => row.at > (rows[index - 1]?.row.at ?? row.at))
    if (late >= 0) refuse(`audit_logs[${late}] should not be newer than the row before it`)
    const ids = rows.filter(({ access }) => access).map(({ row }) => row.id)
    return {
      rows: rows.map(({ row }) => row),
      perPage,
      total,
      newestAccessRow: ids.length === 0 ? null : Math.max(...ids),
    }
  }
}

const LOGGED = KINDS.map((of) => ({ of, ...ENDPOINTS[of.section].logged }))
const ABOUT_ACCESS = [
  'AccountUser',
  'Account',
  ...LOGGED.flatMap(({ group, member }) => [group, member]),
]

/** Changes all day when people come online or go offline. It gives or takes no access. */
function isAboutAccess(row: BodyObject): boolean {
  const type = readField(row, 'auditable_type')
  if (!ABOUT_ACCESS.some((each) => each === type)) return false
  const changed = Object.keys(openField(row, 'audited_changes').value)
  return changed.length === 0 || changed.some((key) => key !== 'availability')
}

type Event = Pick<AuditRow, 'id' | 'at' | 'by' | 'apply'>

/** What the rows of every type have. */
interface Parts {
  readonly row: BodyObject
  readonly event: Event
  readonly action: unknown
  readonly changes: BodyObject
}

/** In seconds since 1970. A later time is not valid. */
const LATEST = 8_640_000_000

function decodeRow(row: BodyObject, accountId: number): AuditRow {
  const account = readField(row, 'associated_id')
  if (readField(row, 'associated_type') === 'Account' && account !== accountId) {
    row.refuse(`${row.at}.associated_id should be ${accountId}`)
  }
  const request = readField(row, 'request_uuid')
  const event = {
    id: readNumber(row, 'id'),
    at: new Date(readNumber(row, 'created_at', LATEST) * 1000).toISOString(),
    by: decodeActor(row),
    apply: typeof request === 'string' && isRequestId(request) ? request : null,
  }
  const action = readField(row, 'action')
  const parts = { row, event, action, changes: openField(row, 'audited_changes') }
  const type = readText(row, 'auditable_type')
  switch (type) {
    case 'AccountUser':
      return decodePerson(parts)
    case 'User': {
      if (action !== 'sign_in') return { ...event, type: 'other' }
      return { ...event, type: 'sign-in', userId: readNumber(row, 'user_id') }
    }
    default: {
      const about = LOGGED.find(({ group, member }) => type === group || type === member)
      if (about === undefined) return { ...event, type: 'other' }
      const { of, group, groupId } = about
      return type === group ? decodeGroup(parts, of) : decodeMember(parts, of, groupId)
    }
  }
}

function decodeActor(row: BodyObject): AuditActor | null {
  const id = readNumberOrNull(row, 'user_id')
  const name = readTextOrNull(row, 'username')
  return id === null && name === null ? null : { id, name }
}

/** A row about the membership of a person in the account. */
function decodePerson({ row, event, action, changes }: Parts): AuditRow {
  const there = readNumberOrNull(openField(row, 'auditable'), 'user_id')
  const changed = readNumberOrNull(changes, 'user_id')
  if (there !== null && changed !== null && there !== changed) {
    row.refuse(`${row.at} should name one user, it names ${there} and ${changed}`)
  }
  const role = readField(changes, 'role')
  const toRole = (value: unknown) => decodeRole(value, changes)
  const person = () =>
    ({
      ...event,
      type: 'person',
      membershipId: readNumber(row, 'auditable_id'),
      userId: there ?? changed,
      // The server shows what the row is about only while it exists.
      ended: readField(row, 'auditable') === null,
    }) as const
  if (action === 'create') {
    const inviterId = readNumberOrNull(changes, 'inviter_id')
    return { ...person(), action: { kind: 'added', role: toRole(role), inviterId } }
  }
  if (action !== 'update' || role === undefined) return { ...event, type: 'other' }
  if (!Array.isArray(role) || role.length !== 2) {
    return changes.refuse(`${changes.at}.role should be two roles`)
  }
  const [from, to] = role.map(toRole) as [Role | null, Role | null]
  return { ...person(), action: { kind: 'role-changed', from, to } }
}

function decodeRole(value: unknown, { at, refuse }: BodyObject): Role | null {
  switch (value ?? null) {
    case 0:
      return 'agent'
    case 1:
      return 'administrator'
    case null:
      return null
    default:
      return refuse(`${at}.role should be 0 (agent) or 1 (administrator)`)
  }
}

function decodeMember({ event, action, changes }: Parts, of: GroupKind, key: string): AuditRow {
  if (action !== 'create' && action !== 'destroy') return { ...event, type: 'other' }
  return {
    ...event,
    type: 'member',
    of,
    groupId: readNumber(changes, key),
    userId: readNumber(changes, 'user_id'),
    action: action === 'create' ? 'added' : 'removed',
  }
}

const GROUP_ACTIONS: Readonly<Record<string, GroupAction>> = {
  create: 'created',
  update: 'changed',
  destroy: 'deleted',
}

function decodeGroup({ row, event, action, changes }: Parts, of: GroupKind): AuditRow {
  const known =
    typeof action === 'string' && Object.hasOwn(GROUP_ACTIONS, action) && GROUP_ACTIONS[action]
  const given = readField(changes, 'name')
  const columns = Object.entries({ name: 'name', ...ENDPOINTS[of.section].columns })
  const compared = columns.filter(([, column]) => readField(changes, column) !== undefined)
  const settings = known === 'changed' ? compared.map(([key]) => key) : []
  if (!known || (known === 'changed' && settings.length === 0)) return { ...event, type: 'other' }
  const name: unknown = Array.isArray(given) ? given.at(-1) : given
  const groupId = readNumber(row, 'auditable_id')
  const text = typeof name === 'string' ? name : null
  return { ...event, type: 'group', of, groupId, name: text, action: known, settings }
}
