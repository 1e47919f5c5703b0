/**
 * The folder in which `rollcall snapshot --fleet` leaves one file for each account: its snapshot, or
 * why there is none. Files of earlier runs are removed before anything is read. Several shards may
 * share the folder, so files of other accounts stay. Does not judge what it reads.
 */

import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  type Diagnostic,
  Failure,
  makeDiagnostic,
  makeFailure,
} from '../core/messages/diagnostic.ts'
import { describeReason } from '../core/messages/system-reasons.ts'
import type { Location } from '../core/model/location.ts'
import { compareCodeUnits } from '../core/model/names.ts'
import { SNAPSHOT_FORMAT } from '../core/model/snapshot.ts'
import {
  FAILURE_FORMAT,
  parseSnapshotFailure,
  type SnapshotFailure,
} from '../core/report/snapshot-failure.ts'
import { readNamed } from '../policy/read/named-file.ts'
import { makeOptionFailure } from '../shell/command.ts'
import type { World } from '../shell/world.ts'
import { parseJsonBytes } from './json-file.ts'
import { endsAsFolder, explainError, prepareFolder, removeFile, writeWhole } from './whole-file.ts'

const LARGEST_FAILURE = 8 * 1024 * 1024
const LONGEST_NAME = 180

/**
 * The names of the two files of an account. Everything that a file system may not accept or may confuse
 * is encoded, and two names of one fleet never give the same file name.
 */
export function nameFleetFiles(name: string): {
  readonly snapshot: string
  readonly failure: string
} {
  const encoded = encodeURIComponent(name)
    .replace(/[!'()*~]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\.|\.(?=failed$)|\.$/gi, '%2E')
    // Windows does not accept these as the name of a file, whatever follows the dot.
    .replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, '$1%20')
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16)
  const base =
    encoded.length <= LONGEST_NAME ? encoded : `${encoded.slice(0, LONGEST_NAME - 17)}~${hash}`
  return { snapshot: `${base}.json`, failure: `${base}.failed.json` }
}

/** Writes a file of the folder. Null, or why it could not be written. */
export type WriteFleetFile = (file: string, text: string) => Promise<Diagnostic | null>

/**
 * Makes the folder, and removes what earlier runs left for these accounts. Throws a Failure if it
 * cannot be used.
 * @param shown the path as the user wrote it
 * @param names those of the accounts that this run reads
 * @param force whether files that rollcall did not write may be replaced too
 */
export async function claimFleetFolder(
  shown: string,
  names: readonly string[],
  force: boolean,
  world: World,
): Promise<WriteFleetFile> {
  if (!endsAsFolder(shown)) {
    throw makeOptionFailure(
      `With --fleet, --output must be a folder, but "${shown}" does not end with a slash.`,
      `Write it as -o ${shown}/.`,
    )
  }
  const path = resolve(world.cwd, shown)
  const fail = (reason: string, file = '') =>
    makeDiagnostic({
      code: 'output-failed',
      summary: `${shown}${file} could not be written: ${describeReason(reason)}.`,
    })
  const untouchable = await prepareFolder(join(path, 'x'))
  if (untouchable !== null) throw new Failure(fail(untouchable))
  const problems: Diagnostic[] = []
  for (const file of names.flatMap((name) => Object.values(nameFleetFiles(name)))) {
    const problem = await removeFile(join(path, file), force ? undefined : isOurs)
    if (problem === 'EEXIST') {
      problems.push(
        makeDiagnostic({
          code: 'output-exists',
          summary: `${shown}${file} already exists and is not a snapshot of rollcall. It was not changed.`,
        }),
      )
    } else if (problem !== null) problems.push(fail(problem, file))
  }
  if (problems.length > 0) throw new Failure(...problems)
  return async (file, text) => {
    const reason = await writeWhole(join(path, file), text)
    return reason === null ? null : fail(reason, file)
  }
}

/** The first keys say what a document of rollcall is; its end may be missing. */
async function isOurs(path: string): Promise<boolean> {
  const start = (await readFile(path, 'utf8')).slice(0, 200)
  const [, format] = /^\s*\{\s*"format":\s*"([^"]*)"/.exec(start) ?? []
  return start === '' || format === SNAPSHOT_FORMAT || format === FAILURE_FORMAT
}

/** Reading a pipe without a writer would never end. A link that leads nowhere is an unreadable file. */
async function isFile(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile()
  return stat(path).then(
    (target) => target.isFile(),
    () => true,
  )
}

/** Finds the JSON files of a folder and of the folders directly in it, as artifacts are unpacked. */
export async function findFleetFiles(shown: string, { cwd }: Pick<World, 'cwd'>) {
  /** Name of a file → where it is. A name that is in two sub-folders has two. */
  const paths = new Map<string, string[]>()
  /** Why the folder, or a folder in it, cannot be read. */
  const problems: Diagnostic[] = []
  const look = async (folder: string, deeper: boolean) => {
    const found = await readdir(resolve(cwd, folder), { withFileTypes: true }).catch((error) => {
      const summary = `The folder ${folder} of --snapshots cannot be read (${explainError(error)}).`
      problems.push(makeDiagnostic({ code: 'snapshot-unreadable', summary }))
      return []
    })
    for (const entry of found.sort((a, b) => compareCodeUnits(a.name, b.name))) {
      if (entry.name.startsWith('.')) continue
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (deeper) await look(path, false)
      } else if (entry.name.endsWith('.json') && (await isFile(entry, resolve(cwd, path)))) {
        paths.set(entry.name, [...(paths.get(entry.name) ?? []), path])
      }
    }
  }
  await look(shown, true)
  return { paths, problems }
}

/** Throws a Failure with one diagnostic. */
export async function readSnapshotFailure(name: string, world: World): Promise<SnapshotFailure> {
  const fail = (location: Location | null, problem: string) =>
    makeFailure({
      code: 'snapshot-unreadable',
      summary: `The file ${name} ${problem}.`,
      detail: 'It should say why there is no snapshot of this account.',
      location,
    })
  const bytes = await readNamed(name, LARGEST_FAILURE, world).catch((error) => {
    throw fail(null, `cannot be read (${explainError(error)})`)
  })
  if (bytes === null) throw fail(null, 'is too large')
  return parseJsonBytes(bytes, name, fail, parseSnapshotFailure)
}
