/** Files that are written whole or not at all. */
import { randomUUID } from 'node:crypto'
import { link, lstat, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type Diagnostic, diagnostic } from '../core/diagnostic.ts'
import type { World } from './world.ts'

export interface WriteOptions {
  /** Never over something that is there already; the reason is then `EEXIST`. */
  readonly exclusive?: boolean
  /** Rights of the file; the process's own if left out. */
  readonly mode?: number
}

/** Null, or why it could not be written; then nothing of it is left behind. */
export async function writeWhole(
  path: string,
  text: string,
  { exclusive = false, mode }: WriteOptions = {},
): Promise<string | null> {
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}`)
  try {
    await writeFile(draft, text, mode === undefined ? { flag: 'wx' } : { flag: 'wx', mode })
    // A link is refused where there is something; a rename would replace it.
    if (exclusive) await link(draft, path)
    else await rename(draft, path)
    return null
  } catch (error) {
    return reasonOf(error)
  } finally {
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

/** Whether anything at all is at a path, a dangling link included. */
export async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/** A file that somebody asked for by name: null, or what to say about it. */
export async function writeNamed(
  shown: string,
  text: string,
  force: boolean,
  { cwd }: World,
): Promise<Diagnostic | null> {
  const reason = await writeWhole(resolve(cwd, shown), text, { exclusive: !force })
  if (reason === null) return null
  if (reason === 'EEXIST') return alreadyThere(shown)
  return diagnostic({
    code: 'output-failed',
    summary: `${shown} could not be written: ${reason}.`,
    advice: 'Correct the path or its rights, then run again.',
  })
}

export function alreadyThere(shown: string): Diagnostic {
  return diagnostic({
    code: 'output-exists',
    summary: `${shown} is there already, and was left as it is.`,
    advice: 'Name another file, or give --force to write over it.',
  })
}
