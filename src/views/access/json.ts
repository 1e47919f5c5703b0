/** `rollcall access` as JSON: a contract, see schemas/access.schema.json. */
import type { PersonAccess, Way } from '../../core/access/access.ts'
import { formatAddress } from '../../core/model/address.ts'
import { KINDS } from '../../core/model/kinds.ts'
import type { AccountAccess } from '../../core/report/access.ts'
import type { FactsReport } from '../../core/report/facts.ts'
import { describeEnding, toJson, toPersonRecordJson, toReadingJson } from '../json-document.ts'

export function renderAccessJson(report: FactsReport<AccountAccess>): string {
  const { tool, generatedAt, facts } = report
  return toJson({
    format: 'rollcall.access',
    format_version: '1.0',
    tool,
    generated_at: generatedAt,
    ...describeEnding(report),
    access: facts && toAccountJson(facts),
  })
}

function toAccountJson(access: AccountAccess) {
  const { server, serverVersion, account, read, topic, sections, missing, groups } = access
  return {
    server,
    server_version: serverVersion,
    account,
    read: { ...toReadingJson(read), snapshot: read.snapshot },
    about: topic && formatAddress(topic),
    missing: missing.map(({ section, is }) => ({ section, is })),
    groups: groups.map(formatAddress),
    people: sections.flatMap(({ kind, people }) =>
      people.map((each) => ({
        ...toPersonJson(each),
        activity: toPersonRecordJson(each.record),
        as: kind,
      })),
    ),
  }
}

function toPersonJson({ person, rank, customRole, ways, unread }: PersonAccess) {
  return {
    user_id: person.id,
    email: person.email,
    name: person.name,
    role: person.role,
    custom_role: customRole && {
      id: customRole.id,
      name: customRole.name,
      is: customRole.is,
      permissions: customRole.permissions,
    },
    status: person.confirmed ? 'active' : 'disabled',
    provider: person.provider,
    reach: rank,
    // Null: not read, which is not the same as none.
    ...Object.fromEntries(
      KINDS.map((of) => [
        of.section,
        unread.includes(of) ? null : ways.filter(({ group }) => group.of === of).map(toWayJson),
      ]),
    ),
  }
}

function toWayJson({ group, lists, opens, opensBefore }: Way) {
  return {
    address: formatAddress(group),
    name: group.name,
    lists,
    opens,
    opens_before_4_8_0: opensBefore,
  }
}
