/**
 * What belongs at each place of a policy, in words. The schema decides what is right; this table
 * only says it, so that every wrong value gets one message instead of the validator's several.
 * As long as the policy has places: one table is read and checked as a whole.
 */
import { FINDINGS } from '../../core/messages/finding-records.ts'
import { correctedDomain, correctedEmail, isEmail } from '../../core/model/mistyped.ts'
import { findNearest } from '../nearest.ts'
import { correctAddress } from './addresses.ts'
import { quoteName } from './problems.ts'

interface Wording {
  /** What stands there, for "… must be". */
  readonly subject: (names: Names) => string
  readonly expected: string
  readonly advice: string
  /** What to do about a key with nothing after it; null where no key leads here. */
  readonly empty: string | null
}

/** The last agent or team and the last list item number on the way to the place. */
export interface Names {
  readonly owner: string
  readonly index: number
}

const nameKey = (name: string) => () => `\`${name}\``
const nameKeyOf =
  (name: string) =>
  ({ owner }: Names) =>
    `\`${name}\` of ${quoteName(owner)}`

const nameWaiver = ({ index }: Names) => `Waiver ${index + 1}`
const nameKeyOfWaiver = (name: string) => (names: Names) =>
  `\`${name}\` of ${nameWaiver(names).toLowerCase()}`

const LEAVE_OUT = 'Write a value after it, or leave the key out.'
const ID = 'Write the number that the dashboard shows in its address, for example 1.'
const DATE = 'Write the date as YYYY-MM-DD, for example 2026-12-15.'
const TEXT = 'Write text; put it in quotes if YAML takes it for something else.'
const NUMBER = 'a whole number from 1 to 1000000'
const PATTERN = 'Write a pattern in quotes, for example "archive-*".'

