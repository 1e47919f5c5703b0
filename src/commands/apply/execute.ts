/**
 * Carries out the steps of an approved plan, one request at a time. Before each request it reads again
 * what the request names, and after it what became of it; what an answer means is decided in
 * core/apply/answers.ts. Everything is in the journal before it is sent. It never sends anything twice,
 * except what a rate limit or a full account refused.
 */
import type { WriteReply, Writer } from '../../chatwoot/writer.ts'
import {
  checkWritten,
  decideNext,
  isAsPlanned,
  type Reread,
  type SeenWrite,
  type WriteAnswer,
  type WriteOutcome,
} from '../../core/apply/answers.ts'
import { describeWrite } from '../../core/apply/approval.ts'
import type { PlannedStep, SteppedPlan } from '../../core/apply/decide.ts'
import { countCounting, getFewestCounting } from '../../core/apply/guards.ts'
import { type JournalLine, makeRequestId } from '../../core/apply/journal.ts'
import { applyWrite, findHeldRole } from '../../core/apply/transition.ts'
import type { Write } from '../../core/apply/writes.ts'
import { Failure } from '../../core/messages/diagnostic.ts'
import { INBOX } from '../../core/model/kinds.ts'
import type { Policy } from '../../core/model/policy.ts'
import type { StepResult, StepStatus, WriteResult } from '../../core/report/apply.ts'
import type { World } from '../../shell/world.ts'
import { makeWriteRequest } from './requests.ts'
import type { Rereader } from './reread.ts'

export interface Execution {
  readonly plan: SteppedPlan
  readonly policy: Policy
  /** UTC, `YYYY-MM-DD`. */
  readonly today: string
  /** Of the approval. */
  readonly hash: string
  readonly accountId: number
  readonly reread: Rereader
  readonly writer: Writer
  /** How long after an answer was given up a write may still happen. */
  readonly lateMs: number
  readonly journal: (line: JournalLine) => Promise<void>
  readonly onStep: (step: PlannedStep, index: number) => void
  readonly world: World
}

export interface Executed {
  readonly steps: readonly StepResult[]
  /** Why the run stopped before its end; null: it did not. Holds text of the server. */
  readonly stopped: string | null
  /** A signal ended the run: nothing may be read any more. */
  readonly interrupted: boolean
}

/** How long to wait between two looks for a write that may still happen. */
const LOOK_MS = 5_000
/** A limit of a minute is over a moment after the minute. */
const MINUTE = 60_000
const SLACK_MS = 1_000

/** What became of one write, and whether the run goes on. */
interface Carried {
  readonly result: WriteResult
  readonly next: 'go-on' | 'skip-invitations' | 'stop'
  readonly why: string | null
}

