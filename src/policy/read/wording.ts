/**
 * Describes in words what belongs at each place of a policy. The schema decides what is valid; this
 * table only describes it, so that an invalid value gets one message instead of several from the
 * validator. It is long because a policy has many places.
 */
import { FINDINGS, type FindingRecord } from '../../core/messages/finding-records.ts'
import { computeOnce } from '../../core/model/collect.ts'
import { PERMISSIONS } from '../../core/model/custom-role.ts'
import { type GroupKind, INBOX, joinWords, KINDS, TEAM } from '../../core/model/kinds.ts'
import { correctDomain, correctEmail, isEmail } from '../../core/model/mistyped.ts'
import { STEP_NAMES } from '../../core/model/steps.ts'
import { findNearest } from '../nearest.ts'
import { ANY_PREFIX, correctAddress, STARTS } from './addresses.ts'
import { quoteName } from './problems.ts'

interface Wording {
  /** The subject of the sentence "… must be"; absent: the key of the place, and whose it is. */
  readonly subject?: (names: Names) => string
  readonly expected: string
  readonly advice: string
  /** The advice for a key without a value; absent: to write one, or to remove the key. */
  readonly empty?: string
  /** The word of a closed list, or the address, that was probably meant. */
  readonly guess?: (word: string) => string | null
}

/** The last agent, custom role or group, and the index of the last list item, in the path. */
export interface Names {
  readonly owner: string
  readonly index: number
}

const nameWaiver = ({ index }: Names) => `Waiver ${index + 1}`

// What values of one type have in common.
const TEXT = {
  expected: 'text',
  advice: 'Write text, in quotes if YAML reads it as something else.',
}
const NAME = { ...TEXT, expected: 'a name' }
const DATE = {
  expected: 'a date',
  advice: 'Write the date as YYYY-MM-DD, for example 2026-12-15.',
}
const FLAG = {
  expected: '`true` or `false`',
  advice: 'Write `true` or `false` without quotes; `yes` and `on` are text in YAML 1.2.',
}
const DESCRIPTION = {
  ...TEXT,
  empty: 'Write `""` if it must be empty; remove the key if this policy does not manage it.',
}
const ADDRESSES = {
  expected: 'a list of e-mail addresses',
  advice: 'Write the e-mail addresses as a list, for example `[ada@acme.com]`.',
}
const PERMISSION_LIST = 'Write the permissions as a list, for example `[contact_manage]`.'
const NUMBER = 'a whole number from 1 to 1000000'
const LIMIT = 'a whole number from 0 to 1000000'

/** For a section without a value, which could mean either. */
const adviseSection = (section: string, plural: string) =>
  `Remove the key if this policy does not manage ${plural}; write \`${section}: {}\` if there are none.`

/** The places that every kind of group has. */
function describeGroups({ section, label, plural }: GroupKind, example: string) {
  const nobody = `Write \`[]\` after it if the ${label} has no members`
  return {
    [section]: {
      expected: `a map from ${label} name to members`,
      advice: `Write one \`${example}: [ada@acme.com]\` on each line below it.`,
      empty: adviseSection(section, plural),
    },
    [`${section}/*`]: {
      subject: ({ owner }: Names) => `The entry of ${label} ${quoteName(owner)}`,
      expected: 'a list of members or a map with `members`',
      advice: ADDRESSES.advice,
      empty: `${nobody}, or remove the line if there must be no such ${label}.`,
    },
    [`${section}/*/auto_assign`]: {
      ...FLAG,
      empty: 'Write `true` or `false`, or remove the key if this policy does not manage it.',
    },
    [`${section}/*/members`]: {
      ...ADDRESSES,
      empty: `${nobody}.`,
    },
    [`${section}/*/members/[]`]: {
      subject: ({ owner, index }: Names) => `Member ${index + 1} of ${label} ${quoteName(owner)}`,
      expected: 'an e-mail address',
      advice: 'Write the address of one agent, for example ada@acme.com.',
      guess: findEmail,
    },
  }
}

