/**
 * Turns the bytes of a fleet file into a Fleet, or into every error with its place. Reads no other file,
 * and knows no server: the caller parses addresses.
 */
import { createHash } from 'node:crypto'
import { type Diagnostic, Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import { lowerFirst } from '../../core/messages/phrase.ts'
import type { Fleet, ServerAddress } from '../../core/model/fleet.ts'
import type { Located } from '../../core/model/location.ts'
import { checkShape } from '../schema.ts'
import { findAccountPlace, type PlacedAccount, reportClashes } from './fleet-clashes.ts'
import { reportForeignLines } from './foreign-lines.ts'
import { reportOtherFile } from './other-file.ts'
import {
  type Problems,
  quoteName,
  report,
  reportOnce,
  sortProblems,
  startProblems,
} from './problems.ts'
import { decode, locate } from './source-text.ts'
import { readTree } from './syntax.ts'
import { getEntry, getItems, getText, getValue, type MapNode, type TreeNode } from './tree.ts'
import { nameSubject } from './wording.ts'

/** 10,000 accounts take about 2 MiB. */
export const MAX_FLEET_BYTES = 8 * 1024 * 1024

/** The server that a text names, or what is wrong with it, as a sentence. */
export type ParseAddress = (text: string) => ServerAddress | string

/** Throws a Failure with every error. */
export function parseFleet(path: string, bytes: Uint8Array, parseAddress: ParseAddress): Fleet {
  const source = decode(path, bytes, 'fleet file')
  if ('code' in source)
    throw new Failure({ ...source, code: 'settings-fleet-invalid', excerpt: null })
  const problems = startProblems(source, 'fleet file')
  const read = reportForeignLines(problems, false) ? null : readTree(problems)
  const tree = read !== null && reportOtherFile(problems, read) ? null : read
  const misspelt = tree && checkShape(problems, tree)
  const accounts = getItems(getValue(tree ?? undefined, 'accounts')).flatMap(
    (item, index) => readAccount(problems, item, index, misspelt?.get(item), parseAddress) ?? [],
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

/** Null if it has an error. */
function readAccount(
  problems: Problems,
  item: TreeNode,
  index: number,
  misspelt: ReadonlySet<string> | undefined,
  parseAddress: ParseAddress,
): PlacedAccount | null {
  if (item.kind !== 'map') return null
  const subject = nameSubject('@fleet/accounts/[]', { owner: '', index, item })
  checkToken(problems, item, subject, misspelt)
  const base = getValue(item, 'base_url')
  const address = getText(base)
  if (base === undefined || address === null || problems.faulty.has(base)) return null
  const server = parseAddress(address)
  if (typeof server !== 'string') return buildAccount(problems, item, subject, server)
  reportOnce(problems, 'policy-value', base, {
    summary: `\`base_url\` of ${lowerFirst(subject)}: ${server}`,
    advice: 'Write it like https://chat.acme.com.',
  })
  return null
}

/** An account needs one of two keys. */
function checkToken(
  problems: Problems,
  map: MapNode,
  subject: string,
  misspelt: ReadonlySet<string> | undefined,
): void {
  const second = getEntry(map, 'token_file')
  const has = (key: string) => map.entries.has(key) || misspelt?.has(key)
  if (second !== undefined && map.entries.has('token_env')) {
    reportOnce(problems, 'policy-value', second, {
      summary: `${subject} has both \`token_env\` and \`token_file\`.`,
      advice: 'Keep only one of them.',
    })
  } else if (!has('token_env') && !has('token_file') && !map.open) {
    report(problems, 'policy-missing-key', map.span, {
      summary: `${subject} needs the key \`token_env\` or \`token_file\`.`,
      advice: 'Add `token_env:` with the name of the variable that contains the token.',
    })
  }
}

/** Null if one of its values is missing or has an error. */
function buildAccount(
  problems: Problems,
  map: MapNode,
  subject: string,
  { baseUrl, origin, account }: ServerAddress,
): PlacedAccount | null {
  const take = <T>(key: string, value: (of: unknown) => T): Located<T> | null => {
    const node = getValue(map, key)
    if (node?.kind !== 'scalar' || problems.faulty.has(node)) return null
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
