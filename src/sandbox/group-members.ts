/**
 * Lists the members of teams and inboxes, adds people and removes them. The two kinds differ in what
 * they check: a team takes only people of the account, an inbox everybody of the installation.
 */
import type { Answer } from './answers.ts'
import * as answers from './answers.ts'
import { type Actor, recordAudit } from './audit.ts'
import type { OnAccount } from './call.ts'
import { findByEmail, findById } from './find.ts'
import { mayRead } from './inboxes.ts'
import { readIdList, readInteger } from './parameters.ts'
import { makeAgentBody, makeInboxMemberBodies, makeTeamMemberBodies } from './people.ts'
import { findUserId } from './row-ids.ts'
import type { SandboxInbox, SandboxTeam, SandboxUser } from './state.ts'
import { isSince } from './versions.ts'

type Kind = 'teams' | 'inboxes'
type Group = Pick<SandboxTeam | SandboxInbox, 'id' | 'members'>

const ROWS = {
  teams: { table: 'team_members', type: 'TeamMember', key: 'team_id' },
  inboxes: { table: 'inbox_members', type: 'InboxMember', key: 'inbox_id' },
} as const

export function findTeam({ account, parts }: OnAccount): SandboxTeam | null {
  return findById(account.teams, readInteger(parts['team']))
}

/** Named in the path to read it, and in the body to write it. */
export function findInbox({ account, parts, parameters }: OnAccount): SandboxInbox | null {
  return findById(account.inboxes, readInteger(parts['inbox'] ?? parameters['inbox_id']))
}

/** Leaves out people who are in it already. Returns all users with these ids. */
function joinGroup(
  call: OnAccount,
  kind: Kind,
  group: Group,
  ids: readonly number[],
): readonly SandboxUser[] {
  const users = findUsers(call, ids).filter((user) => user !== null)
  const members: (string | number)[] = group.members
  for (const user of users) {
    if (members.some((key) => findUserId(call.state, key) === user.id)) continue
    members.push(user.email)
    recordRow(call, kind, group, user.id, 'create')
  }
  return users
}

/** In the order of the members, whatever the order of the ids. */
export function leaveGroup(
  actor: Actor,
  kind: Kind,
  group: Group,
  userIds: readonly number[],
): void {
  const { state, rowIds } = actor.installation
  const members: (string | number)[] = group.members
  for (const key of [...members]) {
    const userId = findUserId(state, key)
    if (!userIds.includes(userId)) continue
    members.splice(members.indexOf(key), 1)
    recordRow(actor, kind, group, userId, 'destroy')
    rowIds.remove(ROWS[kind].table, group.id, userId)
  }
}

function recordRow(
  actor: Actor,
  kind: Kind,
  group: Group,
  userId: number,
  action: 'create' | 'destroy',
): void {
  const { table, type, key } = ROWS[kind]
  const id = actor.installation.rowIds.find(table, group.id, userId)
  recordAudit(actor, type, id, action, { id, [key]: group.id, user_id: userId })
}

/** What a list of ids requests. Ids as text never equal the ids of members. */
interface Wish {
  readonly sent: readonly unknown[]
  /** Sent, but not found among the members in this form: they may still be members. */
  readonly toAdd: readonly number[]
  /** Members whose id was not sent as a number. */
  readonly toRemove: readonly number[]
}

function readWish({ state, parameters }: OnAccount, group: Group): Wish | null {
  const sent = readIdList(parameters['user_ids'])
  if (sent === null) return null
  const present = group.members.map((key: string | number) => findUserId(state, key))
  return {
    sent,
    toAdd: sent.filter((id) => !present.some((each) => each === id)).map(readInteger),
    toRemove: present.filter((id) => !sent.includes(id)),
  }
}

type Write<G> = (call: OnAccount, group: G, wish: Wish) => Answer

/** Every id must be that of somebody on the account. */
function checkTeamWrite(write: Write<SandboxTeam>) {
  return (call: OnAccount, team: SandboxTeam): Answer => {
    const wish = readWish(call, team)
    if (wish === null) return answers.CRASH
    const users = findUsers(call, wish.sent.map(readInteger))
    const valid = users.every((user) => user && findByEmail(call.account.members, user.email))
    return valid ? write(call, team, wish) : answers.INVALID_USER_IDS
  }
}

function findUsers({ state }: OnAccount, ids: readonly number[]): readonly (SandboxUser | null)[] {
  return ids.map((id) => findById(state.users, id))
}

/** Answers only the people who were to be added, as often as they were named. */
export const addTeamMembers = checkTeamWrite((call, team, { toAdd }) => {
  const users = joinGroup(call, 'teams', team, toAdd)
  return answers.answerOk(users.map((user) => makeAgentBody(call, user)))
})

/** Adds before it removes, so ids as text remove everybody whom they name. */
export const replaceTeamMembers = checkTeamWrite((call, team, { toAdd, toRemove }) => {
  joinGroup(call, 'teams', team, toAdd)
  leaveGroup(call, 'teams', team, toRemove)
  return listTeamMembers(call, team)
})

export function listTeamMembers(call: OnAccount, team: SandboxTeam): Answer {
  const bodies = makeTeamMemberBodies(call, team)
  return bodies === null ? answers.CRASH : answers.answerOk(bodies)
}

export const removeTeamMembers = checkTeamWrite((call, team, { sent }) => {
  leaveGroup(call, 'teams', team, sent.map(readInteger))
  return answers.answerEmpty()
})

/** One id that cannot be added refuses them all. */
function checkInboxWrite(write: Write<SandboxInbox>) {
  return (call: OnAccount, inbox: SandboxInbox): Answer => {
    const wish = readWish(call, inbox)
    if (wish === null) return answers.CRASH
    const seen = new Set(inbox.members)
    for (const user of findUsers(call, wish.toAdd)) {
      if (user === null) return answers.answerInvalid('User must exist', 'user')
      if (seen.has(user.email)) {
        return answers.answerInvalid('User has already been taken', 'user_id')
      }
      seen.add(user.email)
    }
    return write(call, inbox, wish)
  }
}

export function listInboxMembers(call: OnAccount, inbox: SandboxInbox): Answer {
  return mayRead(inbox, call.member) ? answerInbox(call, inbox) : answers.NOT_AN_ADMINISTRATOR
}

/** Users of other accounts are stored, but not in the answer. */
function answerInbox(call: OnAccount, inbox: SandboxInbox): Answer {
  return answers.answerOk({ payload: makeInboxMemberBodies(call, inbox) })
}

export const addInboxMembers = checkInboxWrite((call, inbox, { toAdd }) => {
  joinGroup(call, 'inboxes', inbox, toAdd)
  return answerInbox(call, inbox)
})

export const replaceInboxMembers = checkInboxWrite((call, inbox, { toAdd, toRemove }) => {
  joinGroup(call, 'inboxes', inbox, toAdd)
  leaveGroup(call, 'inboxes', inbox, toRemove)
  return answerInbox(call, inbox)
})

/** Before 4.0, one id that is not in the inbox refuses them all. */
export function removeInboxMembers(call: OnAccount, inbox: SandboxInbox): Answer {
  const { state, parameters } = call
  const strict = !isSince(state.version, 4, 0)
  const sent = readIdList(parameters['user_ids'])
  if (sent === null) return strict ? answers.CRASH : answers.answerEmpty()
  const ids = sent.map(readInteger)
  const present = inbox.members.map((key) => findUserId(state, key))
  if (strict && ids.some((id) => !present.includes(id))) return answers.RECORD_NOT_FOUND
  leaveGroup(call, 'inboxes', inbox, ids)
  return answers.answerEmpty()
}
