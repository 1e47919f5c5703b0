/**
 * Writes a finished report to stdout, to files and, with the format `github`, to the files that
 * GitHub Actions provides to a step. If one cannot be written, it reports an error, the run has no
 * verdict, and all others are still written.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { type Diagnostic, isError } from '../../core/messages/diagnostic.ts'
import { listShortened } from '../../core/report/code-scanning.ts'
import { addDiagnostics, type Report } from '../../core/report/report.ts'
import { findRepository } from '../../files/repository.ts'
import {
  describeWithheld,
  describeWriteError,
  type ReportTarget,
  removeReports,
  splitReport,
  writeTarget,
} from '../../files/targets.ts'
import { getReason } from '../../files/whole-file.ts'
import type { Format } from '../../shell/options.ts'
import { draw } from '../../shell/show.ts'
import type { Result, World } from '../../shell/world.ts'
import type { PlanFlags } from './plan-options.ts'
import { FORMAT_TRAITS, REPORT_VIEWS } from './views.ts'

type Flags = Pick<PlanFlags, 'format' | 'color' | 'max-bytes'>

export async function publish(
  made: Report,
  flags: Flags,
  targets: readonly ReportTarget<Format>[],
  world: World,
): Promise<Result> {
  const notes = made.diagnostics.filter(({ severity }) => severity === 'warning')
  const problems: Diagnostic[] = []
  const write = async (target: ReportTarget<Format>) => {
    const parts = splitReport(target, addDiagnostics(made, problems))
    if (parts.length === 0) notes.push(describeWithheld(target))
    let whole = parts.length > 0
    for (const { file, report } of parts) {
      const text = await render(report, { ...flags, format: file.format, color: 'never' }, world)
      const problem = await writeTarget(file, text)
      if (problem === null) continue
      whole = false
      if (isError(problem)) problems.push(problem)
      else notes.push(problem)
    }
    return whole
  }
  const written: ReportTarget<Format>[] = []
  for (const target of targets) if (await write(target)) written.push(target)
  if ([flags, ...targets].some(({ format }) => format === 'sarif')) {
    notes.push(...listShortened(made.accounts))
  }
  if (flags.format === 'github') await appendForGithub(made, problems, flags, world)
  /** Writes earlier reports again: they may show a verdict that the run no longer has. */
  const correct = async () => {
    for (const target of written) if (!(await write(target))) await removeReports(target)
  }
  if (problems.length > 0) await correct()

  const report = addDiagnostics(made, problems)
  const output = await render(report, flags, world)
  if (output === null) notes.push(describeWithheld({ format: flags.format, shown: 'stdout' }))
  const unsaid = FORMAT_TRAITS[flags.format].errors ? [] : [made, ...made.accounts]
  const errors = unsaid.flatMap(({ diagnostics }) => diagnostics.filter(isError))
  // Only the formats for people show warnings and problems on stdout, so these always go to stderr.
  const { exitCode } = report
  return {
    output: output ?? '',
    exitCode,
    notes: [...errors, ...notes, ...problems],
    withdraw: async (problem) => {
      problems.push(problem)
      await correct()
    },
  }
}

function render(report: Report, flags: Flags, world: World): Promise<string | null> {
  const shown = { report, maxBytes: flags['max-bytes'], repository: findRepository(world) }
  return draw(shown, REPORT_VIEWS, flags, world)
}

const MEBIBYTE = 1024 * 1024

/** The smallest size that a Markdown report can fit into. */
const SMALLEST = 2_000

type WriteText = (report: Report, flags: Flags, size: number, world: World) => Promise<string>

/** The files that the runner of GitHub Actions names in its environment, and what they get. */
const APPENDED: Readonly<Record<string, WriteText>> = {
  GITHUB_STEP_SUMMARY: async (report, flags, size, world) => {
    // The runner rejects the whole summary of a step if it is larger.
    const maxBytes = Math.min(flags['max-bytes'], MEBIBYTE - size - 1)
    if (maxBytes < SMALLEST) throw new Error('it is full')
    const fitting: Flags = { format: 'markdown', color: 'never', 'max-bytes': maxBytes }
    return `${await render(report, fitting, world)}\n`
  },
  GITHUB_OUTPUT: async (report) => {
    const { renderGithubOutputs } = await import('../../views/github-outputs.ts')
    return renderGithubOutputs(report)
  },
}

async function appendForGithub(
  made: Report,
  problems: Diagnostic[],
  flags: Flags,
  world: World,
): Promise<void> {
  const fail = (shown: string, error: unknown) =>
    void problems.push(describeWriteError({ format: 'github', shown }, getReason(error)))
  const opened: { shown: string; file: FileHandle; writeText: WriteText }[] = []
  // Open both before writing one: if the other fails, the run has no verdict.
  for (const [shown, writeText] of Object.entries(APPENDED)) {
    const path = world.env[shown]
    // Without the variable there is no runner.
    const file = path && (await open(path, 'a+').catch((error) => fail(shown, error)))
    if (file) opened.push({ shown, file, writeText })
  }
  for (const { shown, file, writeText } of opened) {
    try {
      const stats = await file.stat()
      // Only a regular file has a last line.
      const size = stats.isFile() ? stats.size : 0
      const last = Buffer.from('\n')
      if (size > 0) await file.read(last, 0, 1, size - 1)
      // Another step may have written a last line without a line break.
      const end = last.toString() === '\n' ? '' : '\n'
      const report = addDiagnostics(made, problems)
      await file.appendFile(end + (await writeText(report, flags, size + end.length, world)))
    } catch (error) {
      fail(shown, error)
    } finally {
      await file.close()
    }
  }
}
