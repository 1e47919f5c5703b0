/** Shows, creates, changes and deletes teams. Their members are in group-members.ts. */
import { listTeamSettings, makeTeamBody } from './account.ts'
import type { Answer } from './answers.ts'
import * as answers from './answers.ts'
import { findChanges, recordAudit } from './audit.ts'
import type { OnAccount } from './call.ts'
import { keepTeamName } from './complete.ts'
import { castBoolean, castText, getRoot } from './parameters.ts'
import type { SandboxTeam } from './state.ts'

type Settings = Pick<SandboxTeam, 'name' | 'description' | 'allow_auto_assign'>

const ATTRIBUTES = ['name', 'description', 'allow_auto_assign', 'icon', 'icon_color']

export function createTeam(call: OnAccount): Answer {
  const read = readSettings(call, { name: '', description: null, allow_auto_assign: true }, null)
  if ('status' in read) return read
  const { installation, account } = call
  const team: SandboxTeam = { ...read, id: installation.rowIds.take('teams'), members: [] }
  account.teams.push(team)
  recordAudit(call, 'Team', team.id, 'create', listAttributes(call, team))
  return showTeam(call, team)
}

export function updateTeam(call: OnAccount, team: SandboxTeam): Answer {
  const before = listAttributes(call, team)
  const read = readSettings(call, team, team)
  if ('status' in read) return read
  Object.assign(team, read)
  const changes = findChanges(before, listAttributes(call, team))
  if (changes !== null) recordAudit(call, 'Team', team.id, 'update', changes)
  return showTeam(call, team)
}

export function deleteTeam(call: OnAccount, team: SandboxTeam): Answer {
  call.account.teams.splice(call.account.teams.indexOf(team), 1)
  recordAudit(call, 'Team', team.id, 'destroy', listAttributes(call, team))
  return answers.answerEmpty()
}

/** @param own the team that may have the name already */
function readSettings(
  { state, account, parameters }: OnAccount,
  before: Settings,
  own: SandboxTeam | null,
): Settings | Answer {
  const sent = getRoot(parameters, 'team', ATTRIBUTES)
  if (sent === null) return answers.answerMissing('team')
  const written = castText(sent['name'])
  // A name of before 4.16 changes when the team is saved.
  const name = keepTeamName(written === undefined ? before.name : (written ?? ''), state.version)
  if (name.trim() === '') return answers.answerInvalid('Name must not be blank', 'name')
  if (account.teams.some((team) => team !== own && team.name === name)) {
    return answers.answerInvalid('Name has already been taken', 'name')
  }
  const description = castText(sent['description'])
  return {
    name,
    description: description === undefined ? before.description : description,
    allow_auto_assign: castBoolean(sent['allow_auto_assign']) ?? before.allow_auto_assign,
  }
}

function listAttributes({ state, account }: OnAccount, team: SandboxTeam) {
  return { ...listTeamSettings(state, team), account_id: account.id }
}

export function showTeam(call: OnAccount, team: SandboxTeam): Answer {
  return answers.answerOk(makeTeamBody(call, team, call.user))
}
