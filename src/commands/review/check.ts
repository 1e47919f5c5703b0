/**
 * Checks a review against itself: writes every file again from snapshot, policy and record, and
 * compares. Core and views decide what the files should be; this file only compares.
 */
import { join } from 'node:path'
import { formatAccountPath } from '../../chatwoot/paths.ts'
import { Failure } from '../../core/messages/diagnostic.ts'
import { count } from '../../core/messages/phrase.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { JudgedAccount } from '../../core/report/report.ts'
import { findForeignPolicy, findMiscounts } from '../../core/review/agreement.ts'
import { findDisorder } from '../../core/review/moments.ts'
import {
  type ListedFile,
  MANIFEST,
  parseManifest,
  type ReviewRecord,
} from '../../core/review/record.ts'
import type { Mismatch, Unchecked } from '../../core/review/results.ts'
import { parseSnapshotBytes } from '../../files/snapshot-file.ts'
import { TOOL } from '../../shell/tool.ts'
import type { World } from '../../shell/world.ts'
import { findDifferences } from './differences.ts'
import { type Bundle, readListedFolder } from './folder.ts'

export interface Inspection {
  readonly bundle: Bundle
  /** Empty if the review is unchanged and its files agree, except for what `unchecked` lists. */
  readonly problems: readonly Mismatch[]
  readonly unchecked: Unchecked | null
  /** Null: a file that others follow from could not be read. */
  readonly judged: JudgedReview | null
}

/** What the files were compared with. */
export interface JudgedReview {
  readonly snapshot: Snapshot
  readonly account: JudgedAccount
  /** The empty form. */
  readonly blank: Buffer
}

/** Throws a Failure if there is no valid manifest. */
export async function inspect(folder: string, world: World): Promise<Inspection> {
  const help = {
    detail: 'Without its manifest rollcall cannot check a review.',
    advice: 'Name the folder that `rollcall review -o` wrote, or restore the manifest.',
  }
  const bundle = await readListedFolder(folder, MANIFEST, parseManifest, help, world)
  const compared = await compareWithItself(bundle)
  const problems = [...bundle.problems, ...compared.problems]
  return { ...compared, bundle, problems }
}

/** Whether this version wrote it: another version may write values differently. */
export function isOwnWork({ version }: ReviewRecord['tool']): boolean {
  return version === TOOL.version
}

/** @param files those that another version has written differently */
export function listUnchecked(
  { version }: ReviewRecord['tool'],
  files: Iterable<string>,
): Unchecked | null {
  const sorted = [...files].sort()
  return sorted.length === 0 ? null : { wrote: version, is: TOOL.version, files: sorted }
}

const SHOWN_PER_FILE = 5

async function compareWithItself(
  bundle: Bundle,
): Promise<Pick<Inspection, 'problems' | 'unchecked' | 'judged'>> {
  const { document: manifest, files } = bundle
  const { record } = manifest
  const found: Mismatch[] = []
  const unread = { problems: found, unchecked: null, judged: null }
  const add = (file: string, place: string, problem: string) =>
    void found.push({ kind: 'contradicts', file, place, problem })
  const [snapshotBytes, policyBytes] = [files.get('snapshot.json'), files.get('policy.yaml')]
  if (snapshotBytes === undefined || policyBytes === undefined) {
    const listed = manifest.files.map(({ name }) => name)
    for (const name of ['snapshot.json', 'policy.yaml']) {
      // A file that is listed but missing was reported already.
      if (!listed.includes(name)) add(MANIFEST, '', `does not list ${name}`)
    }
    return unread
  }
  /** Null: the work failed, and the fault is in the file. */
  const tryTo = <T>(file: string, what: string, work: () => T): T | null => {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      add(file, '', `${what}: ${error.message}`)
      return null
    }
  }
  // Loaded late: a folder without a manifest needs neither policies nor views.
  const { parsePolicy } = await import('../../policy/read/parse.ts')
  const { listFiles, writeReview } = await import('./write.ts')
  const { policy, diagnostics } = parsePolicy(record.policyPath, policyBytes)
  if (policy === null) {
    add('policy.yaml', '', `is not a policy: ${diagnostics[0]?.summary}`)
    return unread
  }
  const snapshot = tryTo('snapshot.json', 'is not a snapshot', () =>
    parseSnapshotBytes(snapshotBytes, join(bundle.folder, 'snapshot.json')),
  )
  if (snapshot === null) return unread
  for (const { place, problem } of [
    ...findDisorder(record, snapshot),
    ...findMiscounts(manifest, snapshot, (list) => formatAccountPath(snapshot.account.id, list)),
  ]) {
    add(MANIFEST, `, \`${place}\``, problem)
  }
  const foreign = findForeignPolicy(policy, snapshot)
  if (foreign !== null) add('policy.yaml', '', foreign)
  const written = tryTo('snapshot.json', 'cannot be judged by policy.yaml', () =>
    writeReview(record, policy, snapshot),
  )
  if (written === null) return unread
  const { account, contents, renderManifest } = written
  const listed = new Map(manifest.files.map((each) => [each.name, each]))
  for (const name of listed.keys()) {
    if (!contents.has(name)) add(name, '', 'is not a file of a review')
  }
  const same = isOwnWork(record.tool)
  const hidden = account.getOutcomes().hidden.length > 0
  const otherwise = new Set<string>()
  const compare = (name: string, is: Buffer, should: string) => {
    const differences = findDifferences(name, is, should)
    // Another version can write values differently, but it has the same people, except hidden members.
    const rows = name === 'population.csv' || (name === 'decisions.csv' && !hidden)
    const certain = differences.filter(({ row }) => same || (row && rows))
    if (certain.length < differences.length) otherwise.add(name)
    for (const { place, problem } of certain.slice(0, SHOWN_PER_FILE)) add(name, place, problem)
    const more = certain.length - SHOWN_PER_FILE
    if (more > 0) add(name, '', `differs in ${count(more, 'more place')}`)
  }
  for (const [name, should] of contents) {
    const is = files.get(name)
    if (is !== undefined) compare(name, is, should)
  }
  const expected = listFiles(contents).map((each): ListedFile => listed.get(each.name) ?? each)
  compare(MANIFEST, bundle.bytes, renderManifest(expected))
  const unchecked = listUnchecked(record.tool, otherwise)
  const blank = files.get('decisions.csv')
  const judged = blank === undefined ? null : { snapshot, account, blank }
  return { problems: found, unchecked, judged }
}
