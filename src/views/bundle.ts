/**
 * The tables and the manifest of an access review, for auditors to read and reviewers to fill in. One
 * row for each person on the account, also for people who are not in the policy.
 */
import { countRanks, type PersonAccess } from '../core/access/access.ts'
import type { Finding } from '../core/messages/finding.ts'
import { labelSubject } from '../core/model/address.ts'
import { invertMap } from '../core/model/collect.ts'
import { KINDS } from '../core/model/kinds.ts'
import { compareCodeUnits } from '../core/model/names.ts'
import { listGroups, type Policy } from '../core/model/policy.ts'
import type { HiddenOutcome, PersonOutcome, Standing } from '../core/plan/outcome.ts'
import { listMissingActivity } from '../core/report/missing-parts.ts'
import { findWorstRisk, sortByWorstFinding } from '../core/report/order.ts'
import type { JudgedAccount, Reading } from '../core/report/report.ts'
import { ANSWERS, REVIEW } from '../core/review/form.ts'
import { type ClockReading, measureAhead, readClocks } from '../core/review/moments.ts'
import {
  type ListedFile,
  listRosterRows,
  MANIFEST_FORMAT,
  MANIFEST_VERSION,
  type RequestRecord,
  type ReviewRecord,
} from '../core/review/record.ts'
import { listAllReaches } from './access/labels.ts'
import { listActivityNotes } from './activity-words.ts'
import {
  makeGroupCells,
  makePersonCells,
  PERSON_COLUMNS,
  RECORD_COLUMNS,
  ROLE_COLUMNS,
  writeCsv,
} from './csv.ts'
import { describeRoster, groupBySection, toJson } from './json-document.ts'
import { API_LIMITS, describeInPolicy, formatMoment, HIDING, STANDINGS } from './labels.ts'

/** New kinds come last, because columns may only be added at the end. */
const SECTIONS = KINDS.map(({ section }) => section)
const [FIRST, NEWER] = [SECTIONS.slice(0, 1), SECTIONS.slice(1)]
const VERDICT = ['policy_says', 'standing', 'findings'] as const
const POPULATION = [...PERSON_COLUMNS, ...FIRST, ...VERDICT, ...NEWER, 'reaches']
/** Facts first, then what to fill in. `review close` reads the columns by their names. */
const FORM = [
  'email',
  'name',
  ...ROLE_COLUMNS,
  ...SECTIONS,
  'policy_says',
  'standing',
  'risk',
  'findings',
  REVIEW,
  ...ANSWERS,
]

/** `status` is `disabled` until the invitation is accepted: until then, the person cannot sign in. */
function makePersonRow(account: JudgedAccount, policy: Policy, access: readonly PersonAccess[]) {
  const reaches = new Map(
    access.map((each) => [each.person.email, listAllReaches(each).join('; ')]),
  )
  const says = describePolicy(policy)
  return (person: PersonOutcome) => {
    const { seen, standing, findings } = person
    if (seen === null) return []
    return [
      {
        // As the server has it: decisions are about the people in the snapshot.
        ...makePersonCells(seen),
        status: seen.confirmed ? 'enabled' : 'disabled',
        ...makeGroupCells(seen.groups, account.read, ', '),
        policy_says: says(person),
        ...makeVerdictCells(standing, findings),
        reaches: reaches.get(seen.email),
      },
    ]
  }
}

/** Of a person who is not on the account and still gets messages: without a row, nobody could decide. */
function makeHiddenRow(
  { read }: JudgedAccount,
  { email, name, groups, standing, findings }: HiddenOutcome,
) {
  return {
    email,
    name,
    status: 'hidden',
    ...makeGroupCells(
      groups.map(({ subject }) => subject),
      read,
      ', ',
    ),
    policy_says: describeInPolicy({ kind: 'not-listed' }, String),
    ...makeVerdictCells(standing, findings),
  }
}

function makeVerdictCells(standing: Standing, findings: readonly Finding[]) {
  return {
    standing: STANDINGS[standing],
    risk: findWorstRisk(findings),
    findings: findings.map(({ code }) => code).join(', '),
  }
}

/** What the policy says about a person. */
function describePolicy(policy: Policy): (person: PersonOutcome) => string {
  const listed = listGroups(policy).toSorted((a, b) =>
    compareCodeUnits(a.subject.name, b.subject.name),
  )
  const groupsOf = invertMap(
    listed.map(({ subject, members }) => [labelSubject(subject), members.keys()]),
  )
  return ({ email, inPolicy }) => {
    const groups = groupsOf.get(email)
    const within = groups === undefined ? '' : `; in ${groups.join(', ')}`
    const custom = policy.agents?.entries.get(email)?.customRole?.value
    const named =
      custom && ('id' in custom ? `custom role ${custom.id}` : `custom role "${custom.name}"`)
    return `${describeInPolicy(inPolicy, String)}${named ? `, ${named}` : ''}${within}`
  }
}

