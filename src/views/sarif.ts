/**
 * The report for code scanning: SARIF 2.1.0, findings at the lines of the policy. Not written if
 * there is no verdict, because an upload without results closes every alert. Text from outside
 * passes through `makeVisible` or `escapeMessage`.
 */
import type {
  Location,
  Log,
  Notification,
  ReportingDescriptor,
  Result,
  Run,
  Suppression,
} from 'sarif'
import type { Finding, Waiver } from '../core/messages/finding.ts'
import { FINDINGS, type FindingCode, type Risk } from '../core/messages/finding-records.ts'
import { count } from '../core/messages/phrase.ts'
import { reveal } from '../core/model/visible.ts'
import { chooseResults } from '../core/report/code-scanning.ts'
import {
  decideExitCode,
  type JudgedAccount,
  type PolicyLines,
  type Report,
} from '../core/report/report.ts'
import { toJson } from './json-document.ts'
import { describeAcceptance, listVerdictOptions, phraseFinding } from './labels.ts'
import { hashLines } from './line-hash.ts'
import { OFFER } from './remedy.ts'
import type { Repository } from './repository.ts'

/** Null: no account has a verdict. An account without a verdict gets no run, so its alerts stay. */
export function renderSarif(report: Report, { uri }: Repository): string | null {
  const judged = report.accounts.filter((account) => account.verdict !== 'none')
  if (judged.length === 0) return null
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: judged.map((account) => makeRun(account, report, uri)),
  }
  return toJson(log)
}

const CODES = Object.keys(FINDINGS) as FindingCode[]

function makeRun(account: JudgedAccount, report: Report, uri: Repository['uri']): Run {
  const { tool } = report
  const { read, findings } = account
  const { shown, leftOut } = chooseResults(findings)
  const asked = [
    ...listVerdictOptions(report).flatMap((each) => each.split(' ')),
    ...(read.snapshot === null ? [] : ['--snapshot', escapeMessage(read.snapshot)]),
  ]
  const hashes = hashLines(account.policyText)
  const notes = listNotifications(account, leftOut)
  return {
    tool: {
      driver: { name: tool.name, semanticVersion: tool.version, rules: CODES.map(makeRule) },
    },
    // An id that ends with a slash is a category: an upload replaces only those of the same account.
    automationDetails: { id: `rollcall/${new URL(account.server).host}/${account.account.id}/` },
    invocations: [
      {
        executionSuccessful: true,
        ...(asked.length > 0 && { arguments: asked }),
        exitCode: decideExitCode(account.verdict, report.exitZero),
        ...(account.off.size > 0 && {
          toolConfigurationNotifications: [...account.off].map(noteSwitchedOff),
        }),
        startTimeUtc: read.startedAt,
        endTimeUtc: read.finishedAt,
        ...(notes.length > 0 && { toolExecutionNotifications: notes }),
      },
    ],
    columnKind: 'utf16CodeUnits',
    results: shown.map((finding) => makeResult(finding, account, hashes, uri)),
  }
}

/** Messages in addition to the results. */
function listNotifications({ diagnostics }: JudgedAccount, leftOut: number): Notification[] {
  const notes: Notification[] = diagnostics.map(({ code, severity, summary, advice }) => ({
    descriptor: { id: code },
    level: severity,
    message: { text: escapeMessage([summary, advice].filter((each) => each !== null).join(' ')) },
  }))
  if (leftOut > 0) {
    const text = `${count(leftOut, 'finding')} left out, because code scanning does not accept more. These are the worst ones.`
    notes.push({ descriptor: { id: 'output-shortened' }, level: 'warning', message: { text } })
  }
  return notes
}

/** The middle of the range that code scanning shows with this word. */
const SECURITY_SEVERITY: Readonly<Record<Risk, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
}