/** Steps of a path: `*` stands for the name of an agent or a team, `[]` for a list item. */
export const WORDINGS: Readonly<Record<string, Wording>> = {
  '': {
    subject: () => 'A policy',
    expected: 'a map of keys',
    advice: 'Begin with `version: 1`, then list `agents` or `teams`.',
    empty: null,
  },
  version: {
    subject: nameKey('version'),
    expected: 'the number 1',
    advice: 'Write `version: 1`: this rollcall reads version 1 of the policy format only.',
    empty: 'Write `version: 1`.',
  },
  account: {
    subject: nameKey('account'),
    expected: 'the id of an account, a positive whole number',
    advice: ID,
    empty: LEAVE_OUT,
  },
  server: {
    subject: nameKey('server'),
    expected: 'the http or https origin of a server',
    advice: 'Write scheme and host, for example https://chat.acme.com.',
    empty: LEAVE_OUT,
  },
  agents: {
    subject: nameKey('agents'),
    expected: 'a map from e-mail address to role',
    advice: 'Write one `ada@acme.com: agent` on each line below it.',
    empty:
      'Leave the key out if agents are not managed here; write `agents: {}` if there are none.',
  },
  'agents/*': {
    subject: ({ owner }) => `The entry of ${quoteName(owner)}`,
    expected: '`administrator`, `agent` or a map with `role`',
    advice: 'Write the role after the colon.',
    empty: 'Write `administrator` or `agent` after it, or remove the line if access should end.',
  },
  'agents/*/role': {
    subject: nameKeyOf('role'),
    expected: '`administrator` or `agent`',
    advice: 'A custom role goes under `custom_role`, beside `role: agent`.',
    empty: 'Write `administrator` or `agent` after it.',
  },
  'agents/*/name': {
    subject: nameKeyOf('name'),
    expected: 'a name',
    advice: TEXT,
    empty: 'Write the name, or leave the key out: then names are not compared.',
  },
  'agents/*/custom_role': {
    subject: nameKeyOf('custom_role'),
    expected: 'the name of a custom role or a map with its `id`',
    advice: 'Write the name in quotes, or the id as `{id: 3}`.',
    empty: 'Write the name or `{id: 3}`, or leave the key out: then no custom role is wanted.',
  },
  'agents/*/custom_role/id': {
    subject: ({ owner }) => `The custom role id of ${quoteName(owner)}`,
    expected: 'a positive whole number',
    advice: 'Write the id of the custom role, for example `{id: 3}`.',
    empty: 'Write the id of the custom role, for example `{id: 3}`.',
  },
  'agents/*/reason': {
    subject: nameKeyOf('reason'),
    expected: 'text',
    advice: TEXT,
    empty: LEAVE_OUT,
  },
  'agents/*/expires': {
    subject: nameKeyOf('expires'),
    expected: 'a date',
    advice: DATE,
    empty: 'Write the last day of access, or leave the key out: then access does not end.',
  },
  'agents/*/pending_until': {
    subject: nameKeyOf('pending_until'),
    expected: 'a date',
    advice: DATE,
    empty: 'Write a date, or leave the key out: then an open invitation is reported.',
  },
  teams: {
    subject: nameKey('teams'),
    expected: 'a map from team name to members',
    advice: 'Write one `billing: [ada@acme.com]` on each line below it.',
    empty: 'Leave the key out if teams are not managed here; write `teams: {}` if there are none.',
  },
  'teams/*': {
    subject: ({ owner }) => `The entry of team ${quoteName(owner)}`,
    expected: 'a list of members or a map with `members`',
    advice: 'Write the e-mail addresses as a list, for example `[ada@acme.com]`.',
    empty: 'Write `[]` after it if the team has no members, or remove the line if it should go.',
  },
  'teams/*/description': {
    subject: nameKeyOf('description'),
    expected: 'text',
    advice: TEXT,
    empty: 'Write `""` if it should be empty; leave the key out if it is not managed here.',
  },
  'teams/*/auto_assign': {
    subject: nameKeyOf('auto_assign'),
    expected: '`true` or `false`',
    advice: 'Write `true` or `false` without quotes; `yes` and `on` are text in YAML 1.2.',
    empty: 'Write `true` or `false`, or leave the key out if it is not managed here.',
  },
  'teams/*/members': {
    subject: nameKeyOf('members'),
    expected: 'a list of e-mail addresses',
    advice: 'Write the e-mail addresses as a list, for example `[ada@acme.com]`.',
    empty: 'Write `[]` after it if the team has no members.',
  },
  'teams/*/members/[]': {
    subject: ({ owner, index }) => `Member ${index + 1} of team ${quoteName(owner)}`,
    expected: 'an e-mail address',
    advice: 'Write the address of one agent, for example ada@acme.com.',
    empty: null,
  },
  scope: {
    subject: nameKey('scope'),
    expected: 'a map with `agents` or `ignore`',
    advice: 'Write `agents: administrators` or `ignore:` below it.',
    empty: LEAVE_OUT,
  },
  'scope/agents': {
    subject: nameKey('scope.agents'),
    expected: '`all` or `administrators`',
    advice: 'With `administrators`, plain agents who are not listed are left alone.',
    empty: 'Write `all` or `administrators` after it, or leave the key out: then it is `all`.',
  },
  'scope/ignore': {
    subject: nameKey('scope.ignore'),
    expected: 'a map with `agents` or `teams`',
    advice: 'Write `agents: ["*@integrations.acme.com"]` below it.',
    empty: LEAVE_OUT,
  },
  'scope/ignore/agents': {
    subject: nameKey('scope.ignore.agents'),
    expected: 'a list of patterns',
    advice: 'Write the patterns as a list, for example `["*@integrations.acme.com"]`.',
    empty: 'Write a list of patterns, or leave the key out: then nobody is ignored.',
  },
  'scope/ignore/agents/[]': {
    subject: ({ index }) => `Pattern ${index + 1} of \`scope.ignore.agents\``,
    expected: 'text of 1 to 256 characters',
    advice: PATTERN,
    empty: null,
  },
  'scope/ignore/teams': {
    subject: nameKey('scope.ignore.teams'),
    expected: 'a list of patterns',
    advice: 'Write the patterns as a list, for example `["archive-*"]`.',
    empty: 'Write a list of patterns, or leave the key out: then no team is ignored.',
  },
  'scope/ignore/teams/[]': {
    subject: ({ index }) => `Pattern ${index + 1} of \`scope.ignore.teams\``,
    expected: 'text of 1 to 256 characters',
    advice: PATTERN,
    empty: null,
  },
  rules: {
    subject: nameKey('rules'),
    expected: 'a map of rules',
    advice: 'Write `administrators: { min: 2 }` or another rule below it.',
    empty: LEAVE_OUT,
  },
  'rules/administrators': {
    subject: nameKey('rules.administrators'),
    expected: 'a map with `min`, `max` or `require_reason`',
    advice: 'Write `administrators: { min: 2, max: 4 }`.',
    empty: LEAVE_OUT,
  },
  'rules/administrators/min': {
    subject: nameKey('rules.administrators.min'),
    expected: NUMBER,
    advice: 'Write how many administrators there are at least, for example 2.',
    empty: LEAVE_OUT,
  },
  'rules/administrators/max': {
    subject: nameKey('rules.administrators.max'),
    expected: NUMBER,
    advice: 'Write how many administrators there are at most, for example 4.',
    empty: LEAVE_OUT,
  },
  'rules/administrators/require_reason': {
    subject: nameKey('rules.administrators.require_reason'),
    expected: '`true` or `false`',
    advice: 'Write `true` or `false` without quotes; `yes` and `on` are text in YAML 1.2.',
    empty: LEAVE_OUT,
  },
  'rules/email_domains': {
    subject: nameKey('rules.email_domains'),
    expected: 'a list of domains',
    advice: 'Write the domains as a list, for example `[acme.com]`.',
    empty: LEAVE_OUT,
  },
  'rules/email_domains/[]': {
    subject: ({ index }) => `Domain ${index + 1} of \`rules.email_domains\``,
    expected: 'a domain',
    advice:
      'Write what follows the `@` of an address, for example acme.com; patterns have no meaning here.',
    empty: null,
  },
  'rules/team_members': {
    subject: nameKey('rules.team_members'),
    expected: 'a map with `min`',
    advice: 'Write `team_members: { min: 2 }`.',
    empty: LEAVE_OUT,
  },
  'rules/team_members/min': {
    subject: nameKey('rules.team_members.min'),
    expected: NUMBER,
    advice: 'Write how many members every team has at least, for example 1.',
    empty: LEAVE_OUT,
  },
  'rules/expires_soon_days': {
    subject: nameKey('rules.expires_soon_days'),
    expected: 'a number of days, from 0 to 3650',
    advice: 'Write how many days ahead an end is announced, for example 30.',
    empty: 'Write a number of days, or leave the key out: then it is 14.',
  },
  'rules/waiver_max_days': {
    subject: nameKey('rules.waiver_max_days'),
    expected: 'a number of days, from 1 to 3650',
    advice: 'Write how many days ahead a waiver may end at most, for example 90.',
    empty: 'Write a number of days, or leave the key out: then a waiver may end at any time.',
  },
  severity: {
    subject: nameKey('severity'),
    expected: 'a map from the code of a finding to `error`, `warning` or `off`',
    advice: 'Write one `agent-name-differs: error` on each line below it.',
    empty: LEAVE_OUT,
  },
  'severity/*': {
    subject: ({ owner }) => `The severity of ${quoteName(owner)}`,
    expected: '`error`, `warning` or `off`',
    advice: '`error` counts as drift, `warning` is shown, `off` is only counted.',
    empty: 'Write `error`, `warning` or `off` after it, or leave the key out.',
  },
  waivers: {
    subject: nameKey('waivers'),
    expected: 'a list of waivers',
    advice: 'Begin each with `- finding:`, and give it `address`, `reason`, `owner` and `expires`.',
    empty: LEAVE_OUT,
  },
  'waivers/[]': {
    subject: nameWaiver,
    expected: 'a map with `finding`, `address`, `reason`, `owner` and `expires`',
    advice: 'Begin it with `- finding:`, the code of a finding.',
    empty: null,
  },
  'waivers/[]/finding': {
    subject: nameKeyOfWaiver('finding'),
    expected: 'the code of a finding',
    advice: 'Write the code as a report shows it; no pattern, and no finding about waivers.',
    empty: 'Write the code of a finding, for example `member-missing`.',
  },
  'waivers/[]/address': {
    subject: nameKeyOfWaiver('address'),
    expected: 'the address of a finding, beginning with `agent/`, `team/` or `rule/`',
    advice: 'Write it as a report shows it, for example agent/ada@acme.com.',
    empty: 'Write the address of a finding, for example agent/ada@acme.com.',
  },
  'waivers/[]/reason': {
    subject: nameKeyOfWaiver('reason'),
    expected: 'text',
    advice: TEXT,
    empty: 'Write why this is accepted, and where that was decided.',
  },
  'waivers/[]/owner': {
    subject: nameKeyOfWaiver('owner'),
    expected: 'text',
    advice: TEXT,
    empty: 'Write who answers for it, for example ada@acme.com.',
  },
  'waivers/[]/expires': {
    subject: nameKeyOfWaiver('expires'),
    expected: 'a date',
    advice: DATE,
    empty: 'Write the last day of the waiver, for example 2026-12-15: every waiver ends.',
  },
}

