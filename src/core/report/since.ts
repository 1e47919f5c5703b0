/**
 * What has changed since an earlier report: which findings are new, which were known and since when,
 * which are resolved. Only findings that this run would have found again are resolved. Never changes a
 * verdict.
 */
import { type Finding, isDrift, isOpen } from '../messages/finding.ts'
import { FINDINGS, isFindingCode } from '../messages/finding-records.ts'
import { KINDS } from '../model/kinds.ts'
import type { Outcome } from '../plan/outcome.ts'
import type { EarlierAccount, EarlierReport, PastFinding, Since } from './earlier.ts'
import type { AccountReport, JudgedAccount, Report } from './report.ts'

/** Null: the earlier report has no account of this server with this id. */
export function findEarlierAccount(
  { policy, server, account }: AccountReport,
  { accounts }: EarlierReport,
): EarlierAccount | null {
  const agrees = <T>(a: T | null, b: T | null) => a === null || b === null || a === b
  const id = account?.id ?? null
  const possible = accounts.filter((each) => agrees(each.server, server) && agrees(each.id, id))
  // If one of them does not say which account it is, the policy decides.
  const exact = possible.find(
    (each) => each.server !== null && each.server === server && each.id === id,
  )
  return exact ?? possible.find((each) => each.path === policy.path) ?? null
}

/** Accounts of the earlier report that this run does not have. */
export function listLeftAccounts(
  accounts: readonly AccountReport[],
  earlier: EarlierReport,
): readonly EarlierAccount[] {
  const found = accounts.flatMap((each) => findEarlierAccount(each, earlier) ?? [])
  return earlier.accounts.filter(
    ({ server, id, path }) =>
      !found.some(
        (each) => each.server === server && each.id === id && (id !== null || each.path === path),
      ),
  )
}

/** An account that the earlier report does not have: everything about it is new. */
export function compareWithEarlier(account: AccountReport, earlier: EarlierReport): Since {
  const { known, judged } = findEarlierAccount(account, earlier) ?? { known: [], judged: true }
  const before = new Map(known.map(({ id, firstSeen }) => [id, firstSeen]))
  const present = new Set(account.findings.map(({ id }) => id))
  const uncounted = new Set(known.flatMap(({ id, counted }) => (counted ? [] : [id])))
  const gone = known.filter(({ id }) => !present.has(id))
  const wouldFind = account.verdict === 'none' ? () => false : makeJudge(account)
  return {
    reportedAt: earlier.generatedAt,
    firstSeen: new Map([...before].filter(([id]) => present.has(id))),
    resolved: gone.filter(wouldFind),
    notChecked: gone.filter((each) => !wouldFind(each)),
    countNow: account.findings.filter((each) => isDrift(each) && uncounted.has(each.id)),
    lostVerdict: account.verdict === 'none' && judged,
  }
}

/** Whether this run would have found it again. False in case of doubt. */
function makeJudge(account: JudgedAccount): (past: PastFinding) => boolean {
  const { off, unjudged } = account
  const { people, groups, customRoles } = account.getOutcomes()
  const inventory = new Map<string, Outcome>([
    ...people.map(({ alone, inPolicy: { kind } }) => {
      // A rule also finds people whom nothing else was compared with.
      const left = kind === 'ignored' || kind === 'unmanaged'
      return [alone.address, left ? { ...alone, standing: kind } : alone] as const
    }),
    ...groups.flatMap(({ alone, members }) =>
      [alone, ...members].map((each) => [each.address, each] as const),
    ),
    ...customRoles.map((each) => [each.address, each] as const),
  ])
  return ({ code, address, recordedAt }) => {
    // A code of another version of rollcall.
    if (!isFindingCode(code) || off.has(code)) return false
    // A log that was not read to its beginning still shows what happened in the part that was read.
    const inLog = FINDINGS[code].needs === 'the whole log' && isInLog(recordedAt, account)
    if (unjudged.has(code) && !inLog) return false
    const { judged } = FINDINGS[code]
    if (judged === 'always') return inventory.get(address)?.standing !== 'ignored'
    if (!isCompared(code, address, account)) return false
    const now = inventory.get(address)
    if (now === undefined) return true
    if (now.standing === 'ignored' || now.standing === 'unmanaged') return false
    return now.findings.every((each) => FINDINGS[each.code].judged !== 'in turn')
  }
}

function isInLog(recordedAt: string | null, { read: { activity } }: JudgedAccount): boolean {
  return activity.state === 'read' && recordedAt !== null && recordedAt >= activity.from
}

function isCompared(code: string, address: string, { coverage }: JudgedAccount): boolean {
  const section = findSection(address)
  if (coverage[section] !== 'compared') return false
  const ofRoles = section === 'agents' && code.includes('custom-role')
  return !ofRoles || coverage.custom_roles === 'compared'
}

/** The section of the coverage that says whether what is at an address was compared. */
function findSection(address: string): string {
  const [prefix, , member] = address.split('/')
  const of = KINDS.find((kind) => kind.prefix === prefix)
  if (of !== undefined) return member === undefined ? of.section : of.memberSection
  return prefix === 'agent' ? 'agents' : 'custom_role_permissions'
}

/**
 * The sums over the accounts that were compared; null if none was. `new` and `known` are only findings
 * that count.
 */
export function countSince(...accounts: readonly Pick<AccountReport, 'findings' | 'since'>[]) {
  const compared = accounts.flatMap(({ findings, since }) =>
    since === null ? [] : [{ open: findings.filter(isOpen), since }],
  )
  if (compared.length === 0) return null
  const counts = { new: 0, known: 0, resolved: 0, notChecked: 0 }
  for (const { open, since } of compared) {
    for (const each of open) counts[isNew(each, since) ? 'new' : 'known'] += 1
    counts.resolved += since.resolved.length
    counts.notChecked += since.notChecked.length
  }
  return counts
}

/**
 * Whether a run that repeats every night should notify people: something is new or resolved, or counts as
 * drift only now, an account has lost its verdict or is no longer checked, or the run itself failed. Null:
 * it was not compared with an earlier report.
 */
export function hasNews({
  verdict,
  accounts,
  diagnostics,
}: Pick<Report, 'verdict' | 'accounts' | 'diagnostics'>): boolean | null {
  const all = countSince(...accounts)
  if (all === null) return null
  const failed = verdict === 'none' && accounts.every((each) => each.verdict !== 'none')
  const lost = accounts.some(({ since }) => since?.lostVerdict)
  const counts = accounts.some(({ since }) => since !== null && since.countNow.length > 0)
  const left = diagnostics.some(({ code }) => code === 'report-account-missing')
  return failed || lost || left || counts || all.new + all.resolved > 0
}

export function isNew({ id }: Finding, { firstSeen }: Since): boolean {
  return !firstSeen.has(id)
}
