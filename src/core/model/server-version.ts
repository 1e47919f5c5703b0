/**
 * How Chatwoot's version affects access: from 4.8.0 on, a team opens the conversations assigned to it,
 * and a custom role also narrows which conversations a person can open. Before, teams opened nothing
 * and custom roles narrowed only the list.
 */

/** `either`: the version is not known, so both rules are possible. */
export type AccessRule = 'before' | 'from' | 'either'

export const ACCESS_RULE_SINCE = '4.8.0'

const SINCE = [4, 8] as const

export function findAccessRule(serverVersion: string | null): AccessRule {
  const [, major, minor] = /^v?(\d+)\.(\d+)(?!\d)/.exec(serverVersion ?? '') ?? []
  if (major === undefined || minor === undefined) return 'either'
  const difference = Number(major) - SINCE[0] || Number(minor) - SINCE[1]
  return difference < 0 ? 'before' : 'from'
}
