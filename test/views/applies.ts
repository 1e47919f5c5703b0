/** Applies that every view of them is shown with, made by the real engine. No I/O. */

import type { ApplyPlan } from '../../src/core/apply/apply-plan.ts'
import { describeExpiry } from '../../src/core/apply/approval.ts'
import type { StepResult, StepStatus } from '../../src/core/apply/results.ts'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { type ApplyFacts, type ApplyReport, concludeApply } from '../../src/core/report/apply.ts'
import { type Proposal, summariseSteps } from '../../src/core/report/proposal.ts'
import type { Report } from '../../src/core/report/report.ts'
import { planned } from '../core/apply/apply.ts'
import type { SeenAccount, WrittenPolicy } from '../core/build.ts'
import { HOSTILE, REPORTS } from './reports.ts'

function find(name: string): Report {
  const report = REPORTS[name]
  if (report === undefined) throw new Error(`There is no report ${name}.`)
  return { ...report, command: 'apply' }
}

export const IN_SYNC = find('in-sync')
export const BEFORE = find('token-owner-at-risk')

const ada = { 'ada@acme.com': 'administrator' } as const
const POLICY: WrittenPolicy = {
  agents: {
    ...ada,
    'ann@acme.com': 'agent',
    'new@acme.com': 'administrator',
    'fay@acme.com': 'agent',
  },
  teams: { a: ['ann@acme.com', 'new@acme.com'], new: ['fay@acme.com'] },
  apply: { deny: ['create-team'] },
}
const SEEN: SeenAccount = {
  agents: { ...ada, 'ann@acme.com': 'agent', 'eve@acme.com': 'agent', "o'neil@acme.com": 'agent' },
  teams: { a: [] },
}

const PLAN: ApplyPlan = planned(POLICY, SEEN, ['remove-agent:agent/eve@acme.com'])

const HASH = 'a'.repeat(64)

function propose({ steps }: ApplyPlan, parts: Partial<Proposal> = {}): Proposal {
  return {
    plan: steps,
    ...summariseSteps(steps),
    approval: `20261124T09Z-${HASH}`,
    expires: describeExpiry('20261124T09Z'),
    document: { version: '1.2.3' },
    diagnostics: [],
    ...parts,
  }
}

/** With what stops it. */
export const proposal: Proposal = propose(PLAN, {
  diagnostics: [
    makeDiagnostic({ code: 'guard-losses', summary: 'Too many people would lose access.' }),
  ],
})

const [STEP] = PLAN.steps.written
if (STEP === undefined) throw new Error('Nothing is written.')
const [WRITE] = STEP.writes
if (WRITE === undefined) throw new Error('Nothing is sent.')

export function result(status: StepStatus, because: string | null = null): StepResult {
  return { step: STEP as NonNullable<typeof STEP>, writes: [], status, because }
}

export const FACTS: ApplyFacts = {
  before: BEFORE,
  proposal,
  end: 'refused',
  steps: [],
  stopped: null,
  after: null,
  pending: [],
  signal: null,
}

const steps: readonly StepResult[] = [
  {
    ...result('done'),
    writes: [
      {
        write: WRITE,
        outcome: 'done',
        status: 200,
        requestId: 'rollcall-aaaaaaaa-001',
        confirmed: true,
      },
    ],
  },
  {
    ...result('partly-done'),
    writes: [
      {
        write: WRITE,
        outcome: 'done',
        status: 200,
        requestId: 'rollcall-aaaaaaaa-002',
        confirmed: false,
      },
      { write: WRITE, outcome: 'not-done', status: null, requestId: null, confirmed: null },
    ],
  },
  result('skipped', 'The account has no free seat.'),
  result('unknown'),
]

const HOSTILE_PLAN = planned(
  {
    agents: { ...ada, 'ann@acme.com': 'agent' },
    teams: { [HOSTILE.replaceAll('\0', '')]: ['ann@acme.com'] },
  },
  { agents: { ...ada, 'ann@acme.com': 'agent' }, teams: { [HOSTILE.replaceAll('\0', '')]: [] } },
)
const [HOSTILE_STEP] = HOSTILE_PLAN.steps.written

const free = propose(PLAN)

export const APPLIES: Readonly<Record<string, ApplyReport>> = {
  refused: concludeApply(FACTS),
  'without-a-plan': concludeApply({ ...FACTS, proposal: null }),
  'not-approved': concludeApply({ ...FACTS, proposal: free, end: 'not-approved' }),
  nothing: concludeApply({
    ...FACTS,
    proposal: propose(planned({ agents: ada }, { agents: ada })),
    before: IN_SYNC,
    end: 'nothing',
  }),
  applied: concludeApply({
    ...FACTS,
    proposal: free,
    end: 'applied',
    steps,
    after: IN_SYNC,
    pending: ['eve@acme.com was removed, but Chatwoot still lists them in a group.'],
  }),
  stopped: concludeApply({
    ...FACTS,
    proposal: free,
    end: 'stopped',
    steps: [result('not-done')],
    stopped: `The server answered 422 ("${HOSTILE}") to invite.`,
    after: IN_SYNC,
  }),
  'hostile-names': concludeApply({
    ...FACTS,
    proposal: propose(HOSTILE_PLAN),
    end: 'applied',
    steps:
      HOSTILE_STEP === undefined ? [] : [{ ...result('skipped', HOSTILE), step: HOSTILE_STEP }],
    pending: [HOSTILE],
  }),
}
