/**
 * Turns the bytes of a fleet file into a Fleet, or into every error with its place. The shape is
 * checked here and not with the schema, because it is flat; a test checks that both agree. Reads no
 * other file, and knows no server: the caller parses addresses.
 */
import { createHash } from 'node:crypto'
import { type Diagnostic, Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import type { Fleet, ServerAddress } from '../../core/model/fleet.ts'
import type { Located } from '../../core/model/location.ts'
import { findNearest } from '../nearest.ts'
import { describeValue } from '../schema.ts'
import { findAccountPlace, type PlacedAccount, reportClashes } from './fleet-clashes.ts'
import { FLEET_KEYS } from './fleet-keys.ts'
import { reportForeignLines } from './foreign-lines.ts'
import { reportOtherFile } from './other-file.ts'
import {
  type Problems,
  quoteName,
  report,
  reportOnce,
  sortProblems,
  startProblems,
  suggest,
} from './problems.ts'
import { decode, locate } from './source-text.ts'
import { readTree } from './syntax.ts'
import {
  type Entry,
  getEntries,
  getEntry,
  getItems,
  getText,
  getValue,
  type MapNode,
  type TreeNode,
} from './tree.ts'

/** 10,000 accounts take about 2 MiB. */
export const MAX_FLEET_BYTES = 8 * 1024 * 1024

/** The server that a text names, or what is wrong with it, as a sentence. */
export type ParseAddress = (text: string) => ServerAddress | string

const ROOT_KEYS = ['version', 'accounts']

/** Throws a Failure with every error. */
export function parseFleet(path: string, bytes: Uint8Array, parseAddress: ParseAddress): Fleet {
  const source = decode(path, bytes, 'fleet file')
  if ('code' in source)
    throw new Failure({ ...source, code: 'settings-fleet-invalid', excerpt: null })
  const problems = startProblems(source, 'fleet file')
  const tree = reportForeignLines(problems, false) ? null : readTree(problems)
  if (tree !== null && !reportOtherFile(problems, tree)) checkRoot(problems, tree)
  const accounts = getItems(getEntry(tree ?? undefined, 'accounts')?.value).flatMap(
    (item, index) => readAccount(problems, item, index, parseAddress) ?? [],
  )
  reportClashes(problems, accounts)
  if (problems.found.length > 0) throw new Failure(...sortProblems(problems))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { path, sha256, accounts: accounts.map(({ account }) => account) }
}

/** Of a file that could not be read or is too large. */
export function describeUnreadableFleet(path: string, reason: string): Diagnostic {
  return makeDiagnostic({
    code: 'settings-fleet-unreadable',
    summary: `The fleet file ${quoteName(path)} cannot be read (${reason}).`,
  })
}

function checkRoot(problems: Problems, root: TreeNode): void {
  if (root.kind !== 'map') {
    report(problems, 'policy-value', root.span, {
      summary: `The fleet file must be a map with \`version\` and \`accounts\`, not ${describeValue(root)}.`,
      advice: 'Begin the file with `version: 1`.',
    })
    return
  }
  const misspelt = checkKeys(problems, root, ROOT_KEYS, 'The fleet file')
  const [version, accounts] = ROOT_KEYS.map((key) => getEntry(root, key))
  const lacks = (key: string, advice: string) => {
    if (root.open || misspelt.has(key)) return
    const summary = `The fleet file needs the key \`${key}\`.`
    report(problems, 'policy-missing-key', root.span, { summary, advice })
  }
  if (version === undefined) lacks('version', 'Begin the file with `version: 1`.')
  else if (version.value.kind !== 'scalar' || version.value.value !== 1) {
    reportWrong(problems, version, '`version`', '1', 'Write `version: 1`.')
  }
  const advice = 'Write `- name:` for each account below it.'
  if (accounts === undefined) lacks('accounts', advice)
  else if (accounts.value.kind !== 'list' || accounts.value.items.length === 0) {
    reportWrong(problems, accounts, '`accounts`', 'a list of accounts', advice)
  }
}

/** Reports unknown keys; returns the known ones that were probably meant. */
function checkKeys(
  problems: Problems,
  map: MapNode,
  known: readonly string[],
  subject: string,
): ReadonlySet<string> {
  const misspelt = new Set<string>()
  for (const entry of getEntries(map)) {
    if (known.includes(entry.key)) continue
    const meant = findNearest(
      entry.key,
      known.filter((key) => !map.entries.has(key)),
    )
    if (meant !== null) misspelt.add(meant)
    reportOnce(problems, 'policy-unknown-key', entry, {
      summary: `${subject} does not allow the key ${quoteName(entry.key)}.`,
      detail: `Allowed keys: ${known.map((each) => `\`${each}\``).join(', ')}.`,
      advice: suggest(meant, entry.key) ?? 'Remove it.',
    })
  }
  return misspelt
}

function reportWrong(
  problems: Problems,
  { value, span }: Entry,
  subject: string,
  expected: string,
  advice: string,
  secret = false,
): void {
  if (value.kind === 'broken') return
  const empty = value.kind === 'scalar' && value.value === null
  const summary = empty
    ? `${subject} has no value.`
    : `${subject} must be ${expected}${secret ? '' : `, not ${describeList(value)}`}.`
  reportOnce(problems, 'policy-value', value, { summary, advice }, empty ? span : value.span)
}

function describeList(node: TreeNode): string {
  return node.kind === 'list' && node.items.length === 0 ? 'an empty list' : describeValue(node)
}

/** Null if it has an error. */
function readAccount(
  problems: Problems,
  item: TreeNode,
  index: number,
  parseAddress: ParseAddress,
): PlacedAccount | null {
  const before = problems.found.length
  const name = getText(getValue(item, 'name'))
  const subject = `Account ${index + 1}${name === null ? '' : ` (${quoteName(name)})`}`
  if (item.kind !== 'map') {
    if (item.kind !== 'broken') {
      report(problems, 'policy-value', item.span, {
        summary: `${subject} must be a map, not ${describeValue(item)}.`,
        advice: 'Begin it with `- name:`.',
      })
    }
    return null
  }
  checkAccountKeys(problems, item, subject)
  const address = getText(getValue(item, 'base_url'))
  const server = address === null ? null : parseAddress(address)
  const entry = getEntry(item, 'base_url')
  if (typeof server === 'string' && entry !== undefined) {
    reportOnce(problems, 'policy-value', entry.value, {
      summary: `\`base_url\` of ${subject}: ${server}`,
      advice: FLEET_KEYS['base_url']?.advice ?? null,
    })
  }
  if (problems.found.length > before || typeof server === 'string' || server === null) return null
  return buildAccount(problems, item, subject, server)
}

