/**
 * The report for code scanning: SARIF 2.1.0, findings at the lines of the policy. Withheld where
 * there is no verdict, because an upload without results closes every alert. Texts that are not
 * ours pass through `visible` or `message`.
 */
import type {
  Invocation,
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
import {
  exitCode,
  type JudgedAccount,
  type PolicyLines,
  type Report,
} from '../core/report/report.ts'
import { toJson } from './json.ts'
import { acceptance, askedWith, phraseOf } from './labels.ts'
import { lineHashes } from './line-hash.ts'
import type { Repository } from './repository.ts'

/** Null: no account has a verdict. Accounts without one have no run, which leaves their alerts be. */
export function renderSarif(report: Report, { uri }: Repository): string | null {
  const judged = report.accounts.filter((account) => account.verdict !== 'none')
  if (judged.length === 0) return null
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: judged.map((account) => run(account, report, uri)),
  }
  return toJson(log)
}

const CODES = Object.keys(FINDINGS) as FindingCode[]

function run(account: JudgedAccount, report: Report, uri: Repository['uri']): Run {
  const { tool, exitZero } = report
  const { read, verdict, findings } = account
  const asked = [
    ...askedWith(report).flatMap((each) => each.split(' ')),
    ...(read.snapshot === null ? [] : ['--snapshot', message(read.snapshot)]),
  ]
  const hashes = lineHashes(account.policyText)
  return {
    tool: { driver: { name: tool.name, semanticVersion: tool.version, rules: CODES.map(rule) } },
    // What ends with a slash is a category: uploads of one account replace each other, and only those.
    automationDetails: { id: `rollcall/${new URL(account.server).host}/${account.account.id}/` },
    invocations: [
      {
        executionSuccessful: true,
        ...(asked.length > 0 && { arguments: asked }),
        // What this account alone would end with: another one's failure is not its own.
        exitCode: exitCode(verdict, exitZero),
        ...(account.off.size > 0 && {
          toolConfigurationNotifications: [...account.off].map(switchedOff),
        }),
        startTimeUtc: read.startedAt,
        endTimeUtc: read.finishedAt,
        ...notifications(account),
      },
    ],
    columnKind: 'utf16CodeUnits',
    results: findings.map((finding) => result(finding, account, hashes, uri)),
  }
}

/** What is worth knowing beside the results. */
function notifications({
  diagnostics,
}: JudgedAccount): Pick<Invocation, 'toolExecutionNotifications'> {
  if (diagnostics.length === 0) return {}
  return {
    toolExecutionNotifications: diagnostics.map(({ code, severity, summary, advice }) => ({
      descriptor: { id: code },
      level: severity,
      message: { text: message([summary, advice].filter((each) => each !== null).join(' ')) },
    })),
  }
}

/** The middle of the band in which code scanning shows that word. */
const SECURITY_SEVERITY: Readonly<Record<Risk, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
}

function rule(code: FindingCode): ReportingDescriptor {
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

/** Findings that are switched off have no results; how many there are is still said. */
function switchedOff([code, n]: readonly [FindingCode, number]): Notification {
  return {
    level: 'note',
    message: { text: `${count(n, 'finding')} switched off by the policy: ${code}.` },
    associatedRule: { id: code, index: CODES.indexOf(code) },
  }
}

function result(
  finding: Finding,
  account: JudgedAccount,
  hashes: readonly string[],
  uri: Repository['uri'],
): Result {
  const { id, code, address, severity, risk, waiver } = finding
  const identity = visible(`${account.server}/${account.account.id}/${id}`)
  // Code scanning knows an alert by rule, file and line hash alone: with the hash of a shared line,
  // dismissing one unexpected administrator would dismiss every later one as well.
  const own = FINDINGS[code].pointsTo === 'its own line'
  const line = own ? finding.location?.line : undefined
  return {
    ruleId: code,
    ruleIndex: CODES.indexOf(code),
    // Code scanning shows suppressed results as open ones: at least they fail no check.
    level: waiver === null ? severity : 'note',
    ...(waiver !== null && { suppressions: [suppression(waiver, uri)] }),
    message: {
      text: `${message(address)}: ${phraseOf(finding, message)}.${settle(account.settlements.get(id))}`,
    },
    locations: [place(finding, account, uri)],
    partialFingerprints: {
      primaryLocationLineHash: (line && hashes[line - 1]) || identity,
      'rollcall/v1': identity,
    },
    properties: { risk },
  }
}

/** A waiver is kept in the policy, apart from what it accepts. */
function suppression(waiver: Waiver, uri: Repository['uri']): Suppression {
  const path = uri(waiver.location.file)
  return {
    kind: 'external',
    status: 'accepted',
    justification: visible(acceptance(waiver)),
    ...(path !== null && {
      location: {
        physicalLocation: {
          artifactLocation: { uri: encoded(path) },
          region: { startLine: waiver.location.line, startColumn: waiver.location.column },
        },
      },
    }),
  }
}

function settle(settlement: PolicyLines | undefined): string {
  if (settlement === undefined) return ''
  const below = settlement.path.map(message).join(': ')
  const lines = settlement.lines.map((line) => `\n${message(line)}`).join('')
  return `\nIf it is meant to be so, write below ${below} in the policy:${lines}`
}

function place(
  { address, location }: Finding,
  { policy }: JudgedAccount,
  uri: Repository['uri'],
): Location {
  const path = uri(location?.file ?? policy.path)
  return {
    ...(path !== null && {
      physicalLocation: {
        artifactLocation: { uri: encoded(path) },
        // Without a place of its own, a finding speaks of the policy as a whole.
        ...(location && { region: { startLine: location.line, startColumn: location.column } }),
      },
    }),
    logicalLocations: [{ fullyQualifiedName: visible(address), kind: 'resource' }],
  }
}

/** A relative path as a URI. Lone surrogates have no encoding. */
function encoded(path: string): string {
  return path
    .replace(/\p{Cs}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/')
}

// A number in braces is a placeholder here: the visible form of core is written in another way.
const SHOWN = /\\u\{([\da-f]+)\}/g

function visible(text: string): string {
  return reveal(text).replace(
    SHOWN,
    (_, code: string) => `<U+${code.toUpperCase().padStart(4, '0')}>`,
  )
}

/** Brackets begin a link in a message of SARIF, unless a backslash stands before them. */
function message(text: string): string {
  return visible(text).replace(/[\\[\]]/g, '\\$&')
}
