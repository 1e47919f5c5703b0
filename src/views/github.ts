/**
 * The text report for the log of a GitHub Actions job, followed by workflow commands that show the
 * worst findings at the lines of the policy. No text from a server can begin a command.
 */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import type { Finding } from '../core/messages/finding.ts'
import { FINDINGS } from '../core/messages/finding-records.ts'
import type { Location } from '../core/model/location.ts'
import { listNews } from '../core/report/order.ts'
import type { AccountReport, Report } from '../core/report/report.ts'
import { nameAccount, phraseFinding } from './labels.ts'
import type { Repository } from './repository.ts'
import { hideCommands, makePrintable, shorten } from './text/layout.ts'
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
  const judged = report.accounts.filter(({ verdict }) => verdict !== 'none')
  const several = report.accounts.length > 1
  // Accounts may share a policy, and some messages have no place.
  const nameIn = (account: AccountReport, own: Annotation) =>
    several ? { ...own, message: `${nameAccount(account)}: ${own.message}` } : own
  const annotateAll = (account: AccountReport) =>
    account.diagnostics.map((each) => nameIn(account, annotateDiagnostic(each)))
  const annotations = [
    ...report.diagnostics.map(annotateDiagnostic),
    ...judged.flatMap(annotateAll),
    ...listNews(report.accounts).flatMap(({ account, finding }) =>
      finding === null ? annotateAll(account) : nameIn(account, annotateFinding(finding)),
    ),
  ]
  const commands = (['error', 'warning'] as const).flatMap((level) =>
    limitAnnotations(annotations.filter((each) => each.level === level)).map((each) =>
      writeCommand(each, uri),
    ),
  )
  return hideCommands(renderPlain(report)) + commands.join('')
}

function annotateFinding(finding: Finding): Annotation {
  const { code, address, severity, location } = finding
  const { title, remedy } = FINDINGS[code]
  const message = `${shorten(address)}: ${phraseFinding(finding, shorten)}. ${remedy}`
  return { level: severity, title, message, location }
}

function annotateDiagnostic({ severity, code, summary, advice, location }: Diagnostic): Annotation {
  const message = advice === null ? summary : `${summary} ${advice}`
  return { level: severity, title: code, message, location }
}

/** The worst ones; the last one says how many are left out. */
function limitAnnotations(annotations: readonly Annotation[]): readonly Annotation[] {
  const shown = annotations.slice(0, MOST)
  const last = shown[MOST - 1]
  const more = annotations.length - MOST
  if (last === undefined || more <= 0) return shown
  const message = `${last.message} (And ${more} more: see the log of this step.)`
  return [...shown.slice(0, -1), { ...last, message }]
}

function writeCommand(
  { level, title, message, location }: Annotation,
  uri: Repository['uri'],
): string {
  const file = location && uri(location.file)
  const place =
    location === null || file === null
      ? []
      : [`file=${encodeProperty(file)}`, `line=${location.line}`, `col=${location.column}`]
  const properties = [...place, `title=${encodeProperty(title)}`].join(',')
  return `::${level} ${properties}::${encodeData(makePrintable(message))}\n`
}

/** The runner decodes only these characters. */
function encodeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function encodeProperty(text: string): string {
  return encodeData(makePrintable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
