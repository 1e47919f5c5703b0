/** `rollcall list` as JSON: a contract, see schemas/list.schema.json. */
import type { Listing, ListReport } from '../../core/report/listing.ts'
import { diagnosticDocument, toJson } from '../json.ts'

export function renderListJson(report: ListReport): string {
  const { tool, generatedAt, listing, diagnostics, exitCode } = report
  return toJson({
    format: 'rollcall.list',
    format_version: '1.0',
    tool,
    generated_at: generatedAt,
    policy: null,
    verdict: 'none',
    exit_code: exitCode,
    cause: report.cause,
    retryable: report.retryable,
    diagnostics: diagnostics.map(diagnosticDocument),
    listing: listing && listingDocument(listing),
  })
}

function listingDocument({ server, account, read, homeDomain, ...rest }: Listing) {
  return {
    server,
    account,
    read: {
      caller: read.caller,
      agents: read.agents,
      teams: read.teams,
      memberships: read.memberships,
      requests: read.requests,
      started_at: read.startedAt,
      finished_at: read.finishedAt,
    },
    people: rest.people.map((person) => ({
      user_id: person.id,
      email: person.email,
      name: person.name,
      role: person.role,
      custom_role: person.customRole,
      status: person.status,
      provider: person.provider,
      domain: person.domain,
      foreign_domain: person.foreign,
      teams: person.teams,
    })),
    ghosts: rest.ghosts,
    teams: rest.teams.map(({ autoAssign, ...team }) => ({ ...team, auto_assign: autoAssign })),
    providers: rest.providers.map(({ value, people }) => ({ provider: value, people })),
    domains: rest.domains.map(({ value, people }) => ({ domain: value, people })),
    home_domain: homeDomain,
  }
}
