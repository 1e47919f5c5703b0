/**
 * What an answer to a write means. The state read afterwards decides, never the status alone: a server
 * answers 500 after it has written, 200 without having written, or not at all. Pure: the executor
 * sends, reads and waits, and asks here what to do next.
 */

import { addArticle } from '../messages/phrase.ts'
import {
  describeCustomRole,
  describeHeldRole,
  findRoleId,
  listRoles,
} from '../model/custom-role.ts'
import type { RecognisedGroup, RecognisedSnapshot } from '../model/identity.ts'
import type { SnapshotAgent } from '../model/snapshot.ts'
import { applyWrite, findHeldRole } from './transition.ts'
import { type CustomRoleRef, isGroup, type PersonRef, type Write } from './writes.ts'

/** What came back for a write, before anything is read. */
export type WriteAnswer =
  /** 2xx. */
  | 'accepted'
  /** 401 about the token; one about user ids is `refused`. */
  | 'token'
  /** 402 to an invitation: no seat is free. */
  | 'seats'
  /** 429. */
  | 'rate-limit'
  /** Any other 4xx. */
  | 'refused'
  /** 500, or a redirect: it may have written before that. */
  | 'failed'
  /** A time-out, a reset, or another 5xx from a proxy: the server may still write. */
  | 'lost'

/** What came back, as the transport has it. `unsent`: the server has not received the request. */
export type ReplyFacts =
  | { readonly kind: 'answered'; readonly status: number; readonly detail: string | null }
  | { readonly kind: 'unsent' }
  | { readonly kind: 'lost' }

/** A 401 about ids of users is a refusal, not a problem of the token. */
const ABOUT_IDS = /invalid user ids/i

export function classifyReply(reply: ReplyFacts, { kind }: Write): WriteAnswer {
  if (reply.kind === 'lost') return 'lost'
  if (reply.kind === 'unsent') return 'refused'
  const { status, detail } = reply
  if (status < 300) return 'accepted'
  if (status < 400 || status === 500) return 'failed'
  if (status > 500 || status === 408) return 'lost'
  if (status === 401) return ABOUT_IDS.test(detail ?? '') ? 'refused' : 'token'
  if (status === 402 && kind === 'invite') return 'seats'
  return status === 429 ? 'rate-limit' : 'refused'
}

/**
 * How a write looks in a state that was read. `half-done`: the person is there, but with another role
 * or custom role than before and than wanted; the server writes the two one after the other.
 * `otherwise`: anything else that is neither as before nor as wanted.
 */
export type SeenWrite = 'done' | 'not-done' | 'half-done' | 'otherwise'

export type NextStep =
  | { readonly next: 'read' }
  /** Read again after a pause: the write may still happen. */
  | { readonly next: 'look-again' }
  /**
   * The result is clear. `skip-invitations`: go on without invitations; there may be seats after the
   * removals. `send-again`: wait for the next minute, then send the same once more.
   */
  | {
      readonly next: 'go-on' | 'skip-invitations' | 'send-again' | 'stop'
      readonly outcome: WriteOutcome
    }

/** What a report and a journal say about a write. `done-by-others`: the state is as wanted, but the server refused. */
export type WriteOutcome =
  | 'done'
  | 'done-by-others'
  | 'not-done'
  | 'half-done'
  | 'changed-meanwhile'
  | 'unknown'

export interface Answered {
  readonly answer: WriteAnswer
  /** Null: not read since the answer. `unread`: the read failed. */
  readonly seen: SeenWrite | 'unread' | null
  /** How often this write was sent. */
  readonly sent: number
  /** Whether the time in which a lost write may still happen is over. */
  readonly lateOver: boolean
}

/** With these answers, the server or a proxy says that it did not write. */
const REFUSALS: ReadonlySet<WriteAnswer> = new Set(['refused', 'seats', 'rate-limit'])

