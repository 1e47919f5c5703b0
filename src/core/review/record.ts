/**
 * What the manifest of a review records and nothing else in the review contains: with it, the snapshot
 * and the policy, every file of the review can be written again. Reads the document of a manifest;
 * does not know files and JSON text.
 */
import { groupBy } from '../model/collect.ts'
import { isDay } from '../model/dates.ts'
import { checkFields, checkFormat, type Fields, type RefuseAt } from '../model/fields.ts'
import { compareCodeUnits, normaliseEmail } from '../model/names.ts'
import type { Policy } from '../model/policy.ts'
import type { StaffRoster } from '../model/roster.ts'
import type { Snapshot } from '../model/snapshot.ts'

/** The name of the manifest, which lists the other files of its folder. */
export const MANIFEST = 'MANIFEST.json'

export const MANIFEST_FORMAT = 'rollcall.review'

/** The version before it has no `judged_on`, no `roster` and no times of the server. */
export const MANIFEST_VERSION = '1.2'

export interface ReviewRecord {
  readonly tool: { readonly name: string; readonly version: string }
  readonly generatedAt: string
  /** The day that dates of the policy and of the roster were compared with. */
  readonly judgedOn: string
  /** As it was given. */
  readonly policyPath: string
  readonly git: GitFacts
  /** In the order in which they ended. */
  readonly requests: readonly RequestRecord[]
  /** Only the rows about people on the account or in the policy. Null: none was given. */
  readonly roster: StaffRoster | null
}

export interface GitFacts {
  readonly commit: string | null
  readonly dirty?: boolean
  readonly why?: string
}

export interface RequestRecord {
  /** When it was sent: RFC 3339, UTC. */
  readonly at: string
  readonly path: string
  /** Null: no answer. */
  readonly status: number | null
  readonly ms: number
  /** What the server's clock said when it answered: RFC 3339, UTC. Null: it did not say. */
  readonly serverTime: string | null
  readonly items: number | null
  readonly bodySha256: string | null
  readonly requestId: string | null
}

export interface ListedFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface ManifestContent {
  readonly record: ReviewRecord
  /** How many people it says there are. */
  readonly people: number
  readonly verdict: string
  /** What the server does not show, or what was not read: sentences for a reader. */
  readonly notShown: readonly string[]
  readonly files: readonly ListedFile[]
}

/** Only the people whom a review compares with it. */
export function selectFromRoster(
  roster: StaffRoster,
  snapshot: Snapshot,
  policy: Policy,
): StaffRoster {
  const emails = [
    ...snapshot.agents.map(({ email }) => email),
    ...(policy.agents?.entries.keys() ?? []),
  ]
  const people = emails.map(normaliseEmail).flatMap((normal) => {
    const entry = roster.people.get(normal)
    return entry === undefined ? [] : [[normal, entry] as const]
  })
  return { ...roster, people: new Map(people) }
}

export interface RosterRow {
  readonly email: string
  readonly active: boolean
  readonly end: string | null
}

/** By address, one row for each spelling. Nothing depends on the end dates of active people. */
export function listRosterRows({ people }: StaffRoster): readonly RosterRow[] {
  return [...people.values()]
    .flatMap(({ active, end, spellings }) =>
      [...spellings].map((email) => ({ email, active, end: active ? null : end })),
    )
    .sort((a, b) => compareCodeUnits(a.email, b.email))
}

export function parseManifest(document: unknown, refuse: RefuseAt): ManifestContent {
  const root = checkFields(document, [], refuse)
  checkFormat(root, MANIFEST_FORMAT, MANIFEST_VERSION)
  const policy = root.object('policy')
  const record: ReviewRecord = {
    tool: parseTool(root),
    generatedAt: root.moment('generated_at'),
    judgedOn: root.has('judged_on') ? parseDay(root) : root.moment('read_started_at').slice(0, 10),
    policyPath: policy.text('path'),
    git: parseGit(policy.object('git')),
    requests: root.objects('requests', parseRequest),
    roster: root.has('roster') ? parseRosterRows(root.object('roster')) : null,
  }
  const files = parseListedFiles(root)
  const people = root.object('summary').whole('people')
  const notShown = root.texts('not_shown')
  return { record, people, verdict: root.text('verdict'), notShown, files }
}

export function parseTool(root: Fields): ReviewRecord['tool'] {
  const tool = root.object('tool')
  const name = tool.text('name')
  if (name !== 'rollcall') tool.refuse(['name'], 'should be "rollcall"')
  return { name, version: tool.text('version') }
}

/** Of a document that lists the other files of its folder. */
export function parseListedFiles(root: Fields): readonly ListedFile[] {
  return root.objects('files', (file) => {
    const name = file.text('name')
    // A name with a path could lead out of the folder.
    if (/[\\/]/.test(name) || name === '' || name === '.' || name === '..') {
      file.refuse(['name'], 'should be the name of a file in the folder')
    }
    return { name, bytes: file.whole('bytes'), sha256: file.text('sha256') }
  })
}

function parseDay(root: Fields): string {
  const day = root.text('judged_on')
  return isDay(day) ? day : root.refuse(['judged_on'], 'should be a day such as 2026-11-23')
}

function parseGit(git: Fields): GitFacts {
  return {
    commit: git.orNull('commit', git.text),
    ...(git.has('dirty') ? { dirty: git.flag('dirty') } : {}),
    ...(git.has('why') ? { why: git.text('why') } : {}),
  }
}

/** Longer than any run, and short enough to be added to any time. */
const LONGEST_MS = 1e12

function parseRequest(request: Fields): RequestRecord {
  const ms = request.whole('ms')
  if (ms < 0 || ms > LONGEST_MS) request.refuse(['ms'], 'should be a number of milliseconds')
  return {
    at: request.moment('at'),
    path: request.text('path'),
    status: request.orNull('status', request.whole),
    ms,
    serverTime: request.has('server_time') ? request.orNull('server_time', request.moment) : null,
    items: request.orNull('items', request.whole),
    bodySha256: request.orNull('body_sha256', request.text),
    requestId: request.orNull('request_id', request.text),
  }
}

function parseRosterRows(roster: Fields): StaffRoster {
  const rows = roster.objects(
    'people',
    (row): RosterRow => ({
      email: row.text('email'),
      active: row.flag('active'),
      end: row.orNull('end', row.text),
    }),
  )
  const people = [...groupBy(rows, ({ email }) => normaliseEmail(email))].map(([normal, same]) => {
    const [{ active, end }] = same
    return [normal, { active, end, spellings: new Set(same.map(({ email }) => email)) }] as const
  })
  return {
    sha256: roster.text('sha256'),
    active: roster.whole('active'),
    inactive: roster.whole('inactive'),
    people: new Map(people),
  }
}
