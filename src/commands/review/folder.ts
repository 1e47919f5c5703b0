/**
 * Writes the folder of an access review, completely or not at all, and reads it later, with the hashes
 * of its manifest. Does not know what the other files mean.
 */

import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, realpath, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { type Diagnostic, type Failure, makeFailure } from '../../core/messages/diagnostic.ts'
import { describeReason } from '../../core/messages/system-reasons.ts'
import type { RefuseAt } from '../../core/model/fields.ts'
import type { Location } from '../../core/model/location.ts'
import { compareCodeUnits } from '../../core/model/names.ts'
import { type ListedFile, MANIFEST, type ManifestContent } from '../../core/review/record.ts'
import type { Mismatch } from '../../core/review/results.ts'
import { parseJsonBytes } from '../../files/json-file.ts'
import {
  explainError,
  getReason,
  isThere,
  makeDraftPath,
  makeFolder,
  tryFolder,
} from '../../files/whole-file.ts'
import { makeUsageFailure } from '../../shell/command.ts'
import type { World } from '../../shell/world.ts'

/**
 * Makes git keep every byte of the folder. Without it, settings for line endings, keywords,
 * encodings or filters could change the files.
 */
export const KEEPS_BYTES = {
  name: '.gitattributes',
  text: '# Evidence: git must not change a byte.\n* -text -ident !filter !working-tree-encoding\n',
}

export function computeSha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What a manifest or a record says about a file. */
export function sealFile(name: string, content: string | Uint8Array): ListedFile {
  return { name, bytes: Buffer.byteLength(content), sha256: computeSha256(content) }
}

export function readFolderName([folder]: readonly string[]): string {
  if (folder !== undefined) return folder
  throw makeUsageFailure(
    'The folder is missing.',
    'Name the folder that `rollcall review -o` wrote.',
  )
}

/** Whether the path is that folder, or in it, also through a link. Both as the user named them. */
export async function isInside(folder: string, path: string, { cwd }: World): Promise<boolean> {
  const steps = relative(
    await findRealPath(resolve(cwd, folder)),
    await findRealPath(resolve(cwd, path)),
  )
  return steps.split(sep)[0] !== '..' && !isAbsolute(steps)
}

/** What does not exist yet is in the folder where it would be. */
async function findRealPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(await findRealPath(above), basename(path))
  }
}

const ANOTHER = 'Name a folder that does not exist yet.'

/** Returns the path. Throws a Failure if no review can be written there, before anything is read. */
export async function checkFreeFolder(shown: string, { cwd }: World): Promise<string> {
  const path = resolve(cwd, shown)
  let inside: readonly string[] | null = null
  try {
    inside = await readdir(path)
  } catch (error) {
    if (getReason(error) !== 'ENOENT' || (await isThere(path))) {
      throw makeUsageFailure(
        `rollcall cannot use the folder ${shown}: ${explainError(error)}.`,
        ANOTHER,
      )
    }
  }
  if (inside !== null && inside.length > 0) {
    throw makeUsageFailure(
      `The folder ${shown} is not empty, and rollcall never overwrites a review.`,
      ANOTHER,
    )
  }
  const problem = await tryFolder(
    inside === null ? await findFirstMissing(path) : join(path, MANIFEST),
  )
  if (problem !== null) throw makeWriteFailure(shown, problem)
  return path
}

/** The first folder of the path that does not exist yet. */
async function findFirstMissing(path: string): Promise<string> {
  return (await isThere(dirname(path))) ? path : findFirstMissing(dirname(path))
}

