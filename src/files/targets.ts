/**
 * The files that a run writes its reports to. Old reports are deleted before anything is read, so
 * that an old report cannot hide a new failure, and their folders are made and tested. New reports
 * are written completely or not at all. A file that the run reads is never used as a target.
 */
import { rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { findNearest } from '../policy/nearest.ts'
import { identifyFile } from '../policy/read/named-file.ts'
import type { World } from '../shell/world.ts'
import { protectInputs } from './inputs.ts'
import {
  endsAsFolder,
  findObstacle,
  getReason,
  makeFolder,
  NOT_A_FILE,
  tryFolder,
  writeWhole,
} from './whole-file.ts'

export interface ReportTarget<F extends string = string> {
  readonly format: F
  /** As the user wrote it. */
  readonly shown: string
  readonly path: string
}

export interface Targets<F extends string> {
  /** Those that can be written. */
  readonly sound: readonly ReportTarget<F>[]
  readonly problems: readonly Diagnostic[]
}

/**
 * Deletes old reports and makes the folders of the new ones.
 * @param specs `FORMAT=PATH`, as written
 * @param inputs the files and folders that the run reads
 * @param output the file of -o, if the command has it
 */
export async function prepareTargets<F extends string>(
  specs: readonly string[],
  formats: readonly F[],
  inputs: readonly string[],
  world: World,
  output: string | null = null,
): Promise<Targets<F>> {
  const { sound: harmless, problems } = await checkTargets(specs, formats, inputs, output, world)
  const folders = new Map<ReportTarget<F>, string | null>()
  // Make all folders first: the folder of one target may be the file of another.
  for (const target of harmless) folders.set(target, await makeTargetFolder(target.path))
  const sound: ReportTarget<F>[] = []
  for (const target of harmless) {
    const reason = endsAsFolder(target.shown)
      ? NOT_A_FILE
      : ((await removeFile(target.path)) ?? folders.get(target) ?? null)
    if (reason === null) sound.push(target)
    else problems.push(describeWriteError(target, reason))
  }
  return { sound, problems }
}

/** Only targets that overwrite neither an input nor another report. */
async function checkTargets<F extends string>(
  specs: readonly string[],
  formats: readonly F[],
  inputs: readonly string[],
  output: string | null,
  world: World,
) {
  const sound: ReportTarget<F>[] = []
  const problems: Diagnostic[] = []
  const harmed = await protectInputs(inputs, world)
  const written = new Map<string, string>()
  if (output !== null) written.set(await identifyFile(resolve(world.cwd, output)), output)
  for (const spec of specs) {
    const target = parseTarget(spec, formats, world.cwd)
    if ('code' in target) {
      problems.push(target)
      continue
    }
    const identity = await identifyFile(target.path)
    const input = await harmed(target.path)
    const other = written.get(identity)
    if (input !== null)
      problems.push(describeClash(target.shown, `a file that this run reads (${input})`))
    else if (other !== undefined)
      problems.push(describeClash(target.shown, `another report (${other})`))
    else sound.push(target)
    written.set(identity, target.shown)
  }
  return { sound, problems }
}

/** Null, or the reason why nothing can be written there. */
async function makeTargetFolder(path: string): Promise<string | null> {
  try {
    await makeFolder(dirname(path))
  } catch (error) {
    return getReason(error)
  }
  return tryFolder(path)
}

function parseTarget<F extends string>(
  spec: string,
  formats: readonly F[],
  cwd: string,
): ReportTarget<F> | Diagnostic {
  const at = spec.indexOf('=')
  const name = at < 0 ? spec : spec.slice(0, at)
  const shown = at < 0 ? '' : spec.slice(at + 1)
  const format = formats.find((each) => each === name)
  if (format !== undefined && shown.trim() !== '' && shown !== '-') {
    return { format, shown, path: resolve(cwd, shown) }
  }
  const meant = format === undefined ? findNearest(name, formats) : null
  return describeMisuse(
    `--report has the invalid value "${spec}".`,
    shown === '-'
      ? `To write to stdout, use --format ${name}.`
      : `${meant === null ? '' : `Did you mean ${meant}? `}Write it as FORMAT=PATH, with one of ${formats.join(', ')}.`,
  )
}

function describeClash(shown: string, what: string): Diagnostic {
  return describeMisuse(
    `--report would write ${shown} over ${what}.`,
    'Use a different file for each report.',
  )
}

function describeMisuse(summary: string, advice: string): Diagnostic {
  return makeDiagnostic({ code: 'usage-option', summary, advice })
}

/** Null, or the reason why it still exists. */
async function removeFile(path: string): Promise<string | null> {
  const obstacle = await findObstacle(path)
  if (obstacle !== 'EEXIST') return obstacle
  try {
    await rm(path)
    return null
  } catch (error) {
    const reason = getReason(error)
    return reason === 'EBUSY' ? MOUNTED : reason
  }
}

/** It cannot be deleted, and an old or empty report could look like a new one. */
const MOUNTED = 'it is a mount point or in use (EBUSY); mount its folder instead'

export async function writeTarget(target: ReportTarget, text: string): Promise<Diagnostic | null> {
  const reason = await writeWhole(target.path, text)
  return reason === null ? null : describeWriteError(target, reason)
}

/** A view had nothing to show, because its document would look like a good result. */
export function describeWithheld(format: string, where: string): Diagnostic {
  return makeDiagnostic({
    code: 'output-withheld',
    summary: `rollcall wrote no ${format} report to ${where}.`,
    detail: 'This run failed, and an empty report in this format would look like a good result.',
    advice: null,
  })
}

export function describeWriteError(
  { format, shown }: Omit<ReportTarget, 'path'>,
  reason: string,
): Diagnostic {
  return makeDiagnostic({
    code: 'output-failed',
    summary: `The ${format} report could not be written to ${shown}: ${reason}.`,
    advice: 'Correct the path or its permissions, then run again. All other reports were written.',
  })
}