const ROLE_WORDS: Readonly<Record<string, readonly string[]>> = {
  administrator: ['administrator', 'admin', 'owner', 'superadmin', 'super_admin', 'root'],
  agent: ['agent', 'member', 'user', 'operator', 'supporter'],
}

/** Null where the text does not hold exactly one e-mail address. */
export function findEmail(text: string): string | null {
  const email = correctedEmail(correctedEmail(text).replace(/\s+/g, ''))
  return isEmail(email) ? email : null
}

function findDomain(text: string): string | null {
  const domain = correctedDomain(text)
  return /^[^\s@*?]+$/.test(domain) ? domain : null
}

function findAddress(text: string): string | null {
  const address = correctAddress(text)
  if (/^(agent|team|rule)\//.test(address)) return address
  const email = findEmail(text)
  return email === null ? null : `agent/${email}`
}

/** The word of a closed list, or the address, that was probably meant. */
export function guessWord(path: string, word: string): string | null {
  switch (path) {
    case 'agents/*':
    case 'agents/*/role': {
      const said = word.trim().toLowerCase()
      const known = Object.keys(ROLE_WORDS).find((role) => ROLE_WORDS[role]?.includes(said))
      return known ?? findNearest(word, Object.keys(ROLE_WORDS))
    }
    case 'waivers/[]/finding':
      return findNearest(
        word,
        Object.keys(FINDINGS).filter((code) => !code.startsWith('waiver-')),
      )
    case 'teams/*/members/[]':
      return findEmail(word)
    case 'rules/email_domains/[]':
      return findDomain(word)
    case 'waivers/[]/address':
      return findAddress(word)
    case 'severity/*':
      return findNearest(word, ['error', 'warning', 'off'])
    case 'scope/agents':
      return findNearest(word, ['all', 'administrators'])
    default:
      return null
  }
}
