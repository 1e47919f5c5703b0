/**
 * Describes in words what belongs at each place of a policy, so that an invalid value gets one message
 * instead of several from the validator. Most words come from the schema; a table has the rest.
 */

import { addArticle, lowerFirst } from '../../core/messages/phrase.ts'
import { computeOnce } from '../../core/model/collect.ts'
import { joinWords, KINDS } from '../../core/model/kinds.ts'
import { correctDomain, correctEmail, isEmail } from '../../core/model/mistyped.ts'
import type { Value } from '../../core/model/statement.ts'
import { findOnlyNearest } from '../nearest.ts'
import { getPlace, listForms, type PlaceShape } from '../places.ts'
import { writeYamlValue } from '../write/yaml.ts'
import { ANY_PREFIX, correctAddress, STARTS } from './addresses.ts'
import { type Message, quoteName } from './problems.ts'
import { getText, getValue, type TreeNode } from './tree.ts'

/** What the schema does not say about a place. */
interface Words {
  /** The subject of the sentence "… must be". */
  readonly subject?: (names: Names) => string
  readonly expected?: string
  readonly advice?: string
  /** The advice for a key without a value. */
  readonly empty?: string
  /** What was probably meant. */
  readonly guess?: (word: string) => string | null
  /** Whether messages must not quote the wrong value. */
  readonly secret?: true
}

/** The last agent, custom role or group, and the last list item, in the path. */
export interface Names {
  readonly owner: string
  readonly index: number
  readonly item: TreeNode
}

/** `` `agents`, `teams` or `inboxes` `` */
export const ANY_SECTION = joinWords(
  'or',
  ['agents', ...KINDS.map(({ section }) => section)].map((key) => `\`${key}\``),
)

const PATH_OF_FILE = { expected: 'the path of a file' }

/** A section without a value could mean that it is empty or that it is not managed. */
const describeSection = (section: string, expected: string) => ({
  expected,
  empty: `Remove the key if this policy does not manage ${section.replace('_', ' ')}; write \`${section}: {}\` if there are none.`,
})

/** A section of named things that consist of a list. */
function describeLists(section: string, label: string, list: string, nothing: string) {
  const empty = `Write \`[]\` after it if the ${label} ${nothing}`
  return {
    [`${section}/*`]: {
      empty: `${empty}, or remove the line if there must be no such ${label}.`,
    },
    [`${section}/*/${list}`]: { empty: `${empty}.` },
  }
}

const describePlaces = (): Readonly<Record<string, Words>> => ({
  '': {
    subject: () => 'A policy',
    advice: `Begin with \`version: 1\`, then list ${ANY_SECTION}.`,
  },
  server: { expected: 'the http or https address of a server' },
  agents: {
    expected: 'a map from e-mail address to role',
    empty:
      'List at least one administrator below it, as `ada@acme.com: administrator`, or remove the key if this policy does not manage agents.',
    advice:
      'Write each person with their role on a line below it, without `-`, for example `ada@acme.com: agent`.',
  },
  'agents/*': {
    subject: ({ owner }) => `The entry of ${quoteName(owner)}`,
    advice:
      'Write the role after the colon. A custom role belongs under `custom_role`, next to `role: agent`.',
    empty: 'Write `administrator` or `agent` after it, or remove the line to end the access.',
  },
  'agents/*/custom_role': {
    expected: 'the name of a custom role or a map with its `id`',
    advice: 'Write the name in quotes, or the id as `{id: 3}`.',
  },
  'agents/*/custom_role/id': {
    advice: 'Write the id as `{id: 3}`, or the name of the custom role instead of the map.',
  },
  custom_roles: describeSection(
    'custom_roles',
    'a map from the name of a custom role to its permissions',
  ),
  ...describeLists('custom_roles', 'custom role', 'permissions', 'permits nothing'),
  ...Object.assign(
    {},
    ...KINDS.map(({ section, label }) => ({
      [section]: describeSection(section, `a map from ${label} name to members`),
      ...describeLists(section, label, 'members', 'has no members'),
    })),
  ),
  'inboxes/*/channel': {
    expected: 'the type of a channel in lower case',
    advice: 'Write it as `rollcall export` does, for example `email` or `web_widget`.',
  },
  rules: { expected: 'a map of rules' },
  'rules/email_domains/[]': {
    advice:
      'Write the part of an address after the `@`, for example acme.com; patterns are not allowed here.',
  },
  'apply/deny/[]': { expected: 'the name of a step' },
  severity: { expected: 'a map from the code of a finding to `error`, `warning` or `off`' },
  'severity/*': { subject: ({ owner }) => `The severity of ${quoteName(owner)}` },
  waivers: {
    advice: 'Begin each with `- finding:`, then add `address`, `reason`, `owner` and `expires`.',
  },
  'waivers/[]': {
    subject: ({ index }) => `Waiver ${index + 1}`,
    advice: 'Begin it with `- finding:`, the code of a finding.',
  },
  'waivers/[]/finding': {
    expected: 'the code of a finding',
    advice:
      'Write the code as a report shows it, for example `finding: admin-unexpected`. Patterns and findings about waivers are not allowed.',
  },
  'waivers/[]/address': {
    expected: `the address of a finding, beginning with ${STARTS}`,
    guess: findAddress,
  },
  '@fleet': {
    subject: () => 'The fleet file',
    advice: 'Begin the file with `version: 1`.',
    secret: true,
  },
  '@fleet/accounts': { advice: 'Write `- name:` for each account below it.' },
  '@fleet/accounts/[]': {
    subject: ({ index, item }) => {
      const name = getText(getValue(item, 'name'))
      return `Account ${index + 1}${name === null ? '' : ` (${quoteName(name)})`}`
    },
    expected: 'a map',
    advice: 'Begin it with `- name:`.',
  },
  '@fleet/accounts/[]/policy': PATH_OF_FILE,
  '@fleet/accounts/[]/base_url': { expected: 'the URL of a server' },
  '@fleet/accounts/[]/token_env': {
    expected: 'the name of an environment variable',
    advice: 'Write the name of the variable that contains the token, never the token itself.',
    secret: true,
  },
  '@fleet/accounts/[]/token_file': PATH_OF_FILE,
  '@fleet/accounts/[]/ca_file': PATH_OF_FILE,
  '@fleet/accounts/[]/header_file': PATH_OF_FILE,
})