export async function executeSteps(execution: Execution): Promise<Executed> {
  const { plan, world, journal, reread, writer, accountId, hash } = execution
  const fewest = getFewestCounting(plan.before, execution.policy, execution.today)
  let expected = plan.before
  let requests = 0
  let stopped: string | null = null
  /** Until a removal frees a seat. */
  let full = false
  const results = new Map<PlannedStep, StepResult>()
  const isStopped = () => stopped !== null || world.signal.aborted

  /** One request: announced, sent, answered and looked at. */
  async function carryOut(step: PlannedStep, write: Write): Promise<Carried> {
    const settle = (outcome: WriteOutcome, next: Carried['next'], why: string | null): Carried => ({
      result: { write, outcome, status: null, requestId: null },
      next,
      why,
    })
    const before = await look(write)
    if (before === null) return settle('not-done', 'stop', 'The account could not be read again.')
    if (!before.ownerCanSee) {
      return settle(
        'not-done',
        'stop',
        `${plan.before.caller.email}, who owns the token, is no longer an administrator.`,
      )
    }
    if (!isAsPlanned(write, expected, before.state)) {
      const done = checkWritten(write, expected, before.state) === 'done'
      if (done) expected = applyWrite(expected, write)
      return settle(done ? 'done-by-others' : 'changed-meanwhile', 'go-on', null)
    }
    if (lowersAdministrators(write, expected)) {
      const after = applyWrite({ ...expected, agents: before.state.agents }, write)
      const left = countCounting(after, execution.policy, execution.today)
      if (left < fewest) {
        const why = `Only ${left} of the administrators who count would be left, and ${fewest} must be.`
        return settle('not-done', 'stop', why)
      }
    }
    const carried = await send(step, write)
    if (carried.result.outcome === 'done' || carried.result.outcome === 'done-by-others') {
      expected = applyWrite(expected, write)
    }
    return carried
  }

  async function look(write: Write) {
    try {
      return await reread.read(write, expected)
    } catch (error) {
      if (error instanceof Failure || world.signal.aborted) return null
      throw error
    }
  }

  async function send(step: PlannedStep, write: Write): Promise<Carried> {
    for (let sent = 1; ; sent += 1) {
      const request = makeWriteRequest(write, accountId, reread, findHeldRole(write, expected))
      if (request === null) throw new Error(`${write.kind} names something without an id.`)
      requests += 1
      const number = requests
      const requestId = makeRequestId(hash, number)
      const { change } = step
      const at = world.now().toISOString()
      const intent = { line: 'intent', at, number, request_id: requestId } as const
      const head = { step: change.step, address: change.address, write: describeWrite(write) }
      // Once it is announced it is sent, and the result is written, even after a signal.
      const reply = await world.finish(
        journal({ ...intent, ...head }).then(() => writer.send(request, requestId)),
      )
      const answer = classifyReply(reply)
      const lateAt = world.now().getTime() + execution.lateMs
      const status = reply.kind === 'answered' ? reply.status : null
      const record = (outcome: WriteOutcome) =>
        world.finish(
          journal({
            line: 'result',
            at: world.now().toISOString(),
            number,
            answer,
            status,
            outcome,
          }),
        )
      let seen: SeenWrite | 'unread' | null = null
      for (;;) {
        const lateOver = world.now().getTime() >= lateAt
        const decision = decideNext({ answer, seen, sent, lateOver })
        if (decision.next === 'send-again') {
          await record('not-done')
          const now = world.now().getTime()
          await pause(MINUTE - (now % MINUTE) + SLACK_MS)
          break
        }
        if (decision.next === 'read' || decision.next === 'look-again') {
          if (decision.next === 'look-again') await pause(LOOK_MS)
          seen = world.signal.aborted ? 'unread' : await check(write)
          if (world.signal.aborted && seen === 'unread') {
            await record('unknown')
            return {
              result: { write, outcome: 'unknown', status, requestId },
              next: 'stop',
              why: null,
            }
          }
          continue
        }
        await record(decision.outcome)
        const hidden = seen === 'not-done' && answer === 'accepted' && isInboxMember(write)
        if (hidden) await removeHidden(step, write)
        return {
          result: { write, outcome: decision.outcome, status, requestId },
          next: decision.next,
          why: describeStop(reply, write, hidden),
        }
      }
      if (world.signal.aborted) {
        const result = { write, outcome: 'not-done', status, requestId } as const
        return { result, next: 'stop', why: null }
      }
    }
  }

  /** The server stores somebody in an inbox whom it does not list there. That must not stay. */
  async function removeHidden(step: PlannedStep, write: Write): Promise<void> {
    if (write.kind !== 'add-member') return
    const undo: Write = { ...write, kind: 'remove-member' }
    const request = makeWriteRequest(undo, accountId, reread, null)
    if (request === null) return
    requests += 1
    const number = requests
    const requestId = makeRequestId(hash, number)
    const { change } = step
    const at = world.now().toISOString()
    const head = { step: change.step, address: change.address, write: describeWrite(undo) }
    const reply = await world.finish(
      journal({ line: 'intent', at, number, request_id: requestId, ...head }).then(() =>
        writer.send(request, requestId),
      ),
    )
    const answer = classifyReply(reply)
    const status = reply.kind === 'answered' ? reply.status : null
    const outcome = answer === 'accepted' || status === 404 ? 'done' : 'unknown'
    await world.finish(journal({ line: 'result', at, number, answer, status, outcome }))
  }

  async function check(write: Write): Promise<SeenWrite | 'unread'> {
    const seen = await look(write)
    return seen === null || !seen.ownerCanSee ? 'unread' : checkWritten(write, expected, seen.state)
  }

  async function pause(ms: number): Promise<void> {
    await world.sleep(ms, world.signal).catch(() => undefined)
  }

  async function carryOutStep(step: PlannedStep): Promise<void> {
    const writes: WriteResult[] = []
    for (const write of step.writes) {
      if (isStopped()) break
      const { result, next, why } = await carryOut(step, write)
      writes.push(result)
      if (next === 'stop') stopped = why ?? 'A signal ended the run.'
      if (next === 'skip-invitations') full = true
      if (result.outcome !== 'done' && result.outcome !== 'done-by-others') break
    }
    results.set(step, { step, writes, status: concludeStep(step, writes), because: null })
  }

  const skip = (step: PlannedStep, because: string) =>
    results.set(step, { step, writes: [], status: 'skipped', because })

  const waiting: PlannedStep[] = []
  for (const [index, step] of plan.written.entries()) {
    if (isStopped()) break
    const missing = findMissing(step, results)
    if (missing !== null) {
      skip(step, `It needs ${missing}, which was not written.`)
      if (waiting.some(({ change }) => change.address === missing)) waiting.push(step)
      continue
    }
    if (full && isInvitation(step)) {
      skip(step, 'No seat is free on the account.')
      waiting.push(step)
      continue
    }
    execution.onStep(step, index)
    await carryOutStep(step)
    if (full && isInvitation(step)) waiting.push(step)
  }
  // Removals may have freed seats: once more, with what depends on the invitations.
  full = false
  for (const step of waiting) {
    if (isStopped() || full) break
    results.delete(step)
    const missing = findMissing(step, results)
    if (missing !== null) skip(step, `It needs ${missing}, which was not written.`)
    else {
      execution.onStep(step, plan.written.indexOf(step))
      await carryOutStep(step)
    }
  }
  return {
    steps: plan.written.map(
      (step) => results.get(step) ?? { step, writes: [], status: 'not-started', because: null },
    ),
    stopped,
    interrupted: world.signal.aborted,
  }
}

