/**
 * Protects the files that a run reads from being overwritten. Recognises a file under every name,
 * spelling and link. Does not read the files.
 */
import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { identifyFile, isPolicyName, isStdin } from '../policy/read/named-file.ts'
import { listInputFiles, type Values } from '../shell/arguments.ts'
import type { Options } from '../shell/options.ts'
import type { World } from '../shell/world.ts'

/** Files that Node reads, or that GitHub Actions provides to a step. */
const IN_ENVIRONMENT = ['NODE_EXTRA_CA_CERTS', 'GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY']

/** The files and folders that options and environment variables name, as written. */
export function listFilesRead<O extends Options>(
  options: O,
  values: Values<O>,
  { env }: World,
): readonly string[] {
  const named = IN_ENVIRONMENT.map((name) => env[name] ?? '')
  return [...listInputFiles(options, values), ...named.filter((each) => each !== '')]
}

/**
 * Makes a function that says which input, as the user wrote it, a write to a path would overwrite.
 * @param inputs files, folders with policies, and `-`
 */
export async function protectInputs(inputs: readonly string[], { cwd }: Pick<World, 'cwd'>) {
  const read = new Map<string, string>()
  for (const input of inputs) {
    if (isStdin(input)) continue
    const path = resolve(cwd, input)
    read.set(await identifyFile(path), input)
    // A folder means all policies in it.
    for (const name of (await readdir(path).catch(() => [])).filter(isPolicyName)) {
      read.set(await identifyFile(join(path, name)), join(input, name))
    }
  }
  return async (path: string): Promise<string | null> => {
    const known = read.get(await identifyFile(path))
    if (known !== undefined) return known
    // A new policy in a folder that is read counts too.
    return (isPolicyName(basename(path)) && read.get(await identifyFile(dirname(path)))) || null
  }
}