/** Made only when there is an error, as the places are. */
export const getWords = computeOnce(describePlaces)

const EMAIL = 'E-mail address'

/** What a message calls a place: by its own words, or by its key. */
export function nameSubject(path: string, names: Names): string {
  const own = getWords()[path]?.subject
  if (own !== undefined) return own(names)
  const [, list, step] = /^(.+)\/(\*|\[\])$/.exec(path) ?? []
  if (list !== undefined) {
    const owner = /^\w+\/\*/.exec(path)?.[0]
    const nameOwner = (entry: string) =>
      `${getPlace(entry).title?.toLowerCase()} ${quoteName(names.owner)}`
    if (step === '*') return `The entry of ${nameOwner(path)}`
    const { noun = '' } = getPlace(path)
    const item = noun === EMAIL ? (owner === undefined ? 'Person' : 'Member') : noun
    const of = owner === undefined ? `\`${list.replaceAll('/', '.')}\`` : nameOwner(owner)
    return `${item} ${names.index + 1} of ${of}`
  }
  const [, owner, key = ''] = /^(?:@fleet\/)?(?:.*(\*|\[\])\/)?(.+)$/.exec(path) ?? []
  const name = `\`${key.replaceAll('/', '.')}\``
  if (owner === undefined) return name
  const item = path.slice(0, path.length - key.length - 1)
  return `${name} of ${owner === '*' ? quoteName(names.owner) : lowerFirst(nameSubject(item, names))}`
}

export function isSecret(path: string): boolean {
  return getWords()[path]?.secret === true
}

/** What a value there must be, after "must be". */
export function describeWanted(path: string): string {
  return (
    getWords()[path]?.expected ?? joinWords('or', listForms(getPlace(path)).flatMap(listExpected))
  )
}

/** The words of a longer list are in the advice. */
const SHORT_LIST = 3

function listExpected(place: PlaceShape): readonly string[] {
  const { noun = 'text', type, enum: words = [], minimum, maximum, maxLength, items } = place
  if (place.const !== undefined) return [`the number ${place.const}`]
  if (words.length > 0 && words.length <= SHORT_LIST) return words.map((word) => `\`${word}\``)
  switch (type) {
    case 'boolean':
      return ['`true`', '`false`']
    case 'integer':
      return [
        maximum === Number.MAX_SAFE_INTEGER
          ? 'a positive whole number'
          : `a whole number from ${minimum} to ${maximum}`,
      ]
    case 'array':
      return [`a list of ${nameItems(items)}`]
    case 'object': {
      const keys = Object.keys(place.properties ?? {}).map((key) => `\`${key}\``)
      const required = place.required?.map((key) => `\`${key}\``)
      return [`a map with ${required ? joinWords('and', required) : joinWords('or', keys)}`]
    }
    default:
      if (maxLength !== undefined) return [`text of 1 to ${maxLength} characters`]
      return [noun === 'text' ? noun : addArticle(lowerFirst(noun))]
  }
}

