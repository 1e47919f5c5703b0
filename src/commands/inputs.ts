/**
 * What a run reads, so that nothing is ever written over it: one file is known by what it is,
 * whatever name, spelling or link leads to it. Reads none of them.
 */
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isPolicyName } from '../policy/load.ts'
import type { Values } from './arguments.ts'
import type { Options } from './options.ts'
import type { World } from './world.ts'

/** Files that other programs read, or that a step of GitHub Actions offers. */
const IN_ENVIRONMENT = ['NODE_EXTRA_CA_CERTS', 'GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY']

/** Files and folders that options and environment name, as they are given. */
export function filesRead<O extends Options>(
  options: O,
  values: Values<O>,
  { env }: World,
): readonly string[] {
  const given: Readonly<Record<string, unknown>> = values
  return [
    ...Object.entries(options).flatMap(([name, { reads }]) => (reads ? [given[name]] : [])),
    ...IN_ENVIRONMENT.map((name) => env[name]),
  ].filter((each): each is string => typeof each === 'string' && each !== '')
}

/** For a path: the input that writing there would harm, as it was given; null where it is none. */
export type Harmed = (path: string) => Promise<string | null>

/** @param inputs files, folders of policies and `-` */
export async function protectedFrom(
  inputs: readonly string[],
  { cwd }: Pick<World, 'cwd'>,
): Promise<Harmed> {
  const read = new Map<string, string>()
  for (const input of inputs) {
    if (input === '-') continue
    const path = resolve(cwd, input)
    read.set(await identityOf(path), input)
    // A folder that is read stands for the policies in it.
    for (const name of (await readdir(path).catch(() => [])).filter(isPolicyName)) {
      read.set(await identityOf(join(path, name)), join(input, name))
    }
  }
  return async (path) => {
    const known = read.get(await identityOf(path))
    if (known !== undefined) return known
    // Also for one that is not there yet.
    return (isPolicyName(basename(path)) && read.get(await identityOf(dirname(path)))) || null
  }
}

/**
 * One text for one file. A name that is not there yet is compared without case and in one form of
 * Unicode, since many file systems do so.
 */
export async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino } = await stat(path, { bigint: true })
    return ino === 0n ? await realpath(path) : `${dev} ${ino}`
  } catch {
    const folder = dirname(path)
    if (folder === path) return path
    return join(await identityOf(folder), basename(path).normalize('NFC').toLowerCase())
  }
}