function makeRule(code: FindingCode): ReportingDescriptor {
  const { title, meaning, remedy, risk, severity } = FINDINGS[code]
  return {
    id: code,
    name: code.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: meaning },
    help: {
      text: `${meaning}\n\nWhat to do: ${remedy}`,
      markdown: `${meaning}\n\n**What to do:** ${remedy}`,
    },
    defaultConfiguration: { level: severity },
    properties: {
      tags: ['security', 'access'],
      precision: 'very-high',
      'security-severity': SECURITY_SEVERITY[risk],
    },
  }
}

/** Findings that are switched off have no results; they are only counted. */
function noteSwitchedOff([code, n]: readonly [FindingCode, number]): Notification {
  return {
    level: 'note',
    message: { text: `${count(n, 'finding')} switched off by the policy: ${code}.` },
    associatedRule: { id: code, index: CODES.indexOf(code) },
  }
}

function makeResult(
  finding: Finding,
  account: JudgedAccount,
  hashes: readonly string[],
  uri: Repository['uri'],
): Result {
  const { id, code, address, severity, risk, waiver } = finding
  const identity = escapeText(`${account.server}/${account.account.id}/${id}`)
  // Code scanning identifies an alert only by rule, file and line hash. With the hash of a shared line,
  // dismissing one unexpected administrator would also dismiss every later one.
  const own = FINDINGS[code].pointsTo === 'its own line'
  const line = own ? finding.location?.line : undefined
  return {
    ruleId: code,
    ruleIndex: CODES.indexOf(code),
    // Code scanning shows suppressed results as open ones. As a note, they do not fail a check.
    level: waiver === null ? severity : 'note',
    ...(waiver !== null && { suppressions: [makeSuppression(waiver, uri)] }),
    message: {
      text: `${escapeMessage(address)}: ${phraseFinding(finding, escapeMessage)}.${describeFix(account.fixes.get(id))}`,
    },
    locations: [makeLocation(finding, account, uri)],
    partialFingerprints: {
      primaryLocationLineHash: (line && hashes[line - 1]) || identity,
      'rollcall/v1': identity,
    },
    properties: { risk },
  }
}

/** `external`: the waiver is in the policy, not at the finding that it accepts. */
function makeSuppression(waiver: Waiver, uri: Repository['uri']): Suppression {
  const path = uri(waiver.location.file)
  return {
    kind: 'external',
    status: 'accepted',
    justification: escapeText(describeAcceptance(waiver)),
    ...(path !== null && {
      location: {
        physicalLocation: {
          artifactLocation: { uri: encodePath(path) },
          region: { startLine: waiver.location.line, startColumn: waiver.location.column },
        },
      },
    }),
  }
}

function describeFix(fix: PolicyLines | undefined): string {
  if (fix === undefined) return ''
  const below = fix.path.map(escapeMessage).join(': ')
  const lines = fix.lines.map((line) => `\n${escapeMessage(line)}`).join('')
  return `\n${OFFER} below ${below}:${lines}`
}

function makeLocation(
  { address, location }: Finding,
  { policy }: JudgedAccount,
  uri: Repository['uri'],
): Location {
  const path = uri(location?.file ?? policy.path)
  return {
    ...(path !== null && {
      physicalLocation: {
        artifactLocation: { uri: encodePath(path) },
        // A finding without a location is about the whole policy.
        ...(location && { region: { startLine: location.line, startColumn: location.column } }),
      },
    }),
    logicalLocations: [{ fullyQualifiedName: escapeText(address), kind: 'resource' }],
  }
}

/** A relative path as a URI. Lone surrogates have no encoding. */
function encodePath(path: string): string {
  return path
    .replace(/\p{Cs}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
}

// In SARIF a number in braces is a placeholder, so the escapes of core are written in another form.
const SHOWN = /\\u\{([\da-f]+)\}/g

function escapeText(text: string): string {
  return reveal(text).replace(
    SHOWN,
    (_, code: string) => `<U+${code.toUpperCase().padStart(4, '0')}>`,
  )
}

/** In SARIF messages, brackets begin a link unless there is a backslash before them. */
function escapeMessage(text: string): string {
  return escapeText(text).replace(/[\\[\]]/g, '\\$&')
}
