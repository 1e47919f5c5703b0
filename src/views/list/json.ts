/** `rollcall list` as JSON: a contract, see schemas/list.schema.json. */
import type { GroupSubject } from '../../core/model/address.ts'
import type { GroupKind, Setting } from '../../core/model/kinds.ts'
import type { FactsReport } from '../../core/report/facts.ts'
import type { Listing } from '../../core/report/listing.ts'
import { describeEnding, toJson, toPersonRecordJson, toReadingJson } from '../json-document.ts'
import { listNamesOfKind } from '../labels.ts'

export function renderListJson(report: FactsReport<Listing>): string {
  const { tool, generatedAt, facts } = report
  return toJson({
    format: 'rollcall.list',
    format_version: '1.1',
    tool,
    generated_at: generatedAt,
    policy: null,
    ...describeEnding(report),
    listing: facts && toListingJson(facts),
  })
}

function toListingJson({ server, account, read, missing, homeDomain, ...rest }: Listing) {
  // What was not read has no key: an empty list would say that there is none.
  const kinds = [...read.groups.keys()]
  return {
    server,
    account,
    read: toReadingJson(read),
    missing,
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
      ...namesBySection(person.groups, kinds),
      roster: person.roster ?? undefined,
      activity: toPersonRecordJson(person.record),
    })),
    ghosts: rest.ghosts.map(({ email, groups }) => ({
      email,
      ...namesBySection(groups, kinds),
    })),
    custom_roles: rest.customRoles?.map(({ id, name, description, permissions, holders }) => {
      return { id, name, description, permissions, people: holders }
    }),
    ...Object.fromEntries(kinds.map((of) => [of.section, groupDocuments(rest.groups, of)])),
    providers: rest.providers.map(({ value, people }) => ({ provider: value, people })),
    domains: rest.domains.map(({ value, people }) => ({ domain: value, people })),
    home_domain: homeDomain,
    roster: rest.roster ?? undefined,
  }
}

function namesBySection(groups: readonly GroupSubject[], kinds: readonly GroupKind[]) {
  return Object.fromEntries(kinds.map((of) => [of.section, listNamesOfKind(groups, of)]))
}

function groupDocuments(groups: Listing['groups'], of: GroupKind) {
  return groups
    .filter(({ subject }) => subject.of === of)
    .map(({ subject, settings, members, ghosts }) => {
      const said = (type: Setting['type']) =>
        Object.fromEntries(
          of.settings.filter((each) => each.type === type).map(({ key }) => [key, settings[key]]),
        )
      const { name, id } = subject
      const named = id === null ? { name } : { name, id }
      return { ...named, ...said('text'), members, ghosts, ...said('flag') }
    })
}
