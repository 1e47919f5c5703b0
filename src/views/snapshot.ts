/**
 * A snapshot as JSON: a contract, see schemas/snapshot.schema.json. The same account gives the same
 * bytes, except for the times: the number of requests is left out because retries change it.
 */

import { type GroupKind, KINDS } from '../core/model/kinds.ts'
import { SNAPSHOT_FORMAT } from '../core/model/parse-snapshot.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { toJson } from './json.ts'

export function renderSnapshot(
  snapshot: Snapshot,
  tool: { readonly name: string; readonly version: string },
): string {
  const { account, caller, customRoles } = snapshot
  return toJson({
    format: SNAPSHOT_FORMAT,
    format_version: '1.0',
    tool: { name: tool.name, version: tool.version },
    server: snapshot.server,
    account: { id: account.id, name: account.name },
    caller: { email: caller.email, role: caller.role },
    started_at: snapshot.startedAt,
    finished_at: snapshot.finishedAt,
    custom_roles:
      customRoles.kind === 'read'
        ? { kind: 'read', roles: customRoles.roles.map(({ id, name }) => ({ id, name })) }
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
  })
}

function groupDocuments({ groups }: Snapshot, of: GroupKind) {
  return groups
    .filter((group) => group.of === of)
    .map(({ name, id, settings, members, ghosts }) => ({ name, id, ...settings, members, ghosts }))
}
