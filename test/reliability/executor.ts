/**
 * The executor alone, over real HTTP: a plan is made once, and carried out on as many sandboxes in the
 * same state as a test needs.
 */
import { openServer } from '../../src/chatwoot/client.ts'
import { readSnapshot } from '../../src/chatwoot/read.ts'
import { makePartReader, type PartReader } from '../../src/chatwoot/read-parts.ts'
import { seal } from '../../src/chatwoot/secret.ts'
import { listPatterns, matchesPattern } from '../../src/chatwoot/write-requests.ts'
import { type Executed, type Execution, executeSteps } from '../../src/commands/apply/execute.ts'
import { makeRereader } from '../../src/commands/apply/reread.ts'
import { type Proposed, propose } from '../../src/commands/shared/propose.ts'
import { ALL_PARTS } from '../../src/connect/account.ts'
import type { JournalLine } from '../../src/core/apply/journal.ts'
import type { Policy } from '../../src/core/model/policy.ts'
import { plan } from '../../src/core/plan/plan.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import type { World } from '../../src/shell/world.ts'
import { PLAIN } from '../chatwoot/harness.ts'
import { makeClock, TOKEN } from '../cli/applying.ts'

const TODAY = '2026-11-23'

type Clock = Pick<World, 'now' | 'sleep'>

function open({ baseUrl }: Pick<Sandbox, 'baseUrl'>, clock: Clock) {
  return openServer({
    baseUrl,
    userAgent: 'rollcall/test',
    connections: 2,
    ...PLAIN,
    random: () => 0.5,
    onWait: () => undefined,
    ...clock,
  })
}

function readPolicy(text: string): Policy {
  const { policy, diagnostics } = parsePolicy('rollcall.yaml', Buffer.from(text))
  if (policy === null) throw new Error(JSON.stringify(diagnostics))
  return policy
}

function makeWorld(clock: Clock, signal = new AbortController().signal): World {
  const output = { isTerminal: false, write: async () => undefined }
  return {
    stdin: process.stdin,
    stdout: output,
    stderr: output,
    env: {},
    cwd: '/',
    random: () => 0.5,
    signal,
    ask: async () => null,
    finish: (work) => work,
    ...clock,
  }
}

/** Everything that the policy wants of an account in this state, allowed. */
export async function prepare(state: SandboxState, text: string): Promise<Proposed> {
  const clock = makeClock()
  const sandbox = await startSandbox(structuredClone(state))
  const server = open(sandbox, clock)
  const client = server.client({ token: seal(TOKEN), timeoutMs: 20_000 })
  try {
    const origin = 'https://chat.acme.com'
    const wanted = { accountId: 1, ...ALL_PARTS, origin }
    const snapshot = await readSnapshot(client, wanted)
    const limits = { 'max-people': 1_000, 'max-share': 100, 'max-gain': 1_000 }
    const policy = readPolicy(text)
    const input = {
      policy,
      decision: plan(policy, snapshot, TODAY),
      snapshot,
      circumstances: { customRoles: true, newestAccessRow: null },
      previous: null,
      expiry: null,
      removedLately: [],
      removedElsewhere: [],
      journals: null,
    }
    const allow: string[] = []
    for (;;) {
      const proposed = propose({ ...input, flags: { allow, ...limits } }, makeWorld(clock))
      if (proposed === null) throw new Error('There is no plan.')
      const more = proposed.plan.keptBack.flatMap(({ because }) =>
        because.kind === 'permission' ? because.allow : [],
      )
      if (more.length === 0) return proposed
      allow.push(...more)
    }
  } finally {
    await client.close()
    await server.close()
    await sandbox.close()
  }
}

export interface Ran extends Executed {
  readonly lines: readonly JournalLine[]
}

export interface RunOptions extends Partial<Pick<Execution, 'journal' | 'onStep'>> {
  /** For one answer to a write. */
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly signal?: AbortSignal
}

/** Carries out a plan, as `apply` does between the approval and the proof. */
export async function execute(
  sandbox: Pick<Sandbox, 'baseUrl'>,
  { plan, terms, own, storedAs }: Proposed,
  { timeoutMs = 5_000, clock = makeClock(), signal, ...more }: RunOptions = {},
): Promise<Ran> {
  const server = open(sandbox, clock)
  const token = seal(TOKEN)
  const patterns = listPatterns(plan, 1)
  const allows = (request: Parameters<typeof matchesPattern>[1]) =>
    patterns.some((pattern) => matchesPattern(pattern, request))
  const writer = server.writer({ token, timeoutMs, allows })
  const withPartReader = async <T>(work: (reader: PartReader) => Promise<T>): Promise<T> => {
    const client = server.client({ token, timeoutMs: 5_000 })
    try {
      return await work(makePartReader(client, 1))
    } finally {
      await client.close()
    }
  }
  const lines: JournalLine[] = []
  try {
    const executed = await executeSteps({
      plan,
      terms,
      today: TODAY,
      hash: own.hash,
      accountId: 1,
      reread: makeRereader(withPartReader, plan.before, storedAs),
      writer,
      lateMs: 60_000,
      journal: async (line) => void lines.push(line),
      onStep: () => undefined,
      world: makeWorld(clock, signal),
      ...more,
    })
    return { ...executed, lines }
  } finally {
    await writer.close()
    await server.close()
  }
}
