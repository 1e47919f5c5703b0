/**
 * A finished report → stdout, files and, for the format `github`, the files that a step of GitHub
 * Actions offers. What could not be written is said and costs the run its verdict; everything
 * else is still written.
 */
import { appendFile, stat } from 'node:fs/promises'
import { type Diagnostic, diagnostic } from '../core/diagnostic.ts'
import { isOpen } from '../core/finding.ts'
import { amended, type Report } from '../core/report.ts'
import type { Values } from './arguments.ts'
import { colored } from './color.ts'
import type { Format, REPORT_OPTIONS } from './options.ts'
import { type RenderOptions, render } from './render.ts'
import { type Targets, unwritable, writeTarget } from './targets.ts'
import { reasonOf } from './whole-file.ts'
import type { Result, World } from './world.ts'

export async function publish(
  made: Report,
  flags: Values<typeof REPORT_OPTIONS>,
  { sound, problems: failed }: Targets,
  world: World,
): Promise<Result> {
  const options: RenderOptions = { color: false, maxBytes: flags['max-bytes'], world }
  const problems = [...failed]
  const notes = made.diagnostics.filter(({ severity }) => severity === 'warning')
  let report = amended(made, failed)
  for (const target of sound) {
    const text = await render(target.format, report, options)
    if (text === null) notes.push(withheld(target.format, target.shown))
    const problem = text === null ? null : await writeTarget(target, text)
    if (problem !== null) problems.push(problem)
  }
  if (flags.format === 'github') problems.push(...(await tellGithub(report, options)))
  report = amended(made, problems)

  const color = flags.format === 'text' && colored(flags.color, world.stdout, world)
  const output = await render(flags.format, report, { ...options, color })
  if (output === null) notes.push(withheld(flags.format, 'stdout'))
  // On stdout only formats for people show these; whoever reads stderr has to learn of them too.
  const { exitCode } = report
  return { output: output ?? '', exitCode, notes: [...notes, ...problems] }
}

function withheld(format: Format, where: string): Diagnostic {
  return diagnostic({
    code: 'output-withheld',
    severity: 'warning',
    summary: `No ${format} report was written to ${where}, on purpose.`,
    detail: 'There is no verdict, and an empty document of this format would read as "fine".',
  })
}

const MEBIBYTE = 1024 * 1024

/** Appends to the files that the runner names; an absent variable means that there is no runner. */
async function tellGithub(report: Report, options: RenderOptions): Promise<readonly Diagnostic[]> {
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output } = options.world.env
  const problems: Diagnostic[] = []
  const append = async (path: string, shown: string, text: string) => {
    try {
      await appendFile(path, text)
    } catch (error) {
      problems.push(unwritable({ format: 'github', shown }, reasonOf(error)))
    }
  }
  if (summary) {
    // The runner refuses the whole summary of a step that has more.
    const there = await stat(summary).catch(() => null)
    const room = MEBIBYTE - (there?.size ?? 0) - 1
    const maxBytes = Math.min(options.maxBytes, room)
    if (maxBytes < 2_000) {
      problems.push(unwritable({ format: 'github', shown: 'GITHUB_STEP_SUMMARY' }, 'it is full'))
    } else {
      const text = await render('markdown', report, { ...options, maxBytes })
      await append(summary, 'GITHUB_STEP_SUMMARY', `${text}\n`)
    }
  }
  if (output) await append(output, 'GITHUB_OUTPUT', outputs(report))
  return problems
}

/** Words and numbers of ours only: nothing here was said by a server. */
function outputs({ verdict, exitCode, cause, accounts }: Report): string {
  const of = (wanted: string) => accounts.filter((account) => account.verdict === wanted).length
  const all = accounts.flatMap((account) => account.findings)
  const findings = all.filter(isOpen)
  return Object.entries({
    verdict,
    'exit-code': exitCode,
    cause: cause ?? '',
    findings: findings.filter(({ severity }) => severity === 'error').length,
    waived: all.length - findings.length,
    critical: findings.filter(({ risk }) => risk === 'critical').length,
    'accounts-in-sync': of('in_sync'),
    'accounts-drifted': of('drift'),
    'accounts-without-verdict': of('none'),
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
