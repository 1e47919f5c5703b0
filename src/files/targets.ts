/**
 * The files that a run writes its reports to. Old reports are deleted before anything is read, so
 * that an old report cannot hide a new failure, and their folders are made and tested. New reports
 * are written completely or not at all. A file that the run reads is never used as a target.
 */

import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { describeReason } from '../core/messages/system-reasons.ts'
import { groupBy } from '../core/model/collect.ts'
import type { Report } from '../core/report/report.ts'
import { findNearest } from '../policy/nearest.ts'
import { identifyFile } from '../policy/read/named-file.ts'
import type { World } from '../shell/world.ts'
import { protectInputs } from './inputs.ts'
import { endsAsFolder, NOT_A_FILE, prepareFolder, removeFile, writeWhole } from './whole-file.ts'

export interface ReportTarget<F extends string = string> {
  readonly format: F
  /** As the user wrote it. */
  readonly shown: string
  readonly path: string
  /** `sarif=DIR/`: a folder with one file for each account. */
  readonly folder: boolean
}

/** Where something is written, whatever its format. */
type Written = Pick<ReportTarget, 'shown' | 'path' | 'folder'>

export interface Targets<F extends string> {
  /** Those that can be written. */
  readonly sound: readonly ReportTarget<F>[]
  readonly problems: readonly Diagnostic[]
}

/**
 * Deletes old reports and makes the folders of the new ones.
 * @param specs `FORMAT=PATH`, as written
 * @param inputs the files and folders that the run reads
 * @param outputs what else the run writes, as the file of -o
 */
export async function prepareTargets<F extends string>(
  specs: readonly string[],
  formats: readonly F[],
  inputs: readonly string[],
  world: World,
  outputs: readonly string[] = [],
): Promise<Targets<F>> {
  const { sound: harmless, problems } = await checkTargets(specs, formats, inputs, outputs, world)
  const folders = new Map<ReportTarget<F>, string | null>()
  // Make all folders first: the folder of one target may be the file of another.
  for (const target of harmless) {
    const { path, folder } = target
    folders.set(target, await prepareFolder(folder ? join(path, 'x') : path))
  }
  const sound: ReportTarget<F>[] = []
  for (const target of harmless) {
    const reason =
      endsAsFolder(target.shown) && !target.folder
        ? NOT_A_FILE
        : ((await removeReports(target)) ?? folders.get(target) ?? null)
    if (reason === null) sound.push(target)
    else problems.push(describeWriteError(target, reason))
  }
  return { sound, problems }
}

/** Only targets that overwrite neither an input nor something else that the run writes. */
async function checkTargets<F extends string>(
  specs: readonly string[],
  formats: readonly F[],
  inputs: readonly string[],
  outputs: readonly string[],
  world: World,
) {
  const sound: ReportTarget<F>[] = []
  const problems: Diagnostic[] = []
  const harmed = await protectInputs(inputs, world)
  const written: Written[] = outputs.map((shown) => {
    return { shown, path: resolve(world.cwd, shown), folder: false }
  })
  for (const spec of specs) {
    const target = parseTarget(spec, formats, world.cwd)
    if ('code' in target) {
      problems.push(target)
      continue
    }
    const { path, shown, folder } = target
    const input = await findFirst([path, ...(folder ? await listSarifFiles(path) : [])], harmed)
    const other = await findFirst(written, async (each) =>
      (await matchesTarget(target, each)) ? each.shown : null,
    )
    if (input !== null) problems.push(describeClash(shown, `a file that this run reads (${input})`))
    else if (other !== null)
      problems.push(describeClash(shown, `another file that this run writes (${other})`))
    else sound.push(target)
    written.push(target)
  }
  return { sound, problems }
}

async function findFirst<T>(
  items: readonly T[],
  find: (item: T) => Promise<string | null>,
): Promise<string | null> {
  for (const item of items) {
    const found = await find(item)
    if (found !== null) return found
  }
  return null
}

/** Whether one would write over the other: the same file, or one in a folder of such files. */
async function matchesTarget(a: Written, b: Written): Promise<boolean> {
  const [one, two] = [await identifyFile(a.path), await identifyFile(b.path)]
  const within = async (folder: Written, { path }: Written, id: string) =>
    folder.folder && SARIF_NAME.test(basename(path)) && (await identifyFile(dirname(path))) === id
  return one === two || (await within(a, b, one)) || (await within(b, a, two))
}

/** Null, or the reason why an old report is still there. In a folder, only files that rollcall wrote. */
export async function removeReports({ path, folder }: Written): Promise<string | null> {
  if (!folder) return removeFile(path)
  for (const each of await listSarifFiles(path)) {
    const reason = await removeFile(each)
    if (reason !== null) return `${basename(each)}: ${describeReason(reason)}`
  }
  return null
}

/** The files of `sarif=DIR/`, one for each account. */
const SARIF_NAME = /^rollcall-[A-Za-z0-9._-]+-\d+\.sarif$/

/** The files of earlier runs. None if there is no such folder. */
async function listSarifFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => SARIF_NAME.test(name)).map((name) => join(folder, name))
}

/** What to write where: the whole report, or a part of it for each account with a verdict. */
export function splitReport<F extends string>(
  target: ReportTarget<F>,
  report: Report,
): readonly { readonly file: ReportTarget<F>; readonly report: Report }[] {
  if (!target.folder) return [{ file: target, report }]
  const judged = report.accounts.filter((account) => account.verdict !== 'none')
  const byFile = groupBy(judged, ({ server, account }) => {
    // Not every system allows the colon of a port in a name.
    const host = new URL(server).host.replace(/[^a-z0-9.-]/gi, '_')
    return `rollcall-${host}-${account.id}.sarif`
  })
  return [...byFile].map(([name, accounts]) => ({
    file: {
      ...target,
      shown: `${target.shown}${name}`,
      path: join(target.path, name),
      folder: false,
    },
    report: { ...report, accounts },
  }))
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
    return {
      format,
      shown,
      path: resolve(cwd, shown),
      folder: format === 'sarif' && endsAsFolder(shown),
    }
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

/** @param text null: the view wrote nothing */
export async function writeTarget(
  target: ReportTarget,
  text: string | null,
): Promise<Diagnostic | null> {
  if (text === null) return describeWithheld(target)
  const reason = await writeWhole(target.path, text)
  return reason === null ? null : describeWriteError(target, reason)
}

type Place = Pick<ReportTarget, 'format' | 'shown'>

/** A view wrote nothing, because its document would look like a good result. */
export function describeWithheld({ format, shown }: Place): Diagnostic {
  return makeDiagnostic({
    code: 'output-withheld',
    summary: `rollcall wrote no ${format} report to ${shown}.`,
    detail: 'This run failed, and an empty report in this format would look like a good result.',
    advice: null,
  })
}

export function describeWriteError({ format, shown }: Place, reason: string): Diagnostic {
  return makeDiagnostic({
    code: 'output-failed',
    summary: `The ${format} report could not be written to ${shown}: ${describeReason(reason)}.`,
  })
}
