/**
 * The one place that writes files: whole or not at all. A file that is replaced keeps its owner and
 * its rights; where it cannot be replaced, as a mount point, it is written in place.
 */
import { randomUUID } from 'node:crypto'
import type { Stats } from 'node:fs'
import {
  chmod,
  chown,
  constants,
  copyFile,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

export interface WriteOptions {
  /** Never over something that is there already; the reason is then `EEXIST`. */
  readonly exclusive?: boolean
}

/** A device, a pipe or a folder is not ours to replace. */
export const NOT_A_FILE = 'it is not a file'

/** `out/` is meant as a folder, whatever is there. */
export function endsAsFolder(shown: string): boolean {
  return /[\\/]$/.test(shown)
}

/** Null, or why it could not be written; then the file is as it was. */
export async function writeWhole(
  path: string,
  text: string,
  { exclusive = false }: WriteOptions = {},
): Promise<string | null> {
  const draft = makeDraftPath(path)
  try {
    const old = exclusive ? null : await stat(path).catch(() => null)
    if (old !== null && !old.isFile()) return NOT_A_FILE
    // Until it has the rights of the old file, nobody else may read it.
    await writeFile(draft, text, { flag: 'wx', mode: old === null ? 0o666 : 0o600 })
    // A link is refused where there is something; a rename would replace it.
    if (exclusive) await link(draft, path)
    else if (old === null || (await copyOwnerAndRights(draft, old)))
      await moveOver(draft, path, text)
    else await writeInPlace(path, text, draft)
    return null
  } catch (error) {
    return getReason(error)
  } finally {
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

/** What is at a path: null for nothing, `EEXIST` for a file, else why it cannot be replaced. */
export async function findObstacle(path: string): Promise<string | null> {
  try {
    await lstat(path)
  } catch (error) {
    const reason = getReason(error)
    return reason === 'ENOENT' || reason === 'ENOTDIR' ? null : reason
  }
  if (await isStream(path)) return NOT_A_FILE
  // A link that leads nowhere can be replaced.
  const there = await stat(path).catch(() => null)
  return there === null || there.isFile() ? 'EEXIST' : NOT_A_FILE
}

/** `/dev/stdout` is a link that the whole machine uses, also where it leads to a file. */
async function isStream(path: string): Promise<boolean> {
  const target = await readlink(path).catch(() => null)
  return (
    target !== null &&
    /^\/(dev\/(fd\/|std(in|out|err)$)|proc\/)/.test(resolve(dirname(path), target))
  )
}

/** Null, or why nothing could be written at `path`; looks at its folder only, and leaves no trace. */
export async function tryFolder(path: string): Promise<string | null> {
  const draft = makeDraftPath(path)
  try {
    await writeFile(draft, '', { flag: 'wx' })
    await rm(draft)
    return null
  } catch (error) {
    const reason = getReason(error)
    return reason === 'ENOENT' ? 'its folder does not exist' : reason
  }
}

/** With all that is missing above it. Node's own way never ends where nothing can be made (/proc). */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    if (getReason(error) === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (getReason(error) !== 'ENOENT' || (await isThere(dirname(path)))) throw error
    await makeFolder(dirname(path))
    await makeFolder(path)
  }
}

/** In the same folder, so that it can be renamed; short, since the name may be as long as can be. */
export function makeDraftPath(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 40)}.${randomUUID()}`)
}

/** False where the owner of the old file cannot be given to another one. */
async function copyOwnerAndRights(draft: string, { uid, gid, mode }: Stats): Promise<boolean> {
  const own = await stat(draft)
  if (own.uid !== uid || own.gid !== gid) {
    try {
      await chown(draft, uid, gid)
    } catch {
      return false
    }
  }
  await chmod(draft, mode & 0o7777)
  return true
}

async function moveOver(draft: string, path: string, text: string): Promise<void> {
  try {
    await rename(draft, path)
  } catch (error) {
    // What something is mounted on cannot be replaced.
    if (getReason(error) !== 'EBUSY') throw error
    await writeInPlace(path, text, draft)
  }
}

/** The old text stays beside it until the new one is whole. */
async function writeInPlace(path: string, text: string, draft: string): Promise<void> {
  const kept = `${draft}.old`
  const file = await open(path, 'r+')
  try {
    await copyFile(path, kept, constants.COPYFILE_EXCL).catch(async (error: unknown) => {
      await rm(kept, { force: true })
      throw error
    })
    const problem = await overwrite(file, Buffer.from(text))
    if (problem !== null && (await overwrite(file, await readFile(kept))) !== null) {
      throw new Error(`${problem}, and its old text is now in ${kept}`)
    }
    await rm(kept)
    if (problem !== null) throw new Error(problem)
  } finally {
    await file.close()
  }
}

/** Null, or why not all of it could be written. */
async function overwrite(file: FileHandle, bytes: Uint8Array): Promise<string | null> {
  try {
    for (let at = 0; at < bytes.length; ) {
      at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten
    }
    await file.truncate(bytes.length)
    await file.sync()
    return null
  } catch (error) {
    return getReason(error)
  }
}

export function getReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}

/** Whether anything at all is at a path, a dangling link included. */
export async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
