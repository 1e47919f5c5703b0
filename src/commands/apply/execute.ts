/**
 * Carries out the steps of an approved plan, one request at a time. Before each request it reads again
 * what the request names, and after it what is there now; core/apply/answers.ts decides what an answer
 * means. Everything is in the journal before it is sent. It never sends anything twice, except what a
 * rate limit or a full account refused.
 */
import { makeWriteRequest } from '../../chatwoot/write-requests.ts'
import type { WriteReply, Writer } from '../../chatwoot/writer.ts'
import {
  checkWritten,
  classifyReply,
  decideNext,
  describeHalfDone,
  findConfirmed,
  isAsPlanned,
  mayBeHidden,
  type SeenWrite,
  type WriteOutcome,
} from '../../core/apply/answers.ts'
import { describeWrite } from '../../core/apply/approval.ts'
import {
  findExcess,
  isNeededBy,
  type PlannedStep,
  type SteppedPlan,
  type Terms,
} from '../../core/apply/decide.ts'
import { watchAdministrators } from '../../core/apply/guards.ts'
import { type JournalLine, makeRequestId, makeRunId } from '../../core/apply/journal.ts'
import {
  concludeStep,
  findMissing,
  isDone,
  isInvitation,
  type StepResult,
  type WriteResult,
} from '../../core/apply/results.ts'
import { adoptRead, applyWrite, findHeldRole } from '../../core/apply/transition.ts'
import type { Write } from '../../core/apply/writes.ts'
import { Failure } from '../../core/messages/diagnostic.ts'
import { formatAddress } from '../../core/model/address.ts'
import type { World } from '../../shell/world.ts'
import type { Rereader, SeenSubject } from './reread.ts'

export interface Execution {
  readonly plan: SteppedPlan
  readonly terms: Terms
  /** UTC, `YYYY-MM-DD`. */
  readonly today: string
  /** Of the approval. */
  readonly hash: string
  readonly accountId: number
  readonly reread: Rereader
  readonly writer: Writer
  /** How long a write whose answer is lost may still happen after it was sent. */
  readonly lateMs: number
  readonly journal: (line: JournalLine) => Promise<void>
  readonly onStep: (step: PlannedStep, index: number) => void
  readonly world: World
}

export interface Executed {
  readonly steps: readonly StepResult[]
  /** Why the run stopped early; null: it did not. Contains text of the server. */
  readonly stopped: string | null
  /** A signal ended the run: nothing may be read any more. */
  readonly interrupted: boolean
}

/** How long to wait before looking again for a write that may still happen. */
const LOOK_MS = 5_000
/** A rate limit for a minute ends a moment after that minute. */
const MINUTE = 60_000
const SLACK_MS = 1_000

const UNREAD = 'The account could not be read again.'
const NO_SEAT = 'The account has no free seat.'

