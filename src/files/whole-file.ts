/**
 * The only place that writes files, completely or not at all. A replaced file keeps its owner and its
 * permissions. A file that cannot be replaced, such as a mount point, is written in place.
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
import { describeReason } from '../core/messages/system-reasons.ts'

export interface WriteOptions {
  /** Never overwrite; if the path exists, the reason is `EEXIST`. */
  readonly exclusive?: boolean
  /** Only this user may read a new file. */
  readonly secret?: boolean
}

/** rollcall never replaces a device, a pipe or a folder. */
export const NOT_A_FILE = 'it is not a file'

/** `out/` means a folder, even if there is a file `out`. */
export function endsAsFolder(shown: string): boolean {
  return /[\\/]$/.test(shown)
}

/** Null, or the reason why it could not be written; the old file is then unchanged. */
export async function writeWhole(
  path: string,
  text: string,
  { exclusive = false, secret = false }: WriteOptions = {},
): Promise<string | null> {
  const draft = makeDraftPath(path)
  try {
    const old = exclusive ? null : await stat(path).catch(() => null)
    if (old !== null && !old.isFile()) return NOT_A_FILE
    // Nobody else may read it before it has the permissions of the old file.
    const mode = old === null && !secret ? 0o666 : 0o600
    await writeFile(draft, text, { flag: 'wx', mode })
    // `link` fails if the path exists; `rename` would overwrite it.
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

/** Null if the path is free, `EEXIST` for a file, or the reason why it cannot be replaced. */
async function findObstacle(path: string): Promise<string | null> {
  const reason = await findFailure(() => lstat(path))
  if (reason !== null) return reason === 'ENOENT' || reason === 'ENOTDIR' ? null : reason
  if (await isStream(path)) return NOT_A_FILE
  // A link without a target can be replaced.
  const there = await stat(path).catch(() => null)
  return there === null || there.isFile() ? 'EEXIST' : NOT_A_FILE
}

/** It cannot be deleted, and an old or empty file could look like a new one. */
const MOUNTED = 'it is a mount point or in use; mount its folder instead'

/**
 * Null, or the reason why it still exists.
 * @param mayRemove if it says no, the reason is `EEXIST`
 */
export async function removeFile(
  path: string,
  mayRemove = async (_path: string) => true,
): Promise<string | null> {
  const obstacle = await findObstacle(path)
  if (obstacle !== 'EEXIST') return obstacle
  try {
    if (!(await mayRemove(path))) return 'EEXIST'
    await rm(path)
    return null
  } catch (error) {
    const reason = getReason(error)
    return reason === 'EBUSY' ? MOUNTED : reason
  }
}

/** Never replace a link such as `/dev/stdout`, even if its target is a file: other programs use it. */
async function isStream(path: string): Promise<boolean> {
  const target = await readlink(path).catch(() => null)
  return (
    target !== null &&
    /^\/(dev\/(fd\/|std(in|out|err)$)|proc\/)/.test(resolve(dirname(path), target))
  )
}

/** Null, or the reason why nothing can be written at `path`. Tests its folder and leaves no file. */
export async function tryFolder(path: string): Promise<string | null> {
  const draft = makeDraftPath(path)
  const reason = await findFailure(async () => {
    await writeFile(draft, '', { flag: 'wx' })
    await rm(draft)
  })
  return reason === 'ENOENT' ? 'its folder does not exist' : reason
}

/**
 * Null, or the reason why no file can be made there; `EEXIST` if there already is one. Leaves no file.
 * @param shown the path as the user wrote it
 * @param force whether a file may be there
 */
export async function findNewFileProblem(
  shown: string,
  path: string,
  force = false,
): Promise<string | null> {
  if (endsAsFolder(shown)) return NOT_A_FILE
  const obstacle = await findObstacle(path)
  return obstacle === null || (force && obstacle === 'EEXIST') ? tryFolder(path) : obstacle
}

/** Makes missing parents too. `recursive` of Node never ends if it can make nothing (in /proc). */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const reason = getReason(error)
    if (reason === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (reason === 'EEXIST') throw new Error('ENOTDIR')
    if (reason !== 'ENOENT' || (await isThere(dirname(path)))) throw error
    await makeFolder(dirname(path))
    await makeFolder(path)
  }
}

/** Makes the folder of a file. Null, or the reason why the file cannot be written there. */
export async function prepareFolder(path: string): Promise<string | null> {
  return (await findFailure(() => makeFolder(dirname(path)))) ?? tryFolder(path)
}

/** In the same folder, so that it can be renamed. Cuts the name, because it may be too long to extend. */
export function makeDraftPath(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 40)}.${randomUUID()}`)
}

/** False if this user cannot give the new file the owner of the old one. */
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
    // A mount point cannot be replaced.
    if (getReason(error) !== 'EBUSY') throw error
    await writeInPlace(path, text, draft)
  }
}

/** Keeps the old text in a second file until the new one is complete. */
async function writeInPlace(path: string, text: string, draft: string): Promise<void> {
  const kept = `${draft}.old`
  const file = await open(path, 'r+')
  try {
    await copyFile(path, kept, constants.COPYFILE_EXCL).catch(async (error: unknown) => {
      await rm(kept, { force: true })
      throw error
    })
    const problem = await overwriteFile(file, Buffer.from(text))
    if (problem !== null && (await overwriteFile(file, await readFile(kept))) !== null) {
      throw new Error(`${describeReason(problem)}; the old content is now in ${kept}`)
    }
    await rm(kept)
    if (problem !== null) throw new Error(problem)
  } finally {
    await file.close()
  }
}

/** Null, or the reason why not everything could be written. */
function overwriteFile(file: FileHandle, bytes: Uint8Array): Promise<string | null> {
  return findFailure(async () => {
    for (let at = 0; at < bytes.length; ) {
      at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten
    }
    await file.truncate(bytes.length)
    await file.sync()
  })
}

/** Null, or the reason why the work failed. */
async function findFailure(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work()
    return null
  } catch (error) {
    return getReason(error)
  }
}

/** A code such as `ENOENT`, or a reason in words. `describeReason` makes words of both. */
export function getReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}

/** Why something failed, in words for a message. */
export function explainError(error: unknown): string {
  return describeReason(getReason(error))
}

/** True also for a link without a target. */
export async function isThere(path: string): Promise<boolean> {
  return (await findFailure(() => lstat(path))) === null
}
