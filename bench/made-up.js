/**
 * Makes an account of any size, its policy and its drift. The same numbers always give the same
 * account.
 */
import { INBOX, TEAM } from '../build/core/model/kinds.js'
import { parsePolicy } from '../build/policy/read/parse.js'

/**
 * @typedef {{ agents: number, teams: number, inboxes?: number, members: number, drift?: boolean, accounts?: number }} Size
 *   `members`: of each team and inbox; people repeat if there are not enough. `accounts`: of a
 *   sandbox, all alike
 */

/** @param {number} n */
const makeEmail = (n) => `person-${String(n).padStart(6, '0')}@acme.com`
/** @param {number} n */
const makeTeamName = (n) => `team ${String(n).padStart(4, '0')}`
/** @param {number} n */
const makeInboxName = (n) => `Inbox ${String(n).padStart(4, '0')}`

/** @param {Size} size @param {number} team */
function listMembers({ agents, members }, team) {
  return Array.from({ length: members }, (_, n) => (team * members + n) % agents)
}

/** With drift, one person in forty is not in the policy and one in forty is in another team. */
const isUnlisted = (/** @type {Size} */ { drift }, /** @type {number} */ n) =>
  drift && n % 40 === 20
const isMoved = (/** @type {Size} */ { drift }, /** @type {number} */ n) => drift && n % 40 === 10

/** @param {Size} size */
export function makePolicyText(size) {
  const lines = ['version: 1', 'account: 1', 'agents:']
  for (let n = 0; n < size.agents; n += 1) {
    if (isUnlisted(size, n)) continue
    lines.push(`  ${makeEmail(n)}: ${n === 0 ? 'administrator' : 'agent'}`)
  }
  lines.push('teams:')
  for (let team = 0; team < size.teams; team += 1) {
    lines.push(`  ${makeTeamName(team)}:`)
    const members = listMembers(size, team).filter((n) => !isUnlisted(size, n) && !isMoved(size, n))
    if (members.length === 0) lines[lines.length - 1] += ' []'
    for (const n of members) lines.push(`    - ${makeEmail(n)}`)
  }
  return `${lines.join('\n')}\n`
}

/** @param {string} text */
export function readPolicy(text) {
  const { policy, diagnostics } = parsePolicy('rollcall.yaml', new TextEncoder().encode(text))
  if (policy === null) throw new Error(diagnostics.map(({ summary }) => summary).join(' '))
  return policy
}

/** @param {Size} size */
export function makeSnapshot(size) {
  return {
    server: 'https://chat.acme.com',
    account: { id: 1, name: 'Acme Support' },
    caller: { email: makeEmail(0), role: 'administrator' },
    startedAt: '2026-11-23T08:00:00.000Z',
    finishedAt: '2026-11-23T08:00:01.000Z',
    serverVersion: null,
    requests: 3 + size.teams,
    agents: Array.from({ length: size.agents }, (_, n) => ({
      id: n + 1,
      email: makeEmail(n),
      name: `Person ${n}`,
      role: n === 0 ? 'administrator' : 'agent',
      confirmed: true,
      provider: 'email',
      customRoleId: null,
    })),
    groups: Array.from({ length: size.teams }, (_, team) => ({
      of: TEAM,
      id: team + 1,
      name: makeTeamName(team),
      settings: { description: '', auto_assign: true },
      members: listMembers(size, team).map(makeEmail).sort(),
      ghosts: [],
    })),
    coverage: { [TEAM.section]: 'read', [INBOX.section]: 'unread' },
    customRoles: { kind: 'unread' },
  }
}

/** For `rollcall sandbox --state`. @param {Size} size */
export function makeSandboxState(size) {
  return {
    users: Array.from({ length: size.agents }, (_, n) => ({
      email: makeEmail(n),
      name: `Person ${n}`,
    })),
    accounts: Array.from({ length: size.accounts ?? 1 }, (_, account) => ({
      id: account + 1,
      name: 'Acme Support',
      members: Array.from({ length: size.agents }, (_, n) => ({
        email: makeEmail(n),
        role: n === 0 ? 'administrator' : 'agent',
      })),
      teams: Array.from({ length: size.teams }, (_, team) => ({
        name: makeTeamName(team),
        members: listMembers(size, team).map(makeEmail),
      })),
      inboxes: Array.from({ length: size.inboxes ?? 0 }, (_, inbox) => ({
        name: makeInboxName(inbox),
        members: listMembers(size, inbox).map(makeEmail),
      })),
    })),
  }
}

/**
 * For `audit_logs` of a sandbox: over the 80 days before, everybody in turn signs in, and every tenth
 * row is a change of a team's members. @param {Size} size @param {number} rows @param {Date} until
 */
export function makeAuditRows({ agents, teams }, rows, until) {
  const last = Math.floor(until.getTime() / 1000)
  const apart = Math.floor((80 * 86_400) / rows)
  return Array.from({ length: rows }, (_, n) => {
    const user = (n % agents) + 1
    const what =
      n % 10 === 0
        ? {
            auditable_type: 'TeamMember',
            auditable_id: n + 1,
            action: n % 20 === 0 ? 'create' : 'destroy',
            audited_changes: { team_id: (n % teams) + 1, user_id: user },
            user_id: 1,
            username: makeEmail(0),
          }
        : { auditable_type: 'User', auditable_id: user, action: 'sign_in', user_id: user }
    return { id: n + 1, created_at: last - (rows - n) * apart, ...what }
  })
}

/** Everybody is active. @param {Size} size */
export function makeRoster({ agents }) {
  const lines = Array.from({ length: agents }, (_, n) => `${makeEmail(n)},active`)
  return `email,status\n${lines.join('\n')}\n`
}

/**
 * The same snapshot some time later: of forty people one has another address, one has another role
 * and one is gone, and one team in ten has another name. @param {string} text
 */
export function makeLaterSnapshot(text) {
  const document = JSON.parse(text)
  const now = new Map()
  for (const [n, agent] of document.agents.entries()) {
    now.set(agent.email, n % 40 === 7 ? null : n % 40 === 5 ? `later-${agent.email}` : agent.email)
    if (n % 40 === 6) agent.role = 'administrator'
  }
  const stayed = (/** @type {string[]} */ emails) => emails.map((each) => now.get(each) ?? [])
  for (const agent of document.agents) agent.email = now.get(agent.email)
  document.agents = document.agents.filter((/** @type {any} */ agent) => agent.email !== null)
  for (const [n, team] of document.teams.entries()) {
    team.members = stayed(team.members).flat()
    if (n % 10 === 3) team.name = `later ${team.name}`
  }
  document.started_at = document.finished_at
  return JSON.stringify(document)
}

/** The form of a review, filled in, one third of each kind. @param {string} form @param {string} day */
export function makeDecisions(form, day) {
  let n = 0
  return form.replace(/"","","","",""\r\n/g, () => {
    n += 1
    const decision = ['keep', 'change', 'remove'][n % 3]
    return `"${decision}","boss@acme.com","${day}","","because of ticket number ${n}"\r\n`
  })
}
