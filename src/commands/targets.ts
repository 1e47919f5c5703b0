/**
 * The files that a run writes its reports to. They are removed as its first act, so that a report
 * of yesterday cannot stand in for a failure of today, and written whole or not at all. Nothing
 * that the run reads may ever be among them.
 */
import { lstat, realpath, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type Diagnostic, diagnostic } from '../core/diagnostic.ts'
import { nearest } from '../policy/nearest.ts'
import { FORMATS, type Format } from './options.ts'
import { reasonOf, writeWhole } from './whole-file.ts'
import type { World } from './world.ts'

export interface Target {
  readonly format: Format
  /** As the user named it. */
  readonly shown: string
  readonly path: string
}

export interface Targets {
  /** Those that may be removed and written. */
  readonly sound: readonly Target[]
  readonly problems: readonly Diagnostic[]
}

/**
 * @param specs `FORMAT=PATH`, as given
 * @param inputs files and folders that the run reads
 */
export async function targetsOf(
  specs: readonly string[],
  inputs: readonly string[],
  { cwd }: World,
): Promise<Targets> {
  const sound: Target[] = []
  const problems: Diagnostic[] = []
  const read = new Map<string, string>()
  for (const input of inputs) read.set(await identityOf(resolve(cwd, input)), input)
  const written = new Map<string, string>()
  for (const spec of specs) {
    const target = parse(spec, cwd)
    if ('code' in target) {
      problems.push(target)
      continue
    }
    const real = await identityOf(target.path)
    const input = read.get(real) ?? (isPolicyName(real) ? read.get(dirname(real)) : undefined)
    const other = written.get(real)
    if (input !== undefined) problems.push(clash(target.shown, `what this run reads (${input})`))
    else if (other !== undefined) problems.push(clash(target.shown, `another report (${other})`))
    else sound.push(target)
    written.set(real, target.shown)
  }
  return { sound, problems }
}

function parse(spec: string, cwd: string): Target | Diagnostic {
  const at = spec.indexOf('=')
  const name = at < 0 ? spec : spec.slice(0, at)
  const shown = at < 0 ? '' : spec.slice(at + 1)
  const format = FORMATS.find((each) => each === name)
  if (format !== undefined && shown !== '' && shown !== '-') {
    return { format, shown, path: resolve(cwd, shown) }
  }
  const meant = format === undefined ? nearest(name, FORMATS) : null
  return misused(
    `--report cannot be "${spec}".`,
    shown === '-'
      ? `What goes to stdout is chosen by --format ${name}.`
      : `${meant === null ? '' : `Did you mean ${meant}? `}Write it as FORMAT=PATH, with one of ${FORMATS.join(', ')}.`,
  )
}

function clash(shown: string, what: string): Diagnostic {
  return misused(
    `--report would write ${shown} over ${what}.`,
    'Give every report a file of its own.',
  )
}

function misused(summary: string, advice: string): Diagnostic {
  return diagnostic({ code: 'usage-option', summary, advice })
}

/** A folder that is read stands for the policies in it, also for one that is not there yet. */
function isPolicyName(path: string): boolean {
  return /\.ya?ml$/.test(path)
}

/** One path for one file, whatever links lead to it; the file itself need not exist. */
export async function identityOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const folder = dirname(path)
    return folder === path ? path : join(await identityOf(folder), basename(path))
  }
}

/** What could not be removed is not written either, and is an error of the run. */
export async function removeTargets(targets: readonly Target[]): Promise<Targets> {
  const sound: Target[] = []
  const problems: Diagnostic[] = []
  for (const target of targets) {
    const reason = await removeFile(target.path)
    if (reason === null) sound.push(target)
    else problems.push(unwritable(target, reason))
  }
  return { sound, problems }
}

/** Null, or why it is still there. */
export async function removeFile(path: string): Promise<string | null> {
  try {
    await lstat(path)
  } catch {
    return null
  }
  try {
    // A device, a pipe or a folder is not ours to remove.
    const there = await stat(path).catch(() => null)
    if (there !== null && !there.isFile()) return 'it is not a file'
    await rm(path)
    return null
  } catch (error) {
    return reasonOf(error)
  }
}

export async function writeTarget(target: Target, text: string): Promise<Diagnostic | null> {
  const reason = await writeWhole(target.path, text)
  return reason === null ? null : unwritable(target, reason)
}

export function unwritable({ format, shown }: Omit<Target, 'path'>, reason: string): Diagnostic {
  return diagnostic({
    code: 'output-failed',
    summary: `The ${format} report could not be written to ${shown}: ${reason}.`,
    advice: 'Correct the path or its rights, then run again. All other reports were written.',
  })
}
