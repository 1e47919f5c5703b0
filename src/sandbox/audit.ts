/**
 * The audit log: what a write leaves in it, and how it is listed. Removed agents and custom roles leave
 * nothing, as on a real server.
 */

import { isOn } from './account.ts'
import type { Answer } from './answers.ts'
import * as answers from './answers.ts'
import type { Installation, OnAccount } from './call.ts'
import { findByEmail, findById } from './find.ts'
import { makeAuditedUserBody } from './people.ts'
import type { SandboxAccount, SandboxAuditRow, SandboxUser } from './state.ts'
import { isSince } from './versions.ts'

/** Who did it. Jobs do it without a user. */
export interface Actor {
  readonly installation: Installation
  readonly account: SandboxAccount
  readonly user: SandboxUser | null
  readonly requestId: string
  readonly address: string | null
}

/** @param id of the row that was written */
export function recordAudit(
  { installation, account, user, requestId, address }: Actor,
  type: string,
  id: number,
  action: 'create' | 'update' | 'destroy',
  changes: Readonly<Record<string, unknown>>,
): void {
  if (installation.state.edition === 'community') return
  const earlier = account.audit_logs.findLast(
    (each) => each.auditable_type === type && each.auditable_id === id,
  )
  account.audit_logs.push({
    auditable_type: type,
    auditable_id: id,
    action,
    auditable: null,
    id: installation.rowIds.take('audit_logs'),
    audited_changes: sortKeys(changes),
    user_id: user?.id ?? null,
    username: user?.email ?? null,
    version: (earlier?.version ?? 0) + 1,
    request_uuid: requestId,
    created_at: Math.floor(installation.now().getTime() / 1000),
    remote_address: address,
  })
}

/** The changes of an update, as pairs; null: none. */
export function findChanges<Values extends object>(
  before: Values,
  after: Values,
): Readonly<Record<string, unknown>> | null {
  const changes = Object.entries(after).flatMap(([key, value]) => {
    const old: unknown = before[key as keyof Values]
    return old === value ? [] : [[key, [old, value]] as const]
  })
  return changes.length === 0 ? null : Object.fromEntries(changes)
}

/** The database stores the keys of an object by length, then by letter. */
function sortKeys(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(changes)
  entries.sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
  return Object.fromEntries(entries)
}

export function answerAuditLogs(call: OnAccount): Answer {
  const { installation, state, account, query } = call
  if (state.edition === 'community') return answers.CRASH
  const perPage = isSince(state.version, 4, 14, 1) ? 25 : 15
  const page = Math.max(1, Number.parseInt(query.get('page') ?? '', 10) || 1)
  const rows = isOn(call, 'audit_logs') ? account.audit_logs.toReversed() : []
  return answers.answerOk({
    per_page: perPage,
    total_entries: rows.length,
    current_page: page,
    audit_logs: rows
      .slice((page - 1) * perPage, page * perPage)
      .map((row) => makeRowBody(installation, account, row)),
  })
}

function makeRowBody(
  installation: Installation,
  account: SandboxAccount,
  row: SandboxAuditRow,
): Readonly<Record<string, unknown>> {
  return {
    id: row.id,
    auditable_id: row.auditable_id,
    auditable_type: row.auditable_type,
    auditable: makeAuditable(installation, account, row),
    associated_id: account.id,
    associated_type: 'Account',
    user_id: row.user_id,
    user_type: row.user_id === null ? null : 'User',
    username: row.username,
    action: row.action,
    audited_changes: row.audited_changes,
    version: row.version,
    comment: null,
    request_uuid: row.request_uuid,
    created_at: row.created_at,
    remote_address: row.remote_address,
  }
}

/** The thing as it is now. Null: it is gone, or the server shows none of its kind. */
function makeAuditable(
  { state, rowIds }: Installation,
  account: SandboxAccount,
  { auditable_type: type, auditable_id: id, auditable }: SandboxAuditRow,
): unknown {
  switch (type) {
    case 'AccountUser':
      for (const { email, role, availability } of account.members) {
        const user = findByEmail(state.users, email)
        if (user !== null && rowIds.find('account_users', account.id, user.id) === id) {
          return { id, availability, role, user_id: user.id }
        }
      }
      return null
    case 'Team': {
      const team = findById(account.teams, id)
      return team && { id, name: team.name }
    }
    case 'User': {
      const user = findById(state.users, id)
      return user && makeAuditedUserBody(user)
    }
    default:
      return auditable
  }
}
