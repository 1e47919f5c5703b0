/** Where Chatwoot's API is, below the base URL. The paths of groups are in group-endpoints.ts. */

export const VERSION_PATH = '/api'

/** Of the owner of the token. */
export const PROFILE_PATH = '/api/v1/profile'

/** @param rest below the account, without a slash at its start */
export function formatAccountPath(accountId: number, rest = ''): string {
  return `/api/v1/accounts/${accountId}${rest === '' ? '' : `/${rest}`}`
}

/** @param page counts from 1 */
export function formatAuditPath(accountId: number, page: number): string {
  return formatAccountPath(accountId, `audit_logs?page=${page}`)
}
