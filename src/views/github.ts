/**
 * The text report for the log of a GitHub Actions job, followed by workflow commands that show the
 * worst findings at the lines of the policy. No text from a server can begin a command.
 */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { type Finding, isOpen } from '../core/messages/finding.ts'
import { FINDINGS, RISKS } from '../core/messages/finding-records.ts'
import type { Location } from '../core/model/location.ts'
import type { Report } from '../core/report/report.ts'
import { phraseOf } from './labels.ts'
import type { Repository } from './repository.ts'
import { printable, shortened } from './text/layout.ts'
import { renderPlain } from './text/lines.ts'

/** GitHub does not show more for one step. */
const MOST = 10

interface Annotation {
  readonly level: 'error' | 'warning'
  readonly title: string
  readonly message: string
  readonly location: Location | null
}

export function renderGithub(report: Report, { uri }: Repository): string {
  const findings = report.accounts
    .flatMap((account) => account.findings)
    .filter(isOpen)
    .sort((a, b) => RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk))
  const annotations = [
    ...report.diagnostics.map(ofDiagnostic),
    ...report.accounts.flatMap(({ diagnostics }) => diagnostics.map(ofDiagnostic)),
    ...findings.map(ofFinding),
  ]
  const commands = (['error', 'warning'] as const).flatMap((level) =>
    limited(annotations.filter((each) => each.level === level)).map((each) => command(each, uri)),
  )
  const log = [quiet(renderPlain(report)), ...commands].join('')
  // GitHub accepts the older form of a command anywhere in a line, even inside the newer form.
  return log.replaceAll('##[', '## [')
}

function ofFinding(finding: Finding): Annotation {
  const { code, address, severity, location } = finding
  const { title, remedy } = FINDINGS[code]
  const message = `${shortened(address)}: ${phraseOf(finding, shortened)}. ${remedy}`
  return { level: severity, title, message, location }
}

function ofDiagnostic({ severity, code, summary, advice, location }: Diagnostic): Annotation {
  const message = advice === null ? summary : `${summary} ${advice}`
  return { level: severity, title: code, message, location }
}

/** The worst ones; the last one says how many are left out. */
function limited(annotations: readonly Annotation[]): readonly Annotation[] {
  const shown = annotations.slice(0, MOST)
  const last = shown[MOST - 1]
  const more = annotations.length - MOST
  if (last === undefined || more <= 0) return shown
  const message = `${last.message} (And ${more} more: see the log of this step.)`
  return [...shown.slice(0, -1), { ...last, message }]
}

function command({ level, title, message, location }: Annotation, uri: Repository['uri']): string {
  const file = location && uri(location.file)
  const place =
    location === null || file === null
      ? []
      : [`file=${property(file)}`, `line=${location.line}`, `col=${location.column}`]
  const properties = [...place, `title=${property(title)}`].join(',')
  return `::${level} ${properties}::${data(printable(message))}\n`
}

/** The runner decodes only these characters. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(printable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** To the runner, `::` at the beginning of a line, also after spaces, begins a command. */
function quiet(text: string): string {
  return text.replace(/^([^\S\n]*):(?=:)/gm, '$1: ')
}
