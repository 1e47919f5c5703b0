/**
 * The kinds of groups: named things with settings and members. A row has everything that the engine
 * needs to know about a kind; other code asks the row and never which kind it is.
 */
import { normaliseTeamName, spellTeamName } from './names.ts'
import type { Role } from './role.ts'
import type { Action, Step } from './steps.ts'

export type SettingValue = string | boolean

export interface Setting {
  /** Its key in policies, snapshots and changes. */
  readonly key: string
  readonly label: string
  readonly type: 'text' | 'flag'
  /** The default value, which an export leaves out. */
  readonly usual: SettingValue
}

const TEAM_CODES = {
  missing: 'team-missing',
  unexpected: 'team-unexpected',
  differs: 'team-differs',
  memberMissing: 'member-missing',
  memberUnexpected: 'member-unexpected',
  memberGhost: 'member-ghost',
} as const

const INBOX_CODES = {
  missing: 'inbox-missing',
  unexpected: 'inbox-unexpected',
  differs: 'inbox-differs',
  memberMissing: 'inbox-member-missing',
  memberUnexpected: 'inbox-member-unexpected',
  memberGhost: 'member-ghost',
} as const

type GroupFact = keyof typeof TEAM_CODES

/** Finding codes; the catalogue must contain all of them. */
type GroupCode = (typeof TEAM_CODES | typeof INBOX_CODES)[GroupFact]

/** The keys of the sections in policies, snapshots and reports. */
export type SectionKey = 'teams' | 'inboxes'

export interface GroupKind {
  readonly label: string
  readonly plural: string
  readonly section: SectionKey
  /** The second number of the first version of the format of snapshots that has it. */
  readonly keptSince: number
  /** What reports call its memberships. */
  readonly memberSection: string
  /** The start of its addresses. */
  readonly prefix: string
  readonly settings: readonly Setting[]
  readonly codes: Readonly<Record<GroupFact, GroupCode>>
  /** What writes a group of the kind; null: rollcall never does. Members have steps of their own. */
  readonly steps: Readonly<Record<Action, Step | null>>
  /** What else is lost if one is deleted. Empty where that is never done. */
  readonly lostWith: string
  /** Whether the server shows all of them to every token. If not, they are only read on demand. */
  readonly shownTo: 'everybody' | 'administrators'
  /** Whether somebody who left the account may stay in its list of members for a while. */
  readonly keepsGhosts: boolean
  /** The finding about a member whom only the audit log shows; null: every member is in a list. */
  readonly hidden: 'inbox-member-hidden' | null
  /** The rule of a policy about how many members each needs, and its finding. */
  readonly sizeRule: {
    readonly key: 'teamMembers'
    readonly code: 'rule-team-members'
  } | null
  /** The risk of a member who should not be one, by the role of the person. */
  readonly memberRisk: Readonly<Record<Role, 'high' | 'medium' | 'low'>>
  /**
   * What a membership opens: every conversation inside the group, or, since `SINCE.access`, those
   * assigned to it, wherever they are.
   */
  readonly opens: 'inside' | 'assigned'
  /** How a name from a policy is shown and addressed. */
  readonly spell: (name: string) => string
  /** Names with the same normal form mean the same group, or several groups that share a name. */
  readonly normalise: (name: string) => string
  /**
   * Null: names are unique. Otherwise names can repeat and an id identifies the group: the code of the
   * diagnostic for an ambiguous name.
   */
  readonly repeats: 'policy-ambiguous-inbox' | null
}

export const TEAM: GroupKind = {
  label: 'team',
  plural: 'teams',
  section: 'teams',
  keptSince: 0,
  memberSection: 'members',
  prefix: 'team',
  settings: [
    { key: 'description', label: 'Description', type: 'text', usual: '' },
    { key: 'auto_assign', label: 'Automatic assignment', type: 'flag', usual: true },
  ],
  codes: TEAM_CODES,
  steps: { create: 'create-team', update: 'update-team', delete: 'delete-team' },
  lostWith: 'its conversations lose their team',
  shownTo: 'everybody',
  keepsGhosts: true,
  hidden: null,
  sizeRule: { key: 'teamMembers', code: 'rule-team-members' },
  memberRisk: { administrator: 'medium', agent: 'medium' },
  opens: 'assigned',
  spell: spellTeamName,
  normalise: normaliseTeamName,
  repeats: null,
}

export const INBOX: GroupKind = {
  label: 'inbox',
  plural: 'inboxes',
  section: 'inboxes',
  keptSince: 1,
  memberSection: 'inbox_members',
  prefix: 'inbox',
  settings: [
    // No usual value: every inbox has a channel.
    { key: 'channel', label: 'Channel', type: 'text', usual: '' },
    { key: 'auto_assign', label: 'Automatic assignment', type: 'flag', usual: true },
  ],
  codes: INBOX_CODES,
  steps: { create: null, update: null, delete: null },
  lostWith: '',
  shownTo: 'administrators',
  keepsGhosts: false,
  hidden: 'inbox-member-hidden',
  sizeRule: null,
  memberRisk: { administrator: 'low', agent: 'high' },
  opens: 'inside',
  spell: (name) => name.trim(),
  normalise: (name) => name.trim(),
  repeats: 'policy-ambiguous-inbox',
}

/** In the order in which they are shown. */
export const KINDS: readonly GroupKind[] = [TEAM, INBOX]

/** `Teams`. */
export function getHeading({ plural }: Pick<GroupKind, 'plural'>): string {
  return plural.charAt(0).toUpperCase() + plural.slice(1)
}

/** `team_id`: the key of the id of one, in a list that has several kinds. */
export function getIdKey({ prefix }: GroupKind): string {
  return `${prefix}_id`
}

/** The kind that findings of a code are about. Null: they are about something else. */
export function findKindByCode(code: string): GroupKind | null {
  const fits = ({ codes, hidden, sizeRule }: GroupKind) =>
    [...Object.values<string | null>(codes), hidden, sizeRule?.code].includes(code)
  return KINDS.find(fits) ?? null
}

/** `team, inbox or desk`: a word for each. */
export function joinKinds(
  joint: 'and' | 'or',
  word: (of: GroupKind) => string,
  kinds: readonly GroupKind[] = KINDS,
): string {
  return joinWords(joint, kinds.map(word))
}

export function joinWords(joint: 'and' | 'or', words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter(Boolean).join(` ${joint} `)
}