function checkAccountKeys(problems: Problems, map: MapNode, subject: string): void {
  const misspelt = checkKeys(problems, map, Object.keys(FLEET_KEYS), subject)
  const has = (key: string) => map.entries.has(key) || misspelt.has(key)
  const complain = (summary: string, advice: string) =>
    report(problems, 'policy-missing-key', map.span, { summary, advice })
  for (const [key, row] of Object.entries(FLEET_KEYS)) {
    const { expected, advice, accepts, required, secret = false } = row
    const entry = getEntry(map, key)
    if (entry !== undefined && !accepts(entry.value)) {
      reportWrong(problems, entry, `\`${key}\` of ${subject}`, expected, advice, secret)
    }
    if (required && !has(key) && !map.open) complain(`${subject} needs the key \`${key}\`.`, advice)
  }
  const second = getEntry(map, 'token_file')
  if (second !== undefined && map.entries.has('token_env')) {
    reportOnce(problems, 'policy-value', second, {
      summary: `${subject} has both \`token_env\` and \`token_file\`.`,
      advice: 'Keep only one of them.',
    })
  } else if (!has('token_env') && !has('token_file') && !map.open) {
    complain(
      `${subject} needs the key \`token_env\` or \`token_file\`.`,
      'Add `token_env:` with the name of the variable that contains the token.',
    )
  }
}

/** Gets only maps without errors. */
function buildAccount(
  problems: Problems,
  map: MapNode,
  subject: string,
  { baseUrl, origin, account }: ServerAddress,
): PlacedAccount | null {
  const take = <T>(key: string, value: (of: unknown) => T): Located<T> | null => {
    const node = getValue(map, key)
    if (node?.kind !== 'scalar') return null
    return { value: value(node.value), location: locate(problems.source, node.span.start) }
  }
  const token = (['token_env', 'token_file'] as const).flatMap((from) => {
    const text = take(from, String)
    return text === null ? [] : [{ ...text, from }]
  })[0]
  const [name, policy, id] = [take('name', String), take('policy', String), take('account', Number)]
  const server = take('base_url', () => ({ baseUrl, origin }))
  if (!name || !policy || !id || !server || !token) return null
  if (account !== null && account !== id.value) {
    report(problems, 'policy-value', findAccountPlace(map, 'account'), {
      summary: `${subject} has \`account: ${id.value}\`, but its \`base_url\` is the dashboard of account ${account}.`,
      advice: 'Use the same account in both, or write only the base URL of the server.',
    })
    return null
  }
  return {
    account: {
      name: name.value,
      policy,
      server,
      account: id,
      token,
      caFile: take('ca_file', String),
      headerFile: take('header_file', String),
      location: name.location,
    },
    map,
  }
}