function describeIgnored(section: string, example: string, nobody: string) {
  return {
    [`scope/ignore/${section}`]: {
      expected: 'a list of patterns',
      advice: `Write the patterns as a list, for example \`["${example}"]\`.`,
      empty: `Write a list of patterns, or remove the key: rollcall then ignores ${nobody}.`,
    },
    [`scope/ignore/${section}/[]`]: {
      subject: ({ index }: Names) => `Pattern ${index + 1} of \`scope.ignore.${section}\``,
      expected: 'text of 1 to 256 characters',
      advice: 'Write a pattern in quotes, for example "archive-*".',
    },
  }
}

/** `` `agents`, `teams` or `inboxes` `` */
export const ANY_SECTION = joinWords(
  'or',
  ['agents', ...KINDS.map(({ section }) => section)].map((key) => `\`${key}\``),
)

/** Steps of a path: `*` means the name of an agent, a custom role or a group, `[]` a list item. */
const describePlaces = (): Readonly<Record<string, Wording>> => ({
  '': {
    subject: () => 'A policy',
    expected: 'a map of keys',
    advice: `Begin with \`version: 1\`, then list ${ANY_SECTION}.`,
  },
  version: {
    expected: 'the number 1',
    advice: 'Write `version: 1`: this rollcall reads only version 1 of the policy format.',
    empty: 'Write `version: 1`.',
  },
  account: {
    expected: 'the id of an account, a positive whole number',
    advice: 'Write the number that the dashboard shows in its URL, for example 1.',
  },
  server: {
    expected: 'the http or https address of a server',
    advice: 'Write the scheme and the host, for example https://chat.acme.com.',
  },
  agents: {
    expected: 'a map from e-mail address to role',
    advice:
      'Write each person with their role on a line below it, without `-`, for example `ada@acme.com: agent`.',
    empty: adviseSection('agents', 'agents'),
  },
  'agents/*': {
    subject: ({ owner }) => `The entry of ${quoteName(owner)}`,
    expected: '`administrator`, `agent` or a map with `role`',
    advice: 'Write the role after the colon.',
    empty: 'Write `administrator` or `agent` after it, or remove the line to end the access.',
    guess: guessRole,
  },
  'agents/*/role': {
    expected: '`administrator` or `agent`',
    advice: 'Write a custom role under `custom_role`, next to `role: agent`.',
    empty: 'Write `administrator` or `agent` after it.',
    guess: guessRole,
  },
  'agents/*/name': {
    ...NAME,
    empty: 'Write the name, or remove the key: rollcall then does not compare the name.',
  },
  'agents/*/custom_role': {
    expected: 'the name of a custom role or a map with its `id`',
    advice: 'Write the name in quotes, or the id as `{id: 3}`.',
    empty: 'Write the name or `{id: 3}`, or remove the key if there must be no custom role.',
  },
  'agents/*/custom_role/id': {
    subject: ({ owner }) => `The custom role id of ${quoteName(owner)}`,
    expected: 'a positive whole number',
    advice: 'Write the id of the custom role, for example `{id: 3}`.',
    empty: 'Write the id of the custom role, for example `{id: 3}`.',
  },
  'agents/*/reason': TEXT,
  'agents/*/expires': {
    ...DATE,
    empty: 'Write the last day of access, or remove the key if access must not end.',
  },
  'agents/*/pending_until': {
    ...DATE,
    empty:
      'Write a date, or remove the key: rollcall then reports an invitation that is not accepted.',
  },
  custom_roles: {
    expected: 'a map from the name of a custom role to its permissions',
    advice: 'Write one `Billing clerk: [contact_manage]` on each line below it.',
    empty: adviseSection('custom_roles', 'custom roles'),
  },
  'custom_roles/*': {
    subject: ({ owner }) => `The entry of custom role ${quoteName(owner)}`,
    expected: 'a list of permissions or a map with `permissions`',
    advice: PERMISSION_LIST,
    empty:
      'Write `[]` after it if the custom role permits nothing, or remove the line if there must be no such custom role.',
  },
  'custom_roles/*/id': {
    expected: 'a positive whole number',
    advice: 'Write the id of the custom role: `rollcall list --format json` shows it.',
    empty:
      'Write the id of the custom role, or remove the key: its name then says which one it is.',
  },
  'custom_roles/*/name': {
    ...NAME,
    empty: 'Write the name, or remove the key: the key of the entry is then the name.',
  },
  'custom_roles/*/description': DESCRIPTION,
  'custom_roles/*/permissions': {
    expected: 'a list of permissions',
    advice: PERMISSION_LIST,
    empty: 'Write `[]` after it if the custom role permits nothing.',
  },
  'custom_roles/*/permissions/[]': {
    subject: ({ owner, index }) => `Permission ${index + 1} of custom role ${quoteName(owner)}`,
    expected: 'a permission',
    advice: `Write one of ${PERMISSIONS.join(', ')}.`,
    guess: (word) => findNearest(word.trim(), PERMISSIONS),
  },
  'teams/*/description': DESCRIPTION,
  ...describeGroups(TEAM, 'billing'),
  'inboxes/*/id': {
    expected: 'the id of an inbox, a positive whole number',
    advice: 'Write the number that the dashboard shows in the URL of the inbox, for example 12.',
  },
  'inboxes/*/name': {
    ...TEXT,
    empty: 'Write the name of the inbox, or remove the key: the key of the entry is then the name.',
  },
  'inboxes/*/channel': {
    expected: 'the type of a channel in lower case',
    advice: 'Write it as `rollcall export` does, for example `email` or `web_widget`.',
  },
  ...describeGroups(INBOX, 'Website'),
  scope: {
    expected: 'a map with `agents` or `ignore`',
    advice: 'Write `agents: administrators` or `ignore:` below it.',
  },
  'scope/agents': {
    expected: '`all` or `administrators`',
    advice: 'With `administrators`, rollcall ignores agents who are not in the policy.',
    empty: 'Write `all` or `administrators` after it, or remove the key: it is then `all`.',
    guess: (word) => findNearest(word, ['all', 'administrators']),
  },
  'scope/ignore': {
    expected: `a map with ${ANY_SECTION}`,
    advice: 'Write `agents: ["*@integrations.acme.com"]` below it.',
  },
  ...describeIgnored('agents', '*@integrations.acme.com', 'nobody'),
  ...describeIgnored('teams', 'archive-*', 'no team'),
  ...describeIgnored('inboxes', 'test *', 'no inbox'),
  rules: {
    expected: 'a map of rules',
    advice: 'Write `administrators: { min: 2 }` or another rule below it.',
  },
  'rules/administrators': {
    expected: 'a map with `min`, `max` or `require_reason`',
    advice: 'Write `administrators: { min: 2, max: 4 }`.',
  },
  'rules/administrators/min': {
    expected: NUMBER,
    advice: 'Write the minimum number of administrators, for example 2.',
  },
  'rules/administrators/max': {
    expected: NUMBER,
    advice: 'Write the maximum number of administrators, for example 4.',
  },
  'rules/administrators/require_reason': FLAG,
  'rules/email_domains': {
    expected: 'a list of domains',
    advice: 'Write the domains as a list, for example `[acme.com]`.',
  },
  'rules/email_domains/[]': {
    subject: ({ index }) => `Domain ${index + 1} of \`rules.email_domains\``,
    expected: 'a domain',
    advice:
      'Write the part of an address after the `@`, for example acme.com; patterns are not allowed here.',
    guess: findDomain,
  },
  'rules/team_members': {
    expected: 'a map with `min`',
    advice: 'Write `team_members: { min: 2 }`.',
  },
  'rules/team_members/min': {
    expected: NUMBER,
    advice: 'Write the minimum number of members of every team, for example 1.',
  },
  'rules/expires_soon_days': {
    expected: 'a number of days, from 0 to 3650',
    advice: 'Write how many days before the end rollcall warns you, for example 30.',
    empty: 'Write a number of days, or remove the key: it is then 14.',
  },
  'rules/waiver_max_days': {
    expected: 'a number of days, from 1 to 3650',
    advice: 'Write the maximum number of days until a waiver ends, for example 90.',
    empty: 'Write a number of days, or remove the key: a waiver may then end at any time.',
  },
  'rules/dormant_days': {
    expected: 'a number of days, from 61 to 3650',
    advice:
      'Write 61 or more, for example 90. A session in the dashboard lasts two months: a person can work for that long without a new sign-in.',
    empty:
      'Write a number of days, or remove the key: rollcall then does not look for dormant people.',
  },
  'rules/invite_max_days': {
    expected: 'a number of days, from 1 to 3650',
    advice: 'Write how many days an invitation may stay open, for example 14.',
    empty:
      'Write a number of days, or remove the key: rollcall then accepts invitations of any age.',
  },
  apply: {
    expected: 'a map with `deny`, `limits` or `protect`',
    advice: 'Write `deny: [remove-agent]` or another restriction below it.',
  },
  'apply/deny': {
    expected: 'a list of steps',
    advice: 'Write the steps as a list, for example `[remove-agent]`.',
  },
  'apply/deny/[]': {
    subject: ({ index }) => `Step ${index + 1} of \`apply.deny\``,
    expected: 'the name of a step',
    advice: `Write one of ${STEP_NAMES.join(', ')}.`,
    guess: (word) => findNearest(word, STEP_NAMES),
  },
  'apply/limits': {
    expected: 'a map with `people`, `share` or `gain`',
    advice: 'Write `limits: { people: 2 }`.',
  },
  'apply/limits/people': {
    expected: LIMIT,
    advice: 'Write how many people may lose access in one run, for example 2.',
  },
  'apply/limits/share': {
    expected: 'a whole number from 1 to 100',
    advice: 'Write what percentage of the people may lose access in one run, for example 10.',
  },
  'apply/limits/gain': {
    expected: LIMIT,
    advice: 'Write how many people may gain access in one run, for example 5.',
  },
  'apply/protect': ADDRESSES,
  'apply/protect/[]': {
    subject: ({ index }) => `Person ${index + 1} of \`apply.protect\``,
    expected: 'an e-mail address',
    advice:
      'Write the address of one person, for example ada@acme.com; patterns are not allowed here.',
    guess: findEmail,
  },
  severity: {
    expected: 'a map from the code of a finding to `error`, `warning` or `off`',
    advice: 'Write one `agent-name-differs: error` on each line below it.',
  },
  'severity/*': {
    subject: ({ owner }) => `The severity of ${quoteName(owner)}`,
    expected: '`error`, `warning` or `off`',
    advice: '`error` counts as drift, `warning` is only shown, `off` is only counted.',
    empty: 'Write `error`, `warning` or `off` after it, or remove the key.',
    guess: (word) => findNearest(word, ['error', 'warning', 'off']),
  },
  waivers: {
    expected: 'a list of waivers',
    advice: 'Begin each with `- finding:`, then add `address`, `reason`, `owner` and `expires`.',
  },
  'waivers/[]': {
    subject: nameWaiver,
    expected: 'a map with `finding`, `address`, `reason`, `owner` and `expires`',
    advice: 'Begin it with `- finding:`, the code of a finding.',
  },
  'waivers/[]/finding': {
    expected: 'the code of a finding',
    advice:
      'Write the code as a report shows it. Patterns and findings about waivers are not allowed.',
    empty: 'Write the code of a finding, for example `member-missing`.',
    guess: guessCode,
  },
  'waivers/[]/address': {
    expected: `the address of a finding, beginning with ${STARTS}`,
    advice: 'Write it as a report shows it, for example agent/ada@acme.com.',
    empty: 'Write the address of a finding, for example agent/ada@acme.com.',
    guess: findAddress,
  },
  'waivers/[]/reason': {
    ...TEXT,
    empty: 'Write why this is accepted, and where it was decided.',
  },
  'waivers/[]/owner': {
    ...TEXT,
    empty: 'Write who is responsible for it, for example ada@acme.com.',
  },
  'waivers/[]/expires': {
    ...DATE,
    empty: 'Write the last day of the waiver, for example 2026-12-15. Every waiver must end.',
  },
})