export async function executeSteps(execution: Execution): Promise<Executed> {
  const { plan, world, reread, writer, accountId, hash } = execution
  const run = makeRunId(world.random())
  const findTooFew = watchAdministrators(plan.before, execution.terms.policy, execution.today)
  let expected = plan.before
  let requests = 0
  let stopped: string | null = null
  /** Why the journal can no longer be written: then nothing more is sent. */
  let unrecorded: string | null = null
  /** Until a removal frees a seat. */
  let full = false
  const results = new Map<PlannedStep, StepResult>()
  const isStopped = () => stopped !== null || world.signal.aborted

  /** Sends nothing more after this write. @param why null: because of a signal */
  function endRun(why: string | null, result: WriteResult): WriteResult {
    stopped = why ?? 'A signal ended the run.'
    return result
  }

  /**
   * Carries out one write: reads what it names, sends it, and reads again. Sends it twice only if a
   * rate limit refused it. Returns a text, the reason, if the step would do too much now.
   */
  async function carryOut(step: PlannedStep, write: Write): Promise<WriteResult | string> {
    for (let sent = 1; ; sent += 1) {
      const before = await look(write)
      if (world.signal.aborted) return endRun(null, makeResult(write, 'not-done'))
      const obstacle = before === null ? UNREAD : findObstacle(write, before)
      if (before === null || obstacle !== null) {
        return endRun(obstacle, makeResult(write, 'not-done'))
      }
      if (!isAsPlanned(write, expected, before.state)) {
        // Who is gone also has no role and is in no group.
        const removal = step.writes.find(({ kind }) => kind === 'delete-agent') ?? write
        const done = [write, removal].some(
          (each) => checkWritten(each, expected, before.state) === 'done',
        )
        if (done) expected = applyWrite(expected, write)
        return makeResult(write, done ? 'done-by-others' : 'changed-meanwhile')
      }
      // What the step is about may no longer be right, although what it names is as planned.
      const current = adoptRead(expected, before.state)
      const excess = current === expected ? null : describeExcess(step, current)
      if (excess !== null) return excess
      const result = await send(step, write, before, sent)
      if (result !== 'send-again') {
        if (isDone(result.outcome)) expected = applyWrite(expected, write)
        return result
      }
      const now = world.now().getTime()
      await pause(MINUTE - (now % MINUTE) + SLACK_MS)
    }
  }

  /** Why the write must not be sent now, whatever it names. */
  function findObstacle(write: Write, { state, ownerCanSee }: SeenSubject): string | null {
    if (!ownerCanSee) {
      return `${plan.before.caller.email}, who owns the token, is no longer an administrator.`
    }
    return findTooFew(write, expected, state.agents)
  }

  async function look(write: Write): Promise<SeenSubject | null> {
    if (world.signal.aborted) return null
    try {
      return await reread.read(write, expected)
    } catch (error) {
      if (error instanceof Failure || world.signal.aborted) return null
      throw error
    }
  }

  /** Writes a line of the journal. Null: it is on disk. */
  async function record(line: JournalLine): Promise<string | null> {
    try {
      await execution.journal(line)
      return null
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      unrecorded = `Nothing more can be recorded, so nothing more was sent: ${error.message}`
      return unrecorded
    }
  }

  /**
   * Once it is in the journal it is sent, even after a signal. Null: the journal could not be written.
   */
  async function request({ change }: PlannedStep, write: Write, held: number | null) {
    const made = makeWriteRequest(write, accountId, reread, held)
    requests += 1
    const number = requests
    const requestId = makeRequestId(hash, number, run)
    const head = { step: change.step, address: change.address, write: describeWrite(write) }
    const at = world.now().toISOString()
    const intent = { line: 'intent', at, number, request_id: requestId, ...head } as const
    const work = record(intent).then((problem) =>
      problem === null ? writer.send(made, requestId) : null,
    )
    const reply = await world.finish(work)
    if (reply === null) return null
    const answer = classifyReply(reply, write)
    const status = reply.kind === 'answered' ? reply.status : null
    /** Ends the entry in the journal. */
    const close = async (outcome: WriteOutcome) => {
      const then = world.now().toISOString()
      const line = { line: 'result', at: then, number, answer, status, outcome } as const
      await world.finish(record(line))
    }
    return { reply, answer, status, requestId, close }
  }

  async function send(
    step: PlannedStep,
    write: Write,
    before: SeenSubject,
    count: number,
  ): Promise<WriteResult | 'send-again'> {
    const lateAt = world.now().getTime() + execution.lateMs
    const sent = await request(step, write, findHeldRole(write, before.state))
    if (sent === null) return endRun(unrecorded, makeResult(write, 'not-done'))
    const { reply, answer, close } = sent
    let seen: SeenSubject | null = null
    let found: SeenWrite | 'unread' | null = null
    for (;;) {
      const lateOver = world.now().getTime() >= lateAt
      const decision = decideNext({ answer, seen: found, sent: count, lateOver })
      if (decision.next === 'send-again') {
        await close(decision.outcome)
        if (unrecorded === null) return decision.next
        return endRun(unrecorded, makeResult(write, 'not-done'))
      }
      if (decision.next === 'read' || decision.next === 'look-again') {
        if (decision.next === 'look-again') await pause(LOOK_MS)
        seen = await look(write)
        if (seen === null && world.signal.aborted) {
          await close('unknown')
          return endRun(null, makeResult(write, 'unknown', sent))
        }
        found = seen?.ownerCanSee ? checkWritten(write, expected, seen.state) : 'unread'
        continue
      }
      await close(decision.outcome)
      const now = seen?.state ?? null
      const hidden = decision.outcome !== 'done' && mayBeHidden(write, answer, now)
      const undone = hidden ? await removeHidden(step, write) : null
      const half =
        decision.outcome === 'half-done' && seen !== null
          ? describeHalfDone(write, expected, seen.state)
          : null
      const confirmed = decision.outcome === 'done' ? findConfirmed(write, now) : null
      if (decision.next === 'skip-invitations') full = true
      const result = makeResult(write, decision.outcome, { ...sent, confirmed })
      if (unrecorded === null && decision.next !== 'stop') return result
      const why = unrecorded ?? undone ?? half ?? describeStop(reply, write, found === 'unread')
      return endRun(why, result)
    }
  }

  /** The server can store a member of an inbox without listing them. Such a member must not stay. */
  async function removeHidden(
    step: PlannedStep,
    write: Write & { readonly kind: 'add-member' },
  ): Promise<string> {
    const sent = await request(step, { ...write, kind: 'remove-member' }, null)
    const gone = sent !== null && (sent.answer === 'accepted' || sent.status === 404)
    await sent?.close(gone ? 'done' : 'unknown')
    const where = `${write.person.email} may be in ${formatAddress(write.group.subject)} without being listed`
    return gone
      ? `${where}, so rollcall removed them from it again.`
      : `${where}. rollcall could not undo this: in Chatwoot, add this person there, then remove the person again.`
  }

  async function pause(ms: number): Promise<void> {
    await world.sleep(ms, world.signal).catch(() => undefined)
  }

  /** A bug must not hide what was written before it. */
  async function carryOutSafely(step: PlannedStep, write: Write): Promise<WriteResult | string> {
    try {
      return await carryOut(step, write)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return endRun(`rollcall failed, which is a bug: ${message}`, makeResult(write, 'unknown'))
    }
  }

  /** Why a step would now do more than was approved. Null: it would not. */
  function describeExcess(step: PlannedStep, now = expected): string | null {
    const asPlanned = [...results.values()].every(({ status }) => isDone(status))
    if (asPlanned && now === expected) return null
    // If it frees a seat, who waits for one is still invited: as many people as seats become free.
    const seats = isRemoval(step) ? plan.written.filter(mayFreeSeat).length : 0
    const invited = waiting.filter((each) => results.get(each)?.because === NO_SEAT).slice(0, seats)
    const isStillWritten = (each: PlannedStep) =>
      invited.some((one) => one === each || isNeededBy(one.change, each.change))
    const over = new Map([...results].filter(([each]) => !isStillWritten(each)))
    const rest = plan.written.filter(
      (each) =>
        !over.has(each) &&
        findMissing(each, over) === null &&
        (invited.includes(each) || !(full && isInvitation(each))),
    )
    return findExcess(step, { before: plan.before, now, rest }, execution.terms)
  }

  const mayFreeSeat = (step: PlannedStep) =>
    isRemoval(step) && isDone(results.get(step)?.status ?? 'done')

  /** Why a step cannot be written now. Null: it can. */
  function findReason(step: PlannedStep): string | null {
    const missing = findMissing(step, results)
    if (missing !== null) return `It needs ${missing}, which was not written.`
    return full && isInvitation(step) ? NO_SEAT : describeExcess(step)
  }

  async function tryStep(step: PlannedStep): Promise<void> {
    const writes: WriteResult[] = []
    let because = findReason(step)
    if (because === null) execution.onStep(step, plan.written.indexOf(step))
    for (const write of step.writes) {
      if (because !== null || isStopped()) break
      const result = await carryOutSafely(step, write)
      if (typeof result === 'string') {
        because = result
        break
      }
      writes.push(result)
      if (full && isInvitation(step) && result.outcome === 'not-done') because = NO_SEAT
      if (!isDone(result.outcome)) break
    }
    results.set(step, { step, writes, status: concludeStep(step, writes, because), because })
  }

  const waiting: PlannedStep[] = []
  for (const step of plan.written) {
    if (isStopped()) break
    await tryStep(step)
    const missing = findMissing(step, results)
    const canCome = missing === null || waiting.some(({ change }) => change.address === missing)
    if (canCome && results.get(step)?.status === 'skipped') waiting.push(step)
  }
  // Removals may have freed seats: try the invitations once more, and what depends on them.
  full = false
  for (const step of waiting.splice(0)) {
    if (isStopped()) break
    if (full && isInvitation(step)) continue
    results.delete(step)
    await tryStep(step)
  }
  return {
    steps: plan.written.map(
      (step) => results.get(step) ?? { step, writes: [], status: 'not-started', because: null },
    ),
    stopped,
    interrupted: world.signal.aborted,
  }
}

function isRemoval({ writes }: PlannedStep): boolean {
  return writes.some(({ kind }) => kind === 'delete-agent')
}

/** @param sent left out: there was no request */
function makeResult(
  write: Write,
  outcome: WriteOutcome,
  sent: Partial<Pick<WriteResult, 'status' | 'requestId' | 'confirmed'>> = {},
): WriteResult {
  const { status = null, requestId = null, confirmed = null } = sent
  return { write, outcome, status, requestId, confirmed }
}

function describeStop(reply: WriteReply, write: Write, unread: boolean): string {
  if (reply.kind !== 'answered') return reply.diagnostic.summary
  const { status, detail } = reply
  const said = detail === null ? '' : ` ("${detail}")`
  if (status === 429) return `The server's rate limit refused ${write.kind} twice.`
  const problem = unread ? 'could not be read' : 'is not as planned'
  const but = status < 300 ? `, but the account ${problem} after it` : ''
  return `The server answered ${status}${said} to ${write.kind}${but}.`
}
