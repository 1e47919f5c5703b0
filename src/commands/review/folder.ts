/**
 * Writes the folder of an access review, completely or not at all, and checks later that it is
 * unchanged. Does not know what the files mean.
 */
import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import { compareCodeUnits } from '../../core/model/names.ts'
import { getReason, isThere, makeDraftPath, makeFolder, tryFolder } from '../../files/whole-file.ts'
import { expectNoMore, makeUsageFailure } from '../../shell/command.ts'
import type { World } from '../../shell/world.ts'
import { MANIFEST_FORMAT } from '../../views/bundle.ts'

export const MANIFEST = 'MANIFEST.json'

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

/** Reads the one positional of a command that needs a folder. */
export function readFolderName([folder, ...more]: readonly string[]): string {
  expectNoMore(more)
  if (folder !== undefined) return folder
  throw makeUsageFailure(
    'The folder is missing.',
    'Name the folder that `rollcall review -o` wrote.',
  )
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
        `rollcall cannot use the folder ${shown}: ${getReason(error)}.`,
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
      // Fill an existing folder, do not replace it: it may be a mount point or have own permissions.
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
  return new Failure(
    makeDiagnostic({
      code: 'output-failed',
      summary: `The review could not be written to ${shown}: ${reason}.`,
      advice: 'Correct the path or its permissions, then run again. Nothing was written.',
    }),
  )
}

export interface Inspection {
  /** The hash of the manifest itself, to compare with a log. */
  readonly manifestSha256: string
  /** How many files the manifest lists. */
  readonly files: number
  /** The hash of each file that the manifest lists, by name. */
  readonly hashes: ReadonlyMap<string, string>
  /** Phrases such as `report.json was changed`; empty if the review is unchanged. */
  readonly problems: readonly string[]
}

/** Throws a Failure if there is no valid manifest. */
export async function inspect(shown: string, { cwd }: World): Promise<Inspection> {
  const path = resolve(cwd, shown)
  const manifest = await readManifest(path, shown)
  const listed = new Map(manifest.files.map(({ name, sha256: hash }) => [name, hash]))
  const present = await readdir(path)
  const problems: string[] = []
  for (const [name, hash] of listed) {
    if (!present.includes(name)) problems.push(`${name} is missing`)
    else if ((await hashFile(join(path, name))) !== hash) problems.push(`${name} was changed`)
  }
  for (const name of present) {
    if (!listed.has(name) && name !== MANIFEST)
      problems.push(`${name} was added${explainLeftover(name)}`)
  }
  const sorted = problems.sort(compareCodeUnits)
  return { manifestSha256: manifest.sha256, files: listed.size, hashes: listed, problems: sorted }
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

/** Null if it is not a regular file: a link could point to another file later. */
async function hashFile(path: string): Promise<string | null> {
  if (!(await lstat(path)).isFile()) return null
  return computeSha256(await readFile(path))
}

interface Listed {
  readonly name: string
  readonly sha256: string
}

async function readManifest(
  path: string,
  shown: string,
): Promise<{ readonly sha256: string; readonly files: readonly Listed[] }> {
  const failed = (problem: string) =>
    new Failure(
      makeDiagnostic({
        code: 'review-changed',
        summary: `${join(shown, MANIFEST)} ${problem}.`,
        detail: 'Without its manifest rollcall cannot check a review.',
        advice: 'Name the folder that `rollcall review -o` wrote, or restore the manifest.',
      }),
    )
  let bytes: Uint8Array
  try {
    bytes = await readFile(join(path, MANIFEST))
  } catch (error) {
    throw failed(`cannot be read (${getReason(error)})`)
  }
  const files = parseManifest(bytes)
  if (files === null) throw failed('is not the manifest of a review')
  return { sha256: computeSha256(bytes), files }
}

function parseManifest(bytes: Uint8Array): readonly Listed[] | null {
  try {
    const { format, files } = JSON.parse(new TextDecoder().decode(bytes))
    const list: readonly Listed[] = format === MANIFEST_FORMAT && Array.isArray(files) ? files : []
    const sound = list.every(
      ({ name, sha256: hash }) =>
        typeof name === 'string' && basename(name) === name && typeof hash === 'string',
    )
    return sound && list.length > 0 ? list : null
  } catch {
    return null
  }
}
