/**
 * Reads the audit log of an account, page by page, newest first, back to a day. New rows push others to
 * later pages: nothing is counted twice, and a gap is read again. A log that cannot be read is a state
 * of its own, never an empty log, and never ends the read of the account.
 */
import { Failure, makeFailure } from '../core/messages/diagnostic.ts'
import { DIAGNOSTICS } from '../core/messages/diagnostic-records.ts'
import { count } from '../core/messages/phrase.ts'
import type { ActivityFacts, ActivityWindow, RecordedActivity } from '../core/model/activity.ts'
import { goBack } from '../core/model/dates.ts'
import { type ActivityFold, findHidden, foldActivity } from '../core/model/fold-activity.ts'
import type { Activity, Snapshot } from '../core/model/snapshot.ts'
import { readFeatures } from './account-facts.ts'
import { type AuditPage, findFutureRow, readAuditPage } from './audit-log.ts'
import type { Client } from './client.ts'
import { formatDuration } from './explain-network.ts'

export interface ActivityWanted {
  readonly accountId: number
  /** How many days back. */
  readonly days: number
}

/** What is known about the log before the account is read. */
export type OpenedLog =
  | { readonly state: 'open'; readonly first: AuditPage }
  | Exclude<Activity, RecordedActivity>

const DAY_MS = 86_400_000
/** 100,000 rows at 25 a page. */
const MOST_PAGES = 4000
/** Pages whose rows are remembered, to recognise rows that come again. */
const REMEMBERED_PAGES = 40
const READS = 3
/** How often the log is read again while it seems to show a hidden member. */
const LOOKS = 3
/** The first page takes longer than the others, so the time is estimated after a few. */
const MEASURED_PAGES = 4
/** A shorter read needs no announcement. */
const ANNOUNCED_MS = 5000

/** Call it before the account is read. */
export async function openAuditLog(client: Client, accountId: number): Promise<OpenedLog> {
  try {
    if ((await readFeatures(client, accountId)).auditLogs === false) return { state: 'off' }
    return { state: 'open', first: await readAuditPage(client, accountId, 1) }
  } catch (error) {
    return describeUnreadable(error)
  }
}

/** Call it after the account was read. */
export async function readActivity(
  client: Client,
  opened: OpenedLog,
  { agents, customRoles }: Pick<Snapshot, 'agents' | 'customRoles'>,
  wanted: ActivityWanted,
): Promise<Activity> {
  if (opened.state !== 'open') {
    // Only the enterprise code has the log. It also has custom roles, which show that it is there.
    const community = customRoles.kind === 'unsupported'
    return community ? { state: 'unsupported' } : opened
  }
  const until = Math.max(0, ...opened.first.rows.map(({ id }) => id))
  const present = new Set(agents.map(({ id }) => id))
  const hasHidden = (facts: ActivityFacts) => findHidden(facts, present, until).length > 0
  try {
    const { fold, window, newest } = await readWindow(client, until, wanted)
    // The log is also empty if the feature was switched off meanwhile.
    const features = window.rows === 0 ? await readFeatures(client, wanted.accountId) : null
    if (features?.auditLogs === false) return { state: 'off' }
    let facts = fold.finish()
    for (let looks = 1; looks <= LOOKS && hasHidden(facts); looks += 1) {
      // Chatwoot takes seconds to remove a person from all groups: look again.
      await client.pause(READS + looks - 1)
      await addNewer(client, wanted.accountId, fold, newest)
      facts = fold.finish()
    }
    const hidden = findHidden(facts, present, until)
    return { state: 'read', ...window, ...facts, hidden }
  } catch (error) {
    return describeUnreadable(error)
  }
}

function describeUnreadable(error: unknown): OpenedLog & { readonly state: 'unreadable' } {
  const [because] = error instanceof Failure ? error.diagnostics : []
  if (because === undefined) throw error
  const { code, summary, detail, requestId } = because
  const retryable = DIAGNOSTICS[code].retryable && ({ retryable: true } as const)
  return { state: 'unreadable', because: { summary, detail, requestId, ...retryable } }
}

interface ReadWindow {
  readonly fold: ActivityFold
  readonly window: ActivityWindow
  /** The id of the newest row. */
  readonly newest: number
}

/**
 * @param until the id of the newest row that was seen before: a log without this row is not the whole
 * log
 */
