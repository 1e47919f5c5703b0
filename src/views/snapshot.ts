/**
 * A snapshot as JSON, or why there is none: contracts, see schemas/snapshot.schema.json and
 * schemas/snapshot-failure.schema.json. The same account gives the same bytes, except for the times: the
 * number of requests is left out because retries change it.
 */

import { type GroupKind, KINDS } from '../core/model/kinds.ts'
import {
  type CustomRole,
  type FleetMark,
  SNAPSHOT_FORMAT,
  SNAPSHOT_VERSION,
  type Snapshot,
} from '../core/model/snapshot.ts'
import type { Report } from '../core/report/report.ts'
import { FAILURE_FORMAT, type SnapshotFailure } from '../core/report/snapshot-failure.ts'
import { toDiagnosticJson, toJson } from './json-document.ts'
import { describeActivity } from './snapshot-activity.ts'

export function renderSnapshot(snapshot: Snapshot, { name, version }: Report['tool']): string {
  const { account, caller, customRoles } = snapshot
  return toJson({
    format: SNAPSHOT_FORMAT,
    format_version: SNAPSHOT_VERSION,
    tool: { name, version },
    fleet: snapshot.fleet && describeMark(snapshot.fleet),
    server: snapshot.server,
    server_version: snapshot.serverVersion,
    account: { id: account.id, name: account.name },
    caller: { email: caller.email, role: caller.role },
    started_at: snapshot.startedAt,
    finished_at: snapshot.finishedAt,
    coverage: snapshot.coverage,
    custom_roles:
      customRoles.kind === 'read'
        ? { kind: 'read', roles: customRoles.roles.map(describeRole) }
        : { kind: customRoles.kind },
    agents: snapshot.agents.map((agent) => ({
      email: agent.email,
      id: agent.id,
      name: agent.name,
      role: agent.role,
      custom_role_id: agent.customRoleId,
      confirmed: agent.confirmed,
      provider: agent.provider,
    })),
    ...Object.fromEntries(KINDS.map((of) => [of.section, groupDocuments(snapshot, of)])),
    activity: describeActivity(snapshot.activity),
  })
}

/** Why there is no snapshot of an account of a fleet: see schemas/snapshot-failure.schema.json. */
export function renderSnapshotFailure(
  { fleet, server, accountId, failedAt, diagnostics }: SnapshotFailure,
  { name, version }: Report['tool'],
): string {
  return toJson({
    format: FAILURE_FORMAT,
    format_version: '1.0',
    tool: { name, version },
    fleet: describeMark(fleet),
    server,
    account_id: accountId,
    failed_at: failedAt,
    diagnostics: diagnostics.map(toDiagnosticJson),
  })
}

/** Names each key, so that no other key can get into the file. */
function describeMark({ name, sha256 }: FleetMark) {
  return { name, sha256 }
}

function describeRole({ id, name, description, permissions }: CustomRole) {
  return { id, name, description, permissions }
}

function groupDocuments({ groups }: Snapshot, of: GroupKind) {
  return groups
    .filter((group) => group.of === of)
    .map(({ name, id, settings, members, ghosts }) => ({ name, id, ...settings, members, ghosts }))
}
