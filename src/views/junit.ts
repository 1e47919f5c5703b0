/**
 * The report as JUnit XML: a suite per account, a case per person, custom role, group and membership,
 * so that green means "checked and fine". CI systems compare runs by classname and name: the pair is
 * unique, and does not change with the lines of the policy or the name of the account. Text from
 * outside passes through `escapeXml`. The file is long because it also contains the XML writer.
 */

import { type Diagnostic, isError } from '../core/messages/diagnostic.ts'
import { type Finding, listWaived } from '../core/messages/finding.ts'
import { FINDINGS } from '../core/messages/finding-records.ts'
import { formatAddress } from '../core/model/address.ts'
import { formatLocation, type Location } from '../core/model/location.ts'
import type { Ignored } from '../core/model/state.ts'
import { reveal } from '../core/model/visible.ts'
import type { Outcome } from '../core/plan/outcome.ts'
import { sortOpenFindings } from '../core/report/order.ts'
import type { AccountReport, JudgedAccount, PolicyLines, Report } from '../core/report/report.ts'
import { escapeXml } from './html/markup.ts'
import { describeAcceptance, listVerdictOptions, measureSeconds, phraseFinding } from './labels.ts'
import { OFFER } from './remedy.ts'
import type { Repository } from './repository.ts'

export function renderJunit(report: Report, { uri }: Repository): string {
  const asked = listVerdictOptions(report)
  const suites = report.accounts.map((account) => makeSuite(account, asked, uri))
  // Errors of the whole run. A file without any case would look like "no findings".
  if (suites.length === 0 || report.failed) {
    suites.unshift({
      name: 'rollcall',
      asked: asked.join(' '),
      read: null,
      cases: makeErrorCases('rollcall', report.diagnostics),
      notes: [],
    })
  }
  const named = numberRepeats(suites)
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${writeAttributes({ name: 'rollcall', ...countResults(...named) })}>`,
    ...named.map((suite) => writeSuite(suite, uri)),
    '</testsuites>',
  ].join('\n')}\n`
}

interface Suite {
  readonly name: string
  /** Options that affect the verdict. */
  readonly asked: string
  readonly read: AccountReport['read']
  readonly cases: readonly Case[]
  readonly notes: readonly string[]
}

interface Case {
  readonly classname: string
  readonly name: string
  readonly location: Location | null
  readonly result: Result
}

interface Result {
  /** The name of its XML element. Also a test that has passed can have notes. */
  readonly is: 'passed' | 'skipped' | 'failure' | 'error'
  /** The attributes of the element. */
  readonly about: Readonly<Record<string, string>>
  /** A function, so that a large report does not keep all of its text in memory twice. */
  readonly lines: () => readonly string[]
}

function pass(lines: Result['lines'] = () => []): Result {
  return { is: 'passed', about: {}, lines }
}

function leaveOut(message: string): Result {
  return { is: 'skipped', about: { message }, lines: () => [message] }
}

function makeSuite(
  account: AccountReport,
  options: readonly string[],
  uri: Repository['uri'],
): Suite {
  const name = nameSuite(account, uri)
  const cases =
    account.verdict === 'none'
      ? makeErrorCases(`${name}.account`, account.diagnostics)
      : makeCases(name, account)
  // If there is a verdict, these are only warnings. They are not checks, so they get no cases.
  const notes = account.verdict === 'none' ? [] : account.diagnostics.flatMap(explainDiagnostic)
  const { read } = account
  const from = read === null || read.snapshot === null ? [] : [`--snapshot ${read.snapshot}`]
  return { name, asked: [...options, ...from].join(' '), read, cases, notes }
}

/** By server and account, or by the policy if they are not known. */
function nameSuite({ server, account, policy }: AccountReport, uri: Repository['uri']): string {
  if (server !== null && account !== null) return `${new URL(server).host}/${account.id}`
  return uri(policy.path) ?? policy.path
}