function isInvitation({ change }: PlannedStep): boolean {
  return change.step === 'invite' || change.step === 'invite-administrator'
}

function isInboxMember(write: Write): boolean {
  return write.kind === 'add-member' && write.group.subject.of === INBOX
}

/** The address of a person, a group or a custom role that the step needs and that was not created. */
function findMissing(
  { writes }: PlannedStep,
  results: ReadonlyMap<PlannedStep, StepResult>,
): string | null {
  for (const [{ change, writes: made }, { status }] of results) {
    if (status === 'done' || change.action !== 'create') continue
    if (made.some((each) => writes.some((write) => isNeededBy(each, write)))) return change.address
  }
  return null
}

function isNeededBy(made: Write, write: Write): boolean {
  if (made === write) return false
  switch (made.kind) {
    case 'invite':
      return 'person' in write && write.person.email === made.person.email
    case 'create-group':
      return 'group' in write && write.group.subject === made.group.subject
    case 'create-custom-role':
      return (
        'customRole' in write &&
        write.customRole?.id === null &&
        write.customRole.name === made.definition.subject.name
      )
    default:
      return false
  }
}

function lowersAdministrators(write: Write, { agents }: Reread): boolean {
  const lowers =
    write.kind === 'delete-agent' || write.kind === 'set-role' || write.kind === 'set-custom-role'
  if (!lowers) return false
  return agents.some(({ email, role }) => email === write.person.email && role === 'administrator')
}

/** A 401 about ids of users is a refusal, not a problem of the token. */
const ABOUT_IDS = /invalid user ids/i

export function classifyReply(reply: WriteReply): WriteAnswer {
  if (reply.kind === 'lost') return 'lost'
  if (reply.kind === 'unsent') return 'refused'
  const { status, detail } = reply
  if (status >= 200 && status < 300) return 'accepted'
  if (status === 401) return ABOUT_IDS.test(detail ?? '') ? 'refused' : 'token'
  if (status === 402) return 'seats'
  if (status === 429) return 'rate-limit'
  if ([408, 502, 503, 504].includes(status)) return 'lost'
  return status < 500 ? 'refused' : 'failed'
}

function describeStop(reply: WriteReply, write: Write, hidden: boolean): string {
  if (hidden) {
    return 'The server stored the person in the inbox without listing them, so rollcall removed them from it again.'
  }
  if (reply.kind !== 'answered') return reply.diagnostic.summary
  const { status, detail } = reply
  const said = detail === null ? '' : ` ("${detail}")`
  if (status === 429) return `The server's rate limit refused ${write.kind} twice.`
  return `The server answered ${status}${said} to ${write.kind}.`
}

function concludeStep({ writes }: PlannedStep, results: readonly WriteResult[]): StepStatus {
  const outcomes = results.map(({ outcome }) => outcome)
  const done = outcomes.filter((each) => each === 'done' || each === 'done-by-others').length
  if (outcomes.includes('unknown')) return 'unknown'
  if (done === writes.length) return outcomes.includes('done') ? 'done' : 'done-by-others'
  if (outcomes.includes('changed-meanwhile')) return done > 0 ? 'partly-done' : 'changed-meanwhile'
  if (outcomes.length === 0) return 'not-started'
  return done > 0 ? 'partly-done' : 'not-done'
}
