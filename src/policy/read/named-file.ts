/**
 * Finds and reads the file that the user names, which may also be a pipe, a device or standard input.
 * Does not know what the bytes mean.
 */
import { open, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

export interface Surroundings {
  readonly cwd: string
  readonly stdin: NodeJS.ReadableStream
}

/** How messages name standard input. */
export const STDIN = '<stdin>'

// Under some programs standard input is a socket, and opening one of the last three fails.
const STDIN_NAMES: readonly string[] = ['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']

export function isStdin(name: string): boolean {
  return STDIN_NAMES.includes(name)
}

/** As messages show it. */
export function showName(name: string): string {
  return isStdin(name) ? STDIN : name
}

/** The whole content, or null if it is larger than `limit`. Rejects with the error of the system. */
export async function readNamed(
  name: string,
  limit: number,
  world: Surroundings,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Standard input is opened by reading its property, so only here.
  for await (const chunk of isStdin(name) ? world.stdin : readChunks(resolve(world.cwd, name))) {
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    chunks.push(bytes)
    length += bytes.length
    // Leaving the loop closes the file, so an endless one (/dev/zero) ends here.
    if (length > limit) return null
  }
  return Buffer.concat(chunks)
}

const CHUNK_BYTES = 65_536

/** As a stream of Node would, but setting up a stream takes longer than reading a small file. */
async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES))
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

export type Reader = (name: string, limit: number) => Promise<Uint8Array | null>

/** Reads each file once and shares it: a second read of a pipe would find it empty. */
export function makeReader(surroundings: Surroundings): Reader {
  const known = new Map<string, ReturnType<Reader>>()
  return (name, limit) => {
    const bytes = known.get(name) ?? readNamed(name, limit, surroundings)
    known.set(name, bytes)
    return bytes
  }
}

/**
 * Returns the same text for every name and link of a file. A missing file is compared without case
 * and in one Unicode form, because many file systems do this.
 */
export async function identifyFile(path: string): Promise<string> {
  try {
    const { dev, ino } = await stat(path, { bigint: true })
    // Some file systems have no inode numbers.
    return ino === 0n ? await realpath(path) : `${dev} ${ino}`
  } catch {
    const folder = dirname(path)
    if (folder === path) return path
    return join(await identifyFile(folder), basename(path).normalize('NFC').toLowerCase())
  }
}

/** Whether rollcall reads a file with this name in a folder. */
export function isPolicyName(name: string): boolean {
  return !name.startsWith('.') && /\.ya?ml$/.test(name)
}
