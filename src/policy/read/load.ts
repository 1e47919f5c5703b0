/**
 * The entry of this folder: loads the policies that the user names, each with all its errors. Finds
 * and reads files; parse.ts reads their content.
 */

import type { Stats } from 'node:fs'
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
      continue
    }
    const found = await find(name, resolve(world.cwd, name), seen)
    if ('diagnostics' in found) sources.push(found)
    else if (found.stats.isDirectory()) sources.push(...(await loadFolder(name, seen, world)))
    else sources.push(await load(name, name, world))
  }
  return sources
}

async function loadFolder(name: string, seen: Seen, world: Surroundings): Promise<PolicySource[]> {
  const path = resolve(world.cwd, name)
  let files: string[]
  try {
    files = await readdir(path)
  } catch (error) {
    return [rejectSource(name, describeReadError(name, path, error))]
  }
  const policies = files.filter(isPolicyName)
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
  for (const file of policies.sort(compareCodeUnits)) {
    const shown = `${name.replace(/\/+$/, '')}/${file}`
    const found = await find(shown, resolve(path, file), seen)
    if ('diagnostics' in found) sources.push(found)
    // The user did not name this one, and reading a pipe could wait forever.
    else if (!found.stats.isFile()) {
      const notAFile = makeDiagnostic({
        code: 'policy-unreadable',
        summary: `${quoteName(shown)} has the name of a policy, but is not a file.`,
        advice: 'Rename it, or name the policies of the folder one by one.',
      })
      sources.push(rejectSource(shown, notAFile))
    } else sources.push(await load(shown, shown, world))
  }
  return sources
}

/** Finds what a name means; an entry with an error if it is missing or was named before. */
async function find(
  shown: string,
  path: string,
  seen: Seen,
): Promise<{ readonly stats: Stats } | PolicySource> {
  try {
    const stats = await stat(path)
    return claim(seen, await identifyFile(path), shown) ?? { stats }
  } catch (error) {
    const problem = describeReadError(shown, path, error)
    if (problem.code !== 'policy-not-found') return rejectSource(shown, problem)
    return rejectSource(shown, { ...problem, advice: await adviseName(shown, path) })
  }
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