/** If it throws a Failure, it leaves no file behind. Writes the files in the order of the map. */
export async function writeFolder(
  path: string,
  shown: string,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<void> {
  const there = await isThere(path)
  const draft = makeDraftPath(there ? join(path, MANIFEST) : path)
  const moved: string[] = []
  try {
    await makeFolder(draft)
    for (const [name, content] of files) await writeFile(join(draft, name), content, { flag: 'wx' })
    if (!there) await rename(draft, path)
    else {
      // Fill an existing folder, do not replace it: it may be a mount point or have its own
      // permissions.
      if ((await readdir(path)).length > 1) throw new Error('it is no longer empty')
      for (const name of files.keys()) {
        await rename(join(draft, name), join(path, name))
        moved.push(join(path, name))
      }
      await rmdir(draft)
    }
  } catch (error) {
    for (const each of [draft, ...moved]) {
      await rm(each, { recursive: true, force: true }).catch(() => undefined)
    }
    throw makeWriteFailure(shown, getReason(error))
  }
}

function makeWriteFailure(shown: string, reason: string): Failure {
  return makeFailure({
    code: 'output-failed',
    summary: `The review could not be written to ${shown}: ${describeReason(reason)}.`,
    detail: 'Nothing was written.',
  })
}

/** A folder with a document that lists its other files. */
export interface ListedFolder<T> {
  /** As the user named it. */
  readonly folder: string
  readonly document: T
  readonly bytes: Buffer
  /** The hash of the document itself, to compare with a log. */
  readonly sha256: string
  /** Every regular file that the document lists and that is there, by name. */
  readonly files: ReadonlyMap<string, Buffer>
  /** What does not fit the hashes of the document. */
  readonly problems: readonly Mismatch[]
}

/** A review, whose document is its manifest. */
export type Bundle = ListedFolder<ManifestContent>

/**
 * Throws a Failure if there is no valid document.
 * @param name of the document that lists the other files of the folder
 */
export async function readListedFolder<T extends { readonly files: readonly ListedFile[] }>(
  shown: string,
  name: string,
  parse: (document: unknown, refuse: RefuseAt) => T,
  help: Partial<Pick<Diagnostic, 'detail' | 'advice'>>,
  { cwd }: World,
): Promise<ListedFolder<T>> {
  const path = resolve(cwd, shown)
  const fail = (location: Location | null, problem: string) =>
    makeFailure({
      code: 'review-changed',
      summary: `${join(shown, name)} ${problem}.`,
      location,
      ...help,
    })
  const bytes = await readRegularFile(join(path, name))
  if (typeof bytes === 'string') throw fail(null, bytes)
  const document = parseJsonBytes(bytes, join(shown, name), fail, parse)
  const present = await readdir(path).catch((error) => {
    const why = `its folder cannot be read (${explainError(error)})`
    throw fail(null, `cannot be checked, because ${why}`)
  })
  const found = await checkListedFiles(path, name, document.files, present)
  return { folder: shown, document, bytes, sha256: computeSha256(bytes), ...found }
}

async function checkListedFiles(
  path: string,
  document: string,
  listed: readonly ListedFile[],
  present: readonly string[],
): Promise<Pick<Bundle, 'files' | 'problems'>> {
  const files = new Map<string, Buffer>()
  const problems: Mismatch[] = []
  const add = (file: string, problem: string) =>
    void problems.push({ kind: 'changed', file, place: '', problem })
  for (const { name, bytes: length, sha256 } of listed) {
    const bytes = present.includes(name) ? await readRegularFile(join(path, name)) : 'is missing'
    if (typeof bytes === 'string') {
      add(name, bytes)
      continue
    }
    files.set(name, bytes)
    if (computeSha256(bytes) !== sha256) {
      add(name, `was changed: its SHA-256 is not the one in ${document}`)
    } else if (bytes.length !== length) {
      add(name, `has ${bytes.length} bytes, but ${document} says ${length}`)
    }
  }
  const names = new Set(listed.map(({ name }) => name))
  for (const name of present) {
    if (!names.has(name) && name !== document) add(name, `was added${explainLeftover(name)}`)
  }
  problems.sort((a, b) => compareCodeUnits(a.file, b.file))
  return { files, problems }
}

/** Files that other programs leave in a folder; they are not part of the review. */
const LEFTOVERS: readonly (readonly [RegExp, string])[] = [
  [/^(\.DS_Store|\._.*)$/, 'by macOS, which stores settings of the folder in it: delete it'],
  [/^(Thumbs|ehthumbs)\.db$/i, 'by Windows, which stores small pictures in it: delete it'],
  [/^desktop\.ini$/i, 'by Windows, which stores settings of the folder in it: delete it'],
  [/^~\$/, 'by Microsoft Office, which has a file open: close that file without saving'],
  [/^\.~lock\..*#$/, 'by LibreOffice, which has a file open: close that file without saving'],
]

function explainLeftover(name: string): string {
  const known = LEFTOVERS.find(([pattern]) => pattern.test(name))
  return known === undefined ? '' : ` ${known[1]}`
}

/** The bytes, or a clause: a link could point to another file later, so it is not followed. */
async function readRegularFile(path: string): Promise<Buffer | string> {
  try {
    if ((await lstat(path)).isFile()) return await readFile(path)
    return 'was changed: it is not a regular file'
  } catch (error) {
    return `cannot be read (${explainError(error)})`
  }
}