function nameItems(items: PlaceShape | undefined): string {
  const noun = lowerFirst(items?.noun ?? '')
  return noun.endsWith('s') ? `${noun}es` : `${noun}s`
}

/** What to write at a place. */
export function adviseValue(path: string): Pick<Message, 'detail' | 'advice'> {
  const advice = getWords()[path]?.advice
  const place = getPlace(path)
  if (advice !== undefined) return { advice }
  // Everybody knows what an e-mail address is, and the rest of the message lists all forms and words.
  const listsWords = (place.enum ?? []).length > SHORT_LIST
  const isClear = place.noun === EMAIL || place.then !== undefined || listsWords
  return { detail: isClear ? null : (place.description ?? null), advice: giveExample(path, place) }
}

function giveExample(path: string, place: PlaceShape): string {
  const [form = place] = listForms(place)
  const { enum: words = [], type, items, additionalProperties } = form
  const [example = ''] = place.examples ?? []
  if (words.length > SHORT_LIST) return `Write one of ${words.join(', ')}.`
  if (words.length > 0) {
    // Without the quotes that rollcall writes around `off` for older readers of YAML.
    const statements = words.map((word) => `\`${addKey(path, () => word)}\``)
    return `Write ${joinWords('or', statements)}.`
  }
  if (type === 'boolean') {
    return 'Write `true` or `false` without quotes; `yes` and `on` are text in YAML 1.2.'
  }
  if (type === 'array') {
    return `Write the ${nameItems(items)} as a list, for example \`${writeStatement(path, example)}\`.`
  }
  if (typeof additionalProperties === 'object') {
    const [[name = '', value = ''] = []] = Object.entries(example)
    return `Write one \`${name}: ${writeExample(value)}\` on each line below it.`
  }
  const statement = `\`${writeStatement(path, example)}\``
  return form.const === undefined ? `Write, for example, ${statement}.` : `Write ${statement}.`
}

/** Of a list, one item is enough. */
function writeExample(value: Value, key: string | null = null): string {
  return writeYamlValue(Array.isArray(value) ? value.slice(0, 1) : value, key)
}

function writeStatement(path: string, value: Value): string {
  return addKey(path, (key) => writeExample(value, key))
}

/** No key if it is the name of an entry or the index of an item. */
function addKey(path: string, write: (key: string | null) => string): string {
  const [key = ''] = /[^/*\]]*$/.exec(path) ?? []
  return key === '' ? write(null) : `${key}: ${write(key)}`
}

/** What to do about a key without a value. */
export function adviseEmpty(path: string): Pick<Message, 'detail' | 'advice'> {
  const advice = getWords()[path]?.empty
  if (advice !== undefined) return { advice }
  if (isRequired(path)) return adviseValue(path)
  const { description = null, type, pattern } = getPlace(path)
  const canBeEmpty = type === 'string' && pattern === undefined
  return {
    detail: description,
    advice: canBeEmpty
      ? 'Write `""` if it must be empty; remove the key if this policy does not manage it.'
      : `Add ${describeWanted(path)}, or remove the key.`,
  }
}

function isRequired(path: string): boolean {
  const [, map = '', key = ''] = /^(?:(.*)\/)?([^/]+)$/.exec(path) ?? []
  return listForms(getPlace(map)).some(({ required = [], oneOf = [] }) =>
    [{ required }, ...oneOf].some((needed) => needed.required?.includes(key)),
  )
}

/** What was probably meant by a text that is invalid there. Null: unknown. */
export function guessText(path: string, written: string): string | null {
  const place = getPlace(path)
  const guess = getWords()[path]?.guess
  if (guess !== undefined) return guess(written)
  if (place.noun === EMAIL) return findEmail(written)
  if (place.noun === 'Domain') return findDomain(written)
  const words = listForms(place).flatMap((form) => form.enum ?? [])
  const word = written.trim().toLowerCase()
  const known = ROLE_WORDS.get(word)
  return known !== undefined && words.includes(known)
    ? known
    : findOnlyNearest(written.trim(), words)
}

/** What people call the two roles. */
const ROLE_WORDS: ReadonlyMap<string, string> = new Map([
  ...['admin', 'owner', 'superadmin', 'super_admin', 'root'].map(
    (word) => [word, 'administrator'] as const,
  ),
  ...['member', 'user', 'operator', 'supporter'].map((word) => [word, 'agent'] as const),
])

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
  // Reports show a finding as its code, a colon and its address.
  const address = correctAddress(text.replace(/^[a-z-]+:(?=[a-z-]+\/)/, ''))
  if (ANY_PREFIX.test(address)) return address
  const email = findEmail(text)
  return email === null ? null : `agent/${email}`
}
