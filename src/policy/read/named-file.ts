/**
 * What a name given by the user leads to: which file it is, and its bytes, also those of a pipe, a
 * device or standard input. What the bytes say is not looked at here.
 */
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

export interface Surroundings {
  readonly cwd: string
  readonly stdin: NodeJS.ReadableStream
}

/** How standard input is shown to people. */
export const STDIN = '<stdin>'

// The last three cannot be opened a second time where they are a socket, as under some programs.
const STDIN_NAMES: readonly string[] = ['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']

export function isStdin(name: string): boolean {
  return STDIN_NAMES.includes(name)
}

/** As shown to people. */
export function showName(name: string): string {
  return isStdin(name) ? STDIN : name
}

/** Whole, or null where there is more than `limit`. Rejects with the error of the system. */
export async function readNamed(
  name: string,
  limit: number,
  { cwd, stdin }: Surroundings,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of isStdin(name) ? stdin : createReadStream(resolve(cwd, name))) {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    chunks.push(bytes)
    length += bytes.length
    // Leaving the loop closes the stream: an endless one (/dev/zero) ends here.
    if (length > limit) return null
  }
  return Buffer.concat(chunks)
}

export type Reader = (name: string, limit: number) => Promise<Uint8Array | null>

/** For what several accounts need: the second of them would find a pipe empty. */
export function makeReader(surroundings: Surroundings): Reader {
  const known = new Map<string, ReturnType<Reader>>()
  return (name, limit) => {
    const bytes = known.get(name) ?? readNamed(name, limit, surroundings)
    known.set(name, bytes)
    return bytes
  }
}

/**
 * One text for one file, whatever name or link leads to it. A name that is not there yet is compared
 * without case and in one form of Unicode, since many file systems do so.
 */
export async function identifyFile(path: string): Promise<string> {
  try {
    const { dev, ino } = await stat(path, { bigint: true })
    // Some file systems number nothing.
    return ino === 0n ? await realpath(path) : `${dev} ${ino}`
  } catch {
    const folder = dirname(path)
    if (folder === path) return path
    return join(await identifyFile(folder), basename(path).normalize('NFC').toLowerCase())
  }
}

/** Whether a folder stands for a file of this name in it. */
export function isPolicyName(name: string): boolean {
  return !name.startsWith('.') && /\.ya?ml$/.test(name)
}
