/**
 * Works out what an apply would write, with its approval, from a policy and the account as it is now.
 * `plan` shows it and `apply` carries it out. Both use this file, so an approval means the same in
 * both.
 */
import { createHash } from 'node:crypto'
import type { AccountFacts } from '../../chatwoot/account-facts.ts'
import {
  type ActivityFlags,
  ALL_PARTS,
  chooseActivityDays,
  NO_ACTIVITY,
  readFrom,
} from '../../connect/account.ts'
import type { Servers } from '../../connect/servers.ts'
import type { Connection } from '../../connect/settings.ts'
import { planApply } from '../../core/apply/apply-plan.ts'
import {
  type Approval,
  approve,
  chooseExpiry,
  describeApproved,
  describeExpiry,
  type Expiry,
  formatApproval,
  type UsedApproval,
} from '../../core/apply/approval.ts'
import type { Terms } from '../../core/apply/decide.ts'
import { checkGuards, type JournalsRead, type Witnessed } from '../../core/apply/guards.ts'
import { findUsedHash, listRemoved } from '../../core/apply/journal.ts'
import { DEFAULT_LIMITS, type Limits } from '../../core/apply/limits.ts'
import type { Policy } from '../../core/model/policy.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { Decision } from '../../core/plan/plan.ts'
import { type Proposal, summariseSteps } from '../../core/report/proposal.ts'
import { findJournals } from '../../files/journal.ts'
import type { Values } from '../../shell/arguments.ts'
import { TOOL } from '../../shell/tool.ts'
import { getToday, type World } from '../../shell/world.ts'
import type { WRITING_OPTIONS } from './writing-options.ts'

/** An account as it was read for an apply. */
export interface ReadAccount {
  readonly snapshot: Snapshot
  readonly circumstances: AccountFacts
}

export async function readForApply(
  servers: Servers,
  connection: Connection,
  policy: Policy,
  flags: ActivityFlags = NO_ACTIVITY,
): Promise<ReadAccount> {
  const { readAccountFacts } = await import('../../chatwoot/account-facts.ts')
  // Read before the account: a change in between then shows in the account, and in the newest row of
  // the next read.
  const circumstances = await servers.use(connection, (client) =>
    readAccountFacts(client, connection.accountId),
  )
  // A person who is removed leaves every group first, also those that the policy does not manage.
  const activityDays = chooseActivityDays(flags, policy.rules)
  const wanted = { ...ALL_PARTS, activityDays }
  const snapshot = await readFrom(servers, connection, wanted)
  return { snapshot, circumstances }
}

export interface Proposed extends Proposal {
  readonly terms: Terms
  readonly storedAs: (email: string) => string
  /** The approval that this run gets. */
  readonly own: Approval
}

export interface ProposalInput extends ReadAccount {
  readonly policy: Policy
  /** What `plan` decided about this account, for the policy, the day and the earlier snapshot. */
  readonly decision: Decision
  readonly previous: Snapshot | null
  readonly flags: Values<typeof WRITING_OPTIONS>
  /** Null: the approval is given now. */
  readonly expiry: Expiry | null
  readonly removedLately: readonly Witnessed[]
  readonly removedElsewhere: readonly Witnessed[]
  /** Null: no journal is needed. */
  readonly journals: JournalsRead | null
}

/** Null: there is no plan, and `plan` says why. */
export function propose(
  { policy, snapshot, decision, circumstances, flags, expiry: given, ...witnesses }: ProposalInput,
  world: World,
): Proposed | null {
  const today = getToday(world)
  if (decision.kind === 'unknown') return null
  const saml = snapshot.agents.some(({ provider }) => provider === 'saml')
  const { previous } = witnesses
  const asked = { today, allow: flags.allow, saml, previous }
  const { terms, steps, storedAs, diagnostics } = planApply(policy, snapshot, decision.plan, asked)
  const limits: Limits = {
    people: flags['max-people'] ?? DEFAULT_LIMITS.people,
    share: flags['max-share'] ?? DEFAULT_LIMITS.share,
    gain: flags['max-gain'] ?? DEFAULT_LIMITS.gain,
  }
  const guards = checkGuards(steps, terms, {
    today,
    limits,
    ...witnesses,
    customRolesFeature: circumstances.customRoles,
    complete: Object.values(snapshot.coverage).every((each) => each === 'read'),
  })
  const expiry = given ?? chooseExpiry(world.now().toISOString())
  const document = describeApproved({
    version: TOOL.version,
    expiry,
    policy: terms.policy,
    scope: terms.scope,
    changes: steps,
    limits,
    // By meaning: another spelling of the same address is the same plan.
    allow: terms.allowances.map(({ step, address }) =>
      address === null ? step : `${step}:${address}`,
    ),
    newestAccessRow: circumstances.newestAccessRow,
  })
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const own = approve(document, expiry, sha256)
  return {
    plan: steps,
    ...summariseSteps(steps),
    approval: formatApproval(own),
    own,
    expires: describeExpiry(expiry),
    document,
    diagnostics: [...diagnostics, ...guards],
    terms,
    storedAs,
  }
}

const DAY_MS = 86_400_000

/** What the journals in the folder of the new one show. */
export interface EarlierRuns {
  /** People whom they show as removed in the last 24 hours, on the same server. */
  readonly removedLately: readonly Witnessed[]
  readonly journals: JournalsRead
  readonly used: readonly UsedApproval[]
}

export async function readEarlierRuns(
  journal: string | null,
  server: string,
  world: World,
): Promise<EarlierRuns> {
  if (journal === null) {
    return { removedLately: [], journals: { given: false, unread: [] }, used: [] }
  }
  const since = new Date(world.now().getTime() - DAY_MS).toISOString()
  const { journals, unread } = await findJournals(journal, world)
  const removedLately = journals
    .filter(({ reading }) => reading.first?.server === server)
    .flatMap(({ path, reading }) =>
      listRemoved(reading, since).map((email) => ({ email, file: path })),
    )
  const used = journals.flatMap(({ path, reading }) => {
    const hash = findUsedHash(reading)
    return hash === null ? [] : [{ hash, file: path }]
  })
  return { removedLately, journals: { given: true, unread }, used }
}