/** Path → wording. Made for the first error: a valid policy needs nothing of this large table. */
export const getWordings = computeOnce(describePlaces)

const getTopLevelKeys = computeOnce(
  () => new Set(Object.keys(getWordings()).filter((path) => path !== '' && !path.includes('/'))),
)

const getKeysOfEntries = computeOnce(
  () =>
    new Set(
      Object.keys(getWordings()).flatMap((path) => /\/\*\/([^/]+)$/.exec(path)?.slice(1) ?? []),
    ),
)

/** What a message calls a place: by its own words, or by its key. */
export function nameSubject(path: string, names: Names): string {
  const own = getWordings()[path]?.subject
  if (own !== undefined) return own(names)
  const [, owner, key = path] = /(\*|\[\])\/(.+)$/.exec(path) ?? []
  const name = `\`${key.replaceAll('/', '.')}\``
  if (owner === undefined) return name
  return `${name} of ${owner === '*' ? quoteName(names.owner) : nameWaiver(names).toLowerCase()}`
}

export function isKnownPlace(path: string): boolean {
  return Object.hasOwn(getWordings(), path)
}

/** Whether the entry of a person, a group or a custom role can have this key. */
export function isKeyOfEntries(key: string): boolean {
  return getKeysOfEntries().has(key)
}

