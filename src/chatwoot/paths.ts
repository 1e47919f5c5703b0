/** Where Chatwoot's API is, below the base URL. The paths of groups are in group-endpoints.ts. */

export const VERSION_PATH = '/api'

/** Of the owner of the token. */
export const PROFILE_PATH = '/api/v1/profile'

/** @param rest below the account, without a slash at its start */
export function formatAccountPath(accountId: number, rest = ''): string {
  return `/api/v1/accounts/${accountId}${rest === '' ? '' : `/${rest}`}`
}