/**
 * By file name, without report, snapshot and manifest.
 * @param access of everybody in the snapshot
 */
export function renderTables(
  account: JudgedAccount,
  policy: Policy,
  access: readonly PersonAccess[],
): Readonly<Record<string, string>> {
  const makeRow = makePersonRow(account, policy, access)
  const { people: everybody, hidden } = account.getOutcomes()
  const people = everybody.flatMap(makeRow)
  const logged = account.read.activity.state === 'read'
  const review = `account ${account.account.id} on ${new URL(account.server).host}, ${formatMoment(account.read.finishedAt)}`
  const population = logged ? [...POPULATION, ...RECORD_COLUMNS] : POPULATION
  return {
    'population.csv': writeCsv<string>(population, people),
    'administrators.csv': writeCsv<string>(
      population,
      people.filter(({ role }) => role === 'administrator'),
    ),
    'decisions.csv': writeCsv(
      FORM,
      sortByWorstFinding<PersonOutcome | HiddenOutcome>([...hidden, ...everybody])
        .flatMap((each) => ('seen' in each ? makeRow(each) : makeHiddenRow(account, each)))
        .map((row) => ({ ...row, [REVIEW]: review })),
    ),
    'ignored.csv': writeCsv(
      ['address', 'pattern', 'file', 'line', 'column'],
      account.ignored.map(({ address, pattern, location }) => ({ address, pattern, ...location })),
    ),
    // Also those that accept nothing.
    'waivers.csv': writeCsv(
      ['finding', 'address', 'reason', 'owner', 'expires'],
      policy.waivers.map((each) => ({ ...each, expires: each.expires.value })),
    ),
  }
}

export interface ManifestFacts {
  readonly record: ReviewRecord
  /** Null: the server does not show it. */
  readonly serverVersion: string | null
  readonly account: JudgedAccount
  /** Of everybody in the snapshot. */
  readonly access: readonly PersonAccess[]
  readonly files: readonly ListedFile[]
}

/** What the API and this review do not show, for a reader who may not know rollcall. */
function describeNotShown(read: Reading, access: readonly PersonAccess[]): readonly string[] {
  const { activity } = read
  const log =
    activity.state === 'read'
      ? [
          ...listActivityNotes(read),
          `The log does not show people who were added to ${HIDING.one} before ${activity.from.slice(0, 10)} and are not on the account, how old an earlier invitation is, and earlier sign-ins.`,
        ]
      : [
          ...listMissingActivity({ activity, caller: read.caller }, 'This review').map(
            ({ summary, detail }) => `${summary} ${detail}`,
          ),
          'Only the audit log shows how old an invitation is, and when a person last signed in.',
        ]
  return [
    API_LIMITS,
    ...log,
    'An e-mail address does not prove who reads the mail that is sent to it.',
    ...KINDS.filter((of) => !read.groups.has(of)).map(
      ({ plural }) =>
        `This review has no ${plural}: the token belongs to an agent, and only an administrator can read them all.`,
    ),
    ...(access.some(({ customRole }) => customRole?.is === 'unread')
      ? [
          'This review does not show what custom roles permit: the token may not read them, and only an administrator can.',
        ]
      : []),
  ]
}

export function renderManifest({ account, record, ...facts }: ManifestFacts): string {
  const { read, policy, server, verdict, summary, coverage } = account
  const { roster, requests } = record
  return toJson({
    format: MANIFEST_FORMAT,
    format_version: MANIFEST_VERSION,
    tool: record.tool,
    generated_at: record.generatedAt,
    judged_on: record.judgedOn,
    server: { origin: server, version: facts.serverVersion },
    account: account.account,
    read_by: read.caller,
    read_started_at: read.startedAt,
    read_finished_at: read.finishedAt,
    clocks: describeClocks(record),
    policy: { path: policy.path, sha256: policy.sha256, file: 'policy.yaml', git: record.git },
    roster: roster ? { ...describeRoster(roster), people: listRosterRows(roster) } : undefined,
    verdict,
    summary: {
      people: read.agents,
      ...groupBySection(read.groups),
      memberships: read.memberships,
      errors: summary.error,
      warnings: summary.warning,
      ignored: summary.ignored,
    },
    access: countRanks(facts.access),
    coverage,
    not_shown: describeNotShown(read, facts.access),
    requests: requests.map(describeRequest),
    files: facts.files,
  })
}

/** The first and the last answer by both clocks. */
function describeClocks({ requests }: ReviewRecord) {
  const { first, last } = readClocks(requests)
  const describe = (reading: ClockReading | null) =>
    reading && { ...reading, server_ahead_seconds: measureAhead(reading) }
  return { first_answer: describe(first), last_answer: describe(last) }
}

function describeRequest(request: RequestRecord) {
  return {
    at: request.at,
    method: 'GET',
    path: request.path,
    status: request.status,
    ms: request.ms,
    server_time: request.serverTime,
    items: request.items,
    body_sha256: request.bodySha256,
    request_id: request.requestId,
  }
}