async function readWindow(
  client: Client,
  until: number,
  wanted: ActivityWanted,
): Promise<ReadWindow> {
  for (let reads = 1; ; reads += 1) {
    const read = await readOnce(client, until, wanted)
    if (read !== 'gap') return read
    if (reads === READS) {
      throw makeFailure({
        code: 'read-contradiction',
        summary: 'The audit log has fewer rows than it says, so some may be missing.',
        detail: `rollcall read it ${READS} times.`,
      })
    }
    await client.pause(reads)
  }
}

async function readOnce(
  client: Client,
  until: number,
  wanted: ActivityWanted,
): Promise<ReadWindow | 'gap'> {
  const to = client.now()
  const since = goBack(to.toISOString(), wanted.days)
  const fold = foldActivity()
  const addIfNew = rememberRows()
  let rows = 0
  let newest = 0
  /** The time of the last row. */
  let oldest: string | null = null
  /** How many rows there were at the beginning. */
  let expected = 0
  for (let page = 1; ; page += 1) {
    const read = await readAuditPage(client, wanted.accountId, page)
    const pages = Math.ceil(read.total / read.perPage)
    if (page === 1) {
      checkClocks(client, read)
      expected = read.total
    }
    if (page === MEASURED_PAGES) announce(client, wanted.accountId, read)
    let older = false
    for (const row of read.rows) {
      if (!addIfNew(row.id, page)) continue
      if (oldest !== null && row.at > oldest) return 'gap'
      oldest = row.at
      rows += 1
      newest = Math.max(newest, row.id)
      if (row.at < since) older = true
      else fold.add(row)
    }
    client.progress(page, Math.max(page, pages), 'pages of the audit log')
    // Another page may follow a full page, whatever number the server gives.
    const last = page >= pages && read.rows.length < read.perPage
    const reach = older ? 'asked' : last ? 'beginning' : page === MOST_PAGES ? 'cut' : null
    if (reach === null) continue
    const left = Math.max(0, read.total - page * read.perPage)
    if (rows + left < expected || newest < until) return 'gap'
    const from = reach === 'asked' ? since : (oldest ?? to.toISOString())
    return { fold, window: { from, to: to.toISOString(), reach, rows }, newest }
  }
}

/** Only of the last pages: a row moves back by as many rows as arrived in the meantime. */
function rememberRows(): (id: number, page: number) => boolean {
  const pageOf = new Map<number, number>()
  return (id, page) => {
    if (pageOf.has(id)) return false
    pageOf.set(id, page)
    for (const [known, on] of pageOf) {
      if (on > page - REMEMBERED_PAGES) break
      pageOf.delete(known)
    }
    return true
  }
}

async function addNewer(
  client: Client,
  accountId: number,
  { add }: ActivityFold,
  newest: number,
): Promise<void> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const read = await readAuditPage(client, accountId, page)
    checkClocks(client, read)
    const { rows } = read
    for (const row of rows) add(row)
    if (rows.length === 0 || rows.some(({ id }) => id <= newest)) return
  }
}

/** Rules count days by the clock of this machine, but rows have the time of the server's clock. */
function checkClocks(client: Client, page: AuditPage): void {
  const future = findFutureRow(client, page)
  if (future !== null) {
    throw makeFailure({
      code: 'server-shape',
      summary: `Row ${future.id} of the audit log has the time ${future.at}, which is in the future.`,
      detail:
        'The clock of the server was probably wrong when it wrote this row, so rollcall cannot say how old the rows of the audit log are.',
    })
  }
  const ahead = client.clockAhead() ?? 0
  if (Math.abs(ahead) < DAY_MS) return
  const days = count(Math.floor(Math.abs(ahead) / DAY_MS), 'day')
  const where = ahead > 0 ? 'ahead of' : 'behind'
  throw makeFailure({
    code: 'read-contradiction',
    summary: `The clock of the server is ${days} ${where} the clock of this machine.`,
    detail: 'So rollcall cannot say how old the rows of the audit log are.',
  })
}

function announce(client: Client, accountId: number, { total, perPage }: AuditPage): void {
  const pages = Math.min(Math.ceil(total / perPage), MOST_PAGES)
  const ms = client.estimate(pages - MEASURED_PAGES)
  if (ms < ANNOUNCED_MS) return
  const time = formatDuration(Math.ceil(ms / 1000) * 1000)
  const rows = Math.min(total, pages * perPage)
  client.announce(
    `Reading the audit log of account ${accountId}: up to ${count(rows, 'row')} on ${count(pages, 'page')}, about ${time}. To read fewer, use --activity-days.`,
  )
}
