/**
 * What depends on Chatwoot's version. Each version that rollcall names is here and nowhere else, and a
 * version that a server gives is read here alone.
 */

/** Chatwoot has each of them from that version on. */
export const SINCE = {
  /** All that rollcall reads. */
  api: '2.9',
  /**
   * A team opens the conversations assigned to it, and a custom role also narrows which conversations a
   * person can open. Before, teams opened nothing and custom roles narrowed only the list.
   */
  access: '4.8.0',
  /** An account has `DAILY_LIMITS`. */
  dailyLimits: '4.16.1',
} as const

/** How many of them Chatwoot allows an account on one day (UTC). */
export const DAILY_LIMITS = { removals: 50, invitations: 100 } as const

/** `either`: the version is not known, so both rules are possible. */
export type AccessRule = 'before' | 'from' | 'either'

export function findAccessRule(serverVersion: string | null): AccessRule {
  const before = isBefore(serverVersion ?? '', SINCE.access)
  return before === null ? 'either' : before ? 'before' : 'from'
}

/** Compares the first two numbers. Null: it is not a version. */
export function isBefore(version: string, since: string): boolean | null {
  const [given, wanted] = [parse(version), parse(since)]
  const difference = given.major - wanted.major || given.minor - wanted.minor
  return Number.isNaN(difference) ? null : difference < 0
}

function parse(version: string) {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? []
  return { major: Number(major), minor: Number(minor) }
}