export function decideNext({ answer, seen, sent, lateOver }: Answered): NextStep {
  if (seen === null) return { next: 'read' }
  if (seen === 'done') {
    return { next: 'go-on', outcome: REFUSALS.has(answer) ? 'done-by-others' : 'done' }
  }
  if (answer === 'lost' && !lateOver) return { next: 'look-again' }
  const noSeat = answer === 'seats' ? 'skip-invitations' : null
  const next = noSeat ?? (answer === 'rate-limit' && sent === 1 ? 'send-again' : 'stop')
  switch (seen) {
    case 'unread':
      // Without a seat nobody was invited. If the server refuses the token, nothing was written, and
      // nothing can be read.
      return { next, outcome: noSeat || answer === 'token' ? 'not-done' : 'unknown' }
    case 'not-done':
      return { next, outcome: answer === 'lost' ? 'unknown' : 'not-done' }
    case 'half-done':
    case 'otherwise':
      // The server refused because of what somebody else did: that is what is there now.
      if (REFUSALS.has(answer)) return { next: noSeat ?? 'go-on', outcome: 'changed-meanwhile' }
      return { next: 'stop', outcome: seen === 'half-done' ? seen : 'unknown' }
  }
}

/** What was read again, as far as the write needs it. */
export type Reread = Pick<RecognisedSnapshot, 'agents' | 'groups' | 'customRoles'>

/** @param expected the state before it, as the plan says */
export function checkWritten(write: Write, expected: RecognisedSnapshot, now: Reread): SeenWrite {
  const wanted = applyWrite(expected, write)
  if (isAlike(write, now, wanted)) return 'done'
  if (isAlike(write, now, expected)) return 'not-done'
  return findHalfDone(write, wanted, now) === null ? 'otherwise' : 'half-done'
}

const TWO_PARTS: ReadonlySet<Write['kind']> = new Set(['invite', 'set-role', 'set-custom-role'])

/** A person who has wrong rights after a write that the server does in two parts. */
function findHalfDone(write: Write, wanted: Reread, now: Reread) {
  if (!TWO_PARTS.has(write.kind) || !('person' in write)) return null
  const { email, id } = write.person
  const have = now.agents.find((each) => each.email === email && (id === null || each.id === id))
  const want = wanted.agents.find((each) => each.email === email)
  if (have === undefined || want === undefined) return null
  return hasSameRights(have, now, want, wanted) ? null : { have, want }
}

/** What is there after a write was half done, and what to do. Null: it was not half done. */
export function describeHalfDone(
  write: Write,
  expected: RecognisedSnapshot,
  now: Reread,
): string | null {
  const wanted = applyWrite(expected, write)
  const half = findHalfDone(write, wanted, now)
  if (half === null) return null
  const { have, want } = half
  return `${have.email} is ${describeRights(have, now)} now, and should be ${describeRights(want, wanted)}: the server did only a part of the request. Correct it in Chatwoot (Settings, Agents), or run apply again and approve what it shows.`
}

function describeRights(
  agent: SnapshotAgent,
  { customRoles }: Pick<Reread, 'customRoles'>,
): string {
  return `${addArticle(agent.role)} with ${describeCustomRole(describeHeldRole(agent, customRoles))}`
}

/**
 * Whether everything that a write names is still as the plan expects, just before it is sent. The same
 * for everything that could make the write give or take more than was approved. If not, the write and
 * what depends on it are skipped as changed meanwhile.
 */
export function isAsPlanned(write: Write, expected: RecognisedSnapshot, now: Reread): boolean {
  return (
    isAlike(write, now, expected) &&
    isSameText(listAffected(write, now), listAffected(write, expected)) &&
    isSameText(findPermissions(write, expected, now), findPermissions(write, expected, expected))
  )
}