function makeErrorCases(classname: string, diagnostics: readonly Diagnostic[]): readonly Case[] {
  const cases = diagnostics.filter(isError).map((each): Case => {
    const { code, summary, location } = each
    const about = { message: summary, type: code }
    const result = { is: 'error', about, lines: () => explainDiagnostic(each) } as const
    return { classname, name: code, location, result }
  })
  if (cases.length > 0) return cases
  const about = { message: 'No verdict.', type: 'internal' }
  const result = { is: 'error', about, lines: () => [] } as const
  return [{ classname, name: 'verdict', location: null, result }]
}

function explainDiagnostic({ summary, location, detail, advice, requestId }: Diagnostic): string[] {
  return [
    summary,
    ...(location === null ? [] : [`At ${formatLocation(location)}.`]),
    ...(detail === null ? [] : [detail]),
    ...(requestId === null ? [] : [`Request id: ${requestId}`]),
    ...(advice === null ? [] : [advice]),
  ]
}

function makeCases(suite: string, account: JudgedAccount): readonly Case[] {
  const { people, customRoles, groups, statements } = account.getOutcomes()
  const patterns = new Map(account.ignored.map((each) => [each.address, each]))
  const toCase = (section: string, outcome: Outcome, by: Ignored | undefined): Case => ({
    classname: `${suite}.${section}`,
    name: outcome.address,
    location: outcome.findings[0]?.location ?? by?.location ?? null,
    result: makeResult(outcome, by, account),
  })
  const person = (email: string) => patterns.get(formatAddress({ kind: 'agent', email }))
  return [
    ...people.map(({ alone }) => toCase('agents', alone, patterns.get(alone.address))),
    ...customRoles.map((each) => toCase('custom_roles', each, undefined)),
    ...groups.flatMap(({ subject: { of }, address, alone, members }) => {
      const by = patterns.get(address)
      return [
        toCase(of.section, alone, by),
        ...members.map((each) => toCase(of.memberSection, each, by ?? person(each.email))),
      ]
    }),
    ...statements.map((each) => toCase('policy', each, undefined)),
  ]
}

function makeResult(
  { standing, address, findings }: Outcome,
  by: Ignored | undefined,
  { fixes }: JudgedAccount,
): Result {
  switch (standing) {
    case 'fine':
      return pass()
    case 'ignored':
      // A pattern can match only a ghost or a missing person, who are not in the list of ignored people.
      return leaveOut(`Ignored by ${by ? `"${by.pattern}"` : 'a pattern'}.`)
    case 'unmanaged':
      return leaveOut('Not managed by this policy.')
    case 'waived': {
      const waived = listWaived(findings)
      const accepted = waived.map(({ code, waiver }) => `${code} ${describeAcceptance(waiver)}`)
      return leaveOut(`Waived: ${accepted.join('; ')}`)
    }
    case 'off': {
      const codes = [...new Set(findings.map(({ code }) => code))].join(', ')
      return leaveOut(`Switched off by the policy: ${codes}.`)
    }
    case 'warning':
    case 'drift': {
      const worstFirst = sortOpenFindings(findings)
      const lines = () => [
        ...worstFirst.flatMap((each, index) => [
          ...(index === 0 ? [] : ['']),
          ...explainFinding(each, address, fixes.get(each.id)),
        ]),
        ...listWaived(findings).flatMap(({ code, waiver }) => [
          '',
          `Waived: ${code} ${describeAcceptance(waiver)}`,
        ]),
      ]
      if (standing === 'warning') return pass(lines)
      const [worst] = worstFirst
      const phrases = worstFirst.map((each) => phraseWithAddress(each, address))
      const message = phrases.join('; ') || 'Differs from the policy.'
      return { is: 'failure', about: { message, type: worst?.code ?? 'drift' }, lines }
    }
  }
}

/** A membership can fail because of a finding of its person or group: then this names the address. */
function phraseWithAddress(finding: Finding, own: string): string {
  const { address } = finding
  const phrase = phraseFinding(finding, (text) => text)
  return address === own ? phrase : `${address}: ${phrase}`
}

