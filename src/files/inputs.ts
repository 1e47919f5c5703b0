/**
 * What a run reads, so that nothing is ever written over it: one file is known by what it is,
 * whatever name, spelling or link leads to it. Reads none of them.
 */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { identifyFile, isPolicyName, isStdin } from '../policy/read/named-file.ts'
import { listInputFiles, type Values } from '../shell/arguments.ts'
import type { Options } from '../shell/options.ts'
import type { World } from '../shell/world.ts'

/** Files that other programs read, or that a step of GitHub Actions offers. */
const IN_ENVIRONMENT = ['NODE_EXTRA_CA_CERTS', 'GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY']

/** Files and folders that options and environment name, as they are given. */
export function listFilesRead<O extends Options>(
  options: O,
  values: Values<O>,
  { env }: World,
): readonly string[] {
  const named = IN_ENVIRONMENT.map((name) => env[name] ?? '')
  return [...listInputFiles(options, values), ...named.filter((each) => each !== '')]
}

/** For a path: the input that writing there would harm, as it was given; null where it is none. */
export type Harmed = (path: string) => Promise<string | null>

/** @param inputs files, folders of policies and `-` */
export async function protectInputs(
  inputs: readonly string[],
  { cwd }: Pick<World, 'cwd'>,
): Promise<Harmed> {
  const read = new Map<string, string>()
  for (const input of inputs) {
    if (isStdin(input)) continue
    const path = resolve(cwd, input)
    read.set(await identifyFile(path), input)
    // A folder that is read stands for the policies in it.
    for (const name of (await readdir(path).catch(() => [])).filter(isPolicyName)) {
      read.set(await identifyFile(join(path, name)), join(input, name))
    }
  }
  return async (path) => {
    const known = read.get(await identifyFile(path))
    if (known !== undefined) return known
    // Also for one that is not there yet.
    return (isPolicyName(basename(path)) && read.get(await identifyFile(dirname(path)))) || null
  }
}