function isSameText(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** People whom a write affects without naming them; and the name of a group, which may have changed. */
function listAffected(write: Write, { agents, groups }: Reread): readonly string[] {
  if (write.kind === 'update-custom-role' || write.kind === 'delete-custom-role') {
    const { id } = write.definition
    return agents
      .filter(({ customRoleId }) => customRoleId === id)
      .map(({ email }) => email)
      .sort()
  }
  if (!('group' in write)) return []
  const { subject } = write.group
  const { of } = subject
  const group = groups.find((each) => isGroup(each, subject))
  if (group === undefined) return []
  const name = of.normalise(group.name)
  return write.kind === 'delete-group' ? [name, ...group.members.toSorted()] : [name]
}

/**
 * The permissions of the custom role that a person has after the write. The role is identified by its
 * id, or by its name if this apply has created it: then there must be one of that name.
 */
function findPermissions(
  write: Write,
  expected: RecognisedSnapshot,
  { customRoles }: Reread,
): readonly unknown[] {
  const given =
    'customRole' in write
      ? write.customRole && findRoleId(write.customRole, expected.customRoles)
      : findHeldRole(write, expected)
  // What this apply has created has an id below 0 in the plan.
  const made = listRoles(expected.customRoles).find(({ id }) => id === given && id < 0)
  return listRoles(customRoles)
    .filter(({ id, name }) => (made === undefined ? id === given : name === made.name))
    .map(({ name, permissions }) => [name, permissions])
}

/** Compares only what the write names. Does not compare ids that did not come from a server. */
function isAlike(write: Write, now: Reread, wanted: Reread): boolean {
  if ('definition' in write) {
    // Two with the same name are an error: the server can create both.
    const [have, want] = [now, wanted].map((state) => listDefinitions(state, write.definition))
    return isSameText(have, want)
  }
  if ('person' in write && !isSamePerson(write.person, now, wanted)) return false
  if (!('group' in write)) return true
  const [have, want] = [now, wanted].map((state) =>
    state.groups.find((group) => isGroup(group, write.group.subject)),
  )
  if (have === undefined || want === undefined) return have === want
  if (!('person' in write)) return isSameGroup(have, want)
  const { email } = write.person
  return have.members.includes(email) === want.members.includes(email)
}

function isSamePerson({ email, id }: PersonRef, now: Reread, wanted: Reread): boolean {
  const [have, want] = [now, wanted].map(({ agents }) =>
    agents.find((each) => each.email === email),
  )
  // With another address, they are somebody else here, but they are not gone.
  if (now.agents.some((each) => each.id === id && each.email !== email)) return false
  if (have === undefined || want === undefined) return have === want
  // An invited person may have accepted an invitation to another account before.
  const same = id === null || (have.id === id && have.confirmed === want.confirmed)
  return same && hasSameRights(have, now, want, wanted)
}

/** A custom role that the same apply creates is known by its name. */
function hasSameRights(
  have: SnapshotAgent,
  now: Reread,
  want: SnapshotAgent,
  wanted: Reread,
): boolean {
  if (have.role !== want.role) return false
  if (want.customRoleId === null || want.customRoleId > 0) {
    return have.customRoleId === want.customRoleId
  }
  const [had, has] = [findHeld(have, now), findHeld(want, wanted)]
  return had !== undefined && had.name === has?.name
}

function findHeld({ customRoleId }: SnapshotAgent, { customRoles }: Reread) {
  return listRoles(customRoles).find(({ id }) => id === customRoleId)
}

function isSameGroup(have: RecognisedGroup, want: RecognisedGroup): boolean {
  return (
    have.of.normalise(have.name) === have.of.normalise(want.name) &&
    Object.entries(want.settings).every(([key, value]) => have.settings[key] === value)
  )
}

function listDefinitions({ customRoles }: Reread, { subject, id }: CustomRoleRef) {
  return listRoles(customRoles)
    .filter((each) => (id === null ? each.name === subject.name : each.id === id))
    .map(({ name, description, permissions }) => [name, description, permissions])
}

/** Whether the server may have stored a member whom it does not list. */
export function mayBeHidden(
  write: Write,
  answer: WriteAnswer,
  now: Reread | null,
): write is Write & { readonly kind: 'add-member' } {
  if (write.kind !== 'add-member' || now === null) return false
  if (write.group.subject.of.hidden === null) return false
  if (answer === 'refused' || answer === 'token' || answer === 'rate-limit') return false
  const { email, id } = write.person
  const have = now.agents.find((agent) => agent.email === email || agent.id === id)
  const listed = now.groups.some(
    (each) =>
      isGroup(each, write.group.subject) && have !== undefined && each.members.includes(have.email),
  )
  return !listed && (have === undefined || answer === 'accepted')
}

/** Whether somebody who was invited just now had a login already. */
export function findConfirmed(write: Write, now: Reread | null): boolean | null {
  if (write.kind !== 'invite' || now === null) return null
  const { email } = write.person
  return now.agents.find((agent) => agent.email === email)?.confirmed ?? null
}