function explainFinding(finding: Finding, own: string, fix: PolicyLines | undefined): string[] {
  const { code, address, risk, location } = finding
  const { title, meaning, remedy } = FINDINGS[code]
  const first = `${title}: ${phraseWithAddress(finding, own)}`
  // Shown in full only once: otherwise a large group would repeat all members for each member.
  if (address !== own) return [first, `What to do: see ${address}.`]
  const place = location === null ? '' : `, ${formatLocation(location)}`
  return [
    first,
    `(${code}, risk ${risk}${place})`,
    meaning,
    `What to do: ${remedy}`,
    ...(fix === undefined ? [] : [`${OFFER} below ${fix.path.join(': ')}:`, ...fix.lines]),
  ]
}

/** The same suites; a repeated pair of classname and name gets a number. */
function numberRepeats(suites: readonly Suite[]): readonly Suite[] {
  const seen = new Map<string, number>()
  return suites.map((suite) => ({
    ...suite,
    cases: suite.cases.map((each) => {
      // Compared as shown: two different names can look the same after escaping.
      const pair = `${reveal(each.classname)}\n${reveal(each.name)}`
      const times = (seen.get(pair) ?? 0) + 1
      seen.set(pair, times)
      return times === 1 ? each : { ...each, name: `${each.name} #${times}` }
    }),
  }))
}

function countResults(...suites: readonly Suite[]) {
  const of = { passed: 0, skipped: 0, failure: 0, error: 0 }
  for (const { cases } of suites) for (const { result } of cases) of[result.is] += 1
  return {
    tests: Object.values(of).reduce((sum, each) => sum + each, 0),
    failures: of.failure,
    errors: of.error,
    skipped: of.skipped,
  }
}

function writeSuite(suite: Suite, uri: Repository['uri']): string {
  const { name, asked, read, cases, notes } = suite
  const when = read && {
    timestamp: read.startedAt,
    time: measureSeconds(read).toFixed(3),
  }
  return [
    `  <testsuite${writeAttributes({ name, ...countResults(suite), ...when })}>`,
    ...(asked === ''
      ? []
      : [
          '    <properties>',
          `      <property${writeAttributes({ name: 'options', value: asked })}/>`,
          '    </properties>',
        ]),
    ...cases.map((each) => writeCase(each, uri)),
    ...(notes.length === 0 ? [] : [`    ${writeOutput(notes)}`]),
    '  </testsuite>',
  ].join('\n')
}

function writeCase({ classname, name, location, result }: Case, uri: Repository['uri']): string {
  const file = location && uri(location.file)
  const place = location && file && { file, line: location.line }
  const tag = `    <testcase${writeAttributes({ classname, name, ...(place || {}) })}`
  const inside = writeResult(result)
  return inside === null ? `${tag}/>` : `${tag}>\n      ${inside}\n    </testcase>`
}

/** For GitLab and Jenkins, `[[` can begin the name of a file to attach. */
function writeOutput(lines: readonly string[]): string {
  return `<system-out>${writeContent(lines.map((line) => line.replaceAll('[[', '[ [')))}</system-out>`
}

/** Some CI systems show the text of an element, others its message: both contain the same. */
function writeResult({ is, about, lines }: Result): string | null {
  const text = lines()
  if (is !== 'passed') return `<${is}${writeAttributes(about)}>${writeContent(text)}</${is}>`
  return text.length === 0 ? null : writeOutput(text)
}

function writeAttributes(values: Readonly<Record<string, string | number>>): string {
  let text = ''
  for (const [name, value] of Object.entries(values))
    text += ` ${name}="${escapeXml(String(value))}"`
  return text
}

/** Only rollcall adds line breaks: a line break in a name is escaped. */
function writeContent(lines: readonly string[]): string {
  return lines.map(escapeXml).join('\n')
}
