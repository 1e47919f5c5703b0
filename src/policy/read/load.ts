/**
 * The entry of this folder: loads the policies that the user names, each with all its errors. Finds
 * and reads files; parse.ts reads their content.
 */

import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { type Diagnostic, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import { describeReason } from '../../core/messages/system-reasons.ts'
import { compareCodeUnits } from '../../core/model/names.ts'
import {
  identifyFile,
  isPolicyName,
  isStdin,
  readNamed,
  STDIN,
  type Surroundings,
} from './named-file.ts'
import {
  describeTooLarge,
  MAX_POLICY_BYTES,
  type PolicySource,
  parsePolicy,
  rejectSource,
} from './parse.ts'
import { quoteName } from './problems.ts'

/** Identity of a file → the first name that the user wrote for it. */
type Seen = Map<string, string>

/**
 * Reads every named policy: a file, a pipe, `-` for standard input, or a folder, which means the
 * `*.yaml` and `*.yml` files directly in it. Returns one entry per policy in the given order; the
 * files of a folder are sorted by code units. Never rejects: an unreadable file is an entry with an
 * error.
 */
export async function loadPolicies(
  names: readonly string[],
  world: Surroundings,
): Promise<readonly PolicySource[]> {
  const sources: PolicySource[] = []
  const seen: Seen = new Map()
  for (const name of names) {
    if (isStdin(name)) {
      sources.push(claim(seen, STDIN, STDIN) ?? (await load(STDIN, '-', world)))
    } else sources.push(...(await loadPath(name, resolve(world.cwd, name), seen, world)))
  }
  return sources
}

/** @param isNamed whether the user named it, not only its folder */
async function loadPath(
  shown: string,
  path: string,
  seen: Seen,
  world: Surroundings,
  isNamed = true,
): Promise<readonly PolicySource[]> {
  try {
    const stats = await stat(path)
    const twice = claim(seen, await identifyFile(path), shown)
    if (twice !== null) return [twice]
    if (isNamed && stats.isDirectory()) return await loadFolder(shown, path, seen, world)
    if (isNamed || stats.isFile()) return [await load(shown, shown, world)]
  } catch (error) {
    const problem = describeReadError(shown, path, error)
    if (problem.code !== 'policy-not-found') return [rejectSource(shown, problem)]
    return [rejectSource(shown, { ...problem, advice: await adviseName(shown, path) })]
  }
  // Reading a pipe could wait forever.
  const notAFile = makeDiagnostic({
    code: 'policy-unreadable',
    summary: `${quoteName(shown)} has the name of a policy, but is not a file.`,
    advice: 'Rename it, or name the policies of the folder one by one.',
  })
  return [rejectSource(shown, notAFile)]
}

async function loadFolder(
  name: string,
  path: string,
  seen: Seen,
  world: Surroundings,
): Promise<readonly PolicySource[]> {
  const policies = (await readdir(path)).filter(isPolicyName).sort(compareCodeUnits)
  if (policies.length === 0) {
    const empty = makeDiagnostic({
      code: 'policy-not-found',
      summary: `The folder ${quoteName(name)} contains no policy.`,
      detail: 'rollcall reads the *.yaml and *.yml files directly in a folder.',
      advice: 'Name a file, or a folder that contains policies.',
    })
    return [rejectSource(name, empty)]
  }
  const sources: PolicySource[] = []
  for (const file of policies) {
    const shown = `${name.replace(/\/+$/, '')}/${file}`
    sources.push(...(await loadPath(shown, resolve(path, file), seen, world, false)))
  }
  return sources
}

/** Suggests the same name with the other ending, or else how to create a first policy. */
async function adviseName(shown: string, path: string): Promise<string> {
  const [, stem, ending] = /^(.*)\.(yaml|yml)$/.exec(basename(path)) ?? []
  const other = `${stem}.${ending === 'yaml' ? 'yml' : 'yaml'}`
  const there = await readdir(dirname(path)).catch((): string[] => [])
  if (stem !== undefined && there.includes(other)) {
    const beside = `${shown.slice(0, -basename(path).length)}${other}`
    return `${quoteName(beside)} exists: name that file, or rename it.`
  }
  return 'Check the name and the working directory, or run `rollcall init` to create your first policy.'
}

/** Remembers a policy; returns an entry with an error if it was named before. */
function claim(seen: Seen, identity: string, shown: string): PolicySource | null {
  const first = seen.get(identity)
  seen.set(identity, first ?? shown)
  if (first === undefined) return null
  const twice = makeDiagnostic({
    code: 'usage-argument',
    summary: `The policy ${quoteName(shown)} is named twice.`,
    detail: first === shown ? null : `It is the same file as ${quoteName(first)}.`,
    advice: 'Name each policy once. A folder means all policies in it.',
  })
  return rejectSource(shown, twice)
}

async function load(shown: string, name: string, world: Surroundings): Promise<PolicySource> {
  try {
    const bytes = await readNamed(name, MAX_POLICY_BYTES, world)
    return bytes === null ? rejectSource(shown, describeTooLarge(shown)) : parsePolicy(shown, bytes)
  } catch (error) {
    return rejectSource(shown, describeReadError(shown, null, error))
  }
}

function describeReadError(shown: string, path: string | null, error: unknown): Diagnostic {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  if (reason === 'ENOENT' || reason === 'ENOTDIR') {
    return makeDiagnostic({
      code: 'policy-not-found',
      summary: `There is no policy ${quoteName(shown)}.`,
      detail: path === null ? null : `${path} does not exist.`,
      advice: 'Check the name and the working directory, or name another policy.',
    })
  }
  const denied = reason === 'EACCES' || reason === 'EPERM'
  return makeDiagnostic({
    code: 'policy-unreadable',
    summary: `The policy ${quoteName(shown)} could not be read: ${describeReason(reason)}.`,
    detail: denied ? null : `The system reports ${reason}.`,
    advice: denied ? 'Give your user permission to read it.' : 'Check the path.',
  })
}
