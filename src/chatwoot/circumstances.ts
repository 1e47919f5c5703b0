/**
 * What an approval has to know of an account beside its people and groups: whether it has custom roles,
 * and the newest row of its audit log that is about access. Both may be hidden from the token, or not
 * exist: then they are null, which is no error.
 */
import { Failure } from '../core/messages/diagnostic.ts'
import type { Client } from './client.ts'
import { readField } from './read-field.ts'
import type { Decode } from './reply.ts'

export interface AccountFacts {
  readonly customRoles: boolean | null
  readonly newestAccessRow: number | null
}

/** Of a page of the audit log. */
interface AuditPage {
  readonly rows: number
  readonly newest: number | null
}

const ABOUT_ACCESS = ['AccountUser', 'TeamMember', 'InboxMember', 'Team', 'Inbox', 'Account']
/** Sign-ins can fill pages; further back nobody looks. */
const PAGES = 20

export async function readAccountFacts(client: Client, accountId: number): Promise<AccountFacts> {
  const account = `/api/v1/accounts/${accountId}`
  const customRoles = await readIfAllowed(client.get(account, decodeFeature))
  let newestAccessRow: number | null = null
  for (let page = 1; page <= PAGES && newestAccessRow === null; page += 1) {
    const read = await readIfAllowed(
      client.get(`${account}/audit_logs?page=${page}`, decodeAuditPage),
    )
    if (read === null || read.rows === 0) break
    newestAccessRow = read.newest
  }
  return { customRoles, newestAccessRow }
}

async function readIfAllowed<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}

const decodeFeature: Decode<boolean | null> = (body) => {
  const value = readField(readField(body, 'features'), 'custom_roles')
  return typeof value === 'boolean' ? value : null
}

const decodeAuditPage: Decode<AuditPage> = (body, refuse) => {
  const rows = readField(body, 'audit_logs')
  if (!Array.isArray(rows)) return refuse('audit_logs should be a list')
  const ids = rows
    .filter(isAboutAccess)
    .map((row) => readField(row, 'id'))
    .filter((id): id is number => typeof id === 'number')
  return { rows: rows.length, newest: ids.length === 0 ? null : Math.max(...ids) }
}

/** Whether somebody is at the desk changes all day, and nobody's access. */
function isAboutAccess(row: unknown): boolean {
  if (!ABOUT_ACCESS.includes(String(readField(row, 'auditable_type')))) return false
  const changed = Object.keys(Object(readField(row, 'audited_changes')))
  return changed.length === 0 || changed.some((key) => key !== 'availability')
}
