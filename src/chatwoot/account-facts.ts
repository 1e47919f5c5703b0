/**
 * What an approval covers of an account besides its people and groups: whether it has custom roles, and
 * the newest row of its audit log that is about access. The token may not see them, or they may not
 * exist: then they are null, which is not an error.
 */
import { findFutureRow, readAuditPage } from './audit-log.ts'
import { readField } from './body-object.ts'
import type { Client } from './client.ts'
import { formatAccountPath } from './paths.ts'
import { readIfAllowed } from './read.ts'

export interface AccountFacts {
  readonly customRoles: boolean | null
  readonly newestAccessRow: number | null
}

/** Sign-ins can fill whole pages. Older pages are not read. */
const PAGES = 20

export async function readAccountFacts(client: Client, accountId: number): Promise<AccountFacts> {
  const features = await readIfAllowed(readFeatures(client, accountId))
  const customRoles = features?.customRoles ?? null
  // The log of a feature that is off is empty.
  if (features?.auditLogs === false) return { customRoles, newestAccessRow: null }
  let newestAccessRow: number | null = null
  for (let page = 1; page <= PAGES && newestAccessRow === null; page += 1) {
    const read = await readIfAllowed(readAuditPage(client, accountId, page))
    if (read === null || read.rows.length === 0) break
    // A row with a wrong time hides which row is the newest.
    if (findFutureRow(client, read) !== null) break
    newestAccessRow = read.newestAccessRow
  }
  return { customRoles, newestAccessRow }
}

/** What an account may use. Null: the server does not say. */
export function readFeatures(client: Client, accountId: number) {
  return client.get(formatAccountPath(accountId), decodeFeatures)
}

/** The list contains only those that are on. */
function decodeFeatures(body: unknown) {
  const features = readField({ value: Object(body) }, 'features')
  const given = typeof features === 'object' && features !== null && !Array.isArray(features)
  const [custom, audit] = ['custom_roles', 'audit_logs'].map((key) =>
    readField({ value: Object(features) }, key),
  )
  return {
    customRoles: typeof custom === 'boolean' ? custom : null,
    auditLogs: typeof audit === 'boolean' ? audit : given && audit === undefined ? false : null,
  }
}