/** Whether this key stands at the left margin. */
export function isTopLevelKey(key: string): boolean {
  return getTopLevelKeys().has(key)
}

/** The place of a key in a map at this path. */
export function stepInto(path: string, key: string): string {
  if (isKnownPlace(`${path}/*`)) return `${path}/*`
  return path === '' ? key : `${path}/${key}`
}

/** The keys that a map at this path can have; none where they are names. */
export function listKeysAt(path: string): readonly string[] {
  const start = path === '' ? '' : `${path}/`
  return Object.keys(getWordings())
    .filter((each) => each !== '' && each.startsWith(start))
    .map((each) => each.slice(start.length))
    .filter((key) => !/[/*[]/.test(key))
}

/** The only place that has this key, such as `rules` for `email_domains`. Null: none, or several. */
export function findHome(key: string): string | null {
  const [home, another] = Object.keys(getWordings()).filter(
    (path) => path !== '' && !/[*[]/.test(path) && listKeysAt(path).includes(key),
  )
  return home === undefined || another !== undefined ? null : home.replaceAll('/', '.')
}

const ROLE_WORDS: Readonly<Record<string, readonly string[]>> = {
  administrator: ['administrator', 'admin', 'owner', 'superadmin', 'super_admin', 'root'],
  agent: ['agent', 'member', 'user', 'operator', 'supporter'],
}

/** Null if the text does not contain exactly one e-mail address. */
export function findEmail(text: string): string | null {
  const email = correctEmail(correctEmail(text).replace(/\s+/g, ''))
  return isEmail(email) ? email : null
}

function findDomain(text: string): string | null {
  const domain = correctDomain(text)
  return /^[^\s@*?]+$/.test(domain) ? domain : null
}

function findAddress(text: string): string | null {
  const address = correctAddress(text)
  if (ANY_PREFIX.test(address)) return address
  const email = findEmail(text)
  return email === null ? null : `agent/${email}`
}

function guessRole(word: string): string | null {
  const said = word.trim().toLowerCase()
  const known = Object.keys(ROLE_WORDS).find((role) => ROLE_WORDS[role]?.includes(said))
  return known ?? findNearest(word, Object.keys(ROLE_WORDS))
}

/** The code of a finding that a waiver can accept. */
function guessCode(word: string): string | null {
  const records = Object.entries<FindingRecord>(FINDINGS)
  const codes = records.filter(([, { about }]) => !about.includes('waiver')).map(([code]) => code)
  return findNearest(word, codes)
}
