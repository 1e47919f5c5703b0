/** `rollcall list` as one self-contained page, built with the parts of the HTML report. */
import { labelSubject } from '../../core/model/address.ts'
import { groupBy } from '../../core/model/collect.ts'
import { type GroupKind, getHeading, joinKinds, KINDS } from '../../core/model/kinds.ts'
import type { FactsReport } from '../../core/report/facts.ts'
import type { ListedPerson, Listing } from '../../core/report/listing.ts'
import { abridge } from '../abridge.ts'
import { explainNoVerdict, listNamesOfKind } from '../labels.ts'
import {
  explainForeignDomains,
  listNotes,
  MARK,
  MEANING,
  nameListing,
  nameSignIn,
  RANK_TITLES,
  summariseListing,
} from '../list/report.ts'
import {
  CUSTOM_ROLE_HEADS,
  listFlags,
  listGroupHeads,
  makeRoleCells,
  renderTextSettings,
} from './inventory.ts'
import { html, type Markup, MOST, renderName, renderNames, renderParagraph } from './markup.ts'
import { renderFacts, renderPage } from './page.ts'
import { renderLongTable } from './table.ts'

export function renderListHtml(report: FactsReport<Listing>): string {
  const { facts: listing, diagnostics } = report
  const [mark, about, kind] =
    listing === null
      ? ['NOT LISTED', `${explainNoVerdict(diagnostics)}.`, 'errors']
      : [MARK, `${nameListing(listing)}: ${summariseListing(listing)}`, 'list of an account']
  return renderPage(report, {
    mark,
    about,
    kind,
    notes: listing === null ? [] : [renderParagraph(MEANING)],
    body: listing && renderListing(listing),
  })
}

function renderListing(listing: Listing): Markup {
  const { read, people, ghosts } = listing
  return renderFacts('list', nameListing(listing), read, [
    ...[...groupBy(people, ({ rank }) => rank)].map(([rank, those]) => ({
      title: RANK_TITLES[rank],
      body: renderPeople(those, [...read.groups.keys()]),
    })),
    { title: 'Ghosts', body: ghosts.length === 0 ? null : renderGhosts(listing) },
    { title: 'Custom roles', body: listing.customRoles && renderCustomRoles(listing.customRoles) },
    ...[...read.groups].map(([of, n]) => ({
      title: getHeading(of),
      body: n === 0 ? renderParagraph(`No ${of.plural}.`) : renderGroups(listing, of),
    })),
    { title: 'Sign-in methods', body: renderTallies('Sign-in', listing.providers, nameSignIn) },
    {
      title: 'E-mail domains',
      body: html`${renderParagraph(explainForeignDomains(listing))}${renderTallies('Domain', listing.domains, abridge)}`,
    },
  ])
}

function renderPeople(people: readonly ListedPerson[], kinds: readonly GroupKind[]): Markup {
  const heads = ['Person', 'Role', 'Notes', 'Sign-in', ...kinds.map(getHeading)]
  return renderLongTable('People', heads, people, MOST.people, (person) => [
    html`<strong>${renderName(person.email)}</strong><br>${renderName(person.name)}`,
    html`${person.role}`,
    listNotes(person).length === 0 ? null : html`${listNotes(person).join(', ')}`,
    person.provider === null ? null : renderName(person.provider),
    ...kinds.map((of) => renderNames(listNamesOfKind(person.groups, of))),
  ])
}

const HAUNTED = KINDS.filter(({ keepsGhosts }) => keepsGhosts)

function renderGhosts({ ghosts }: Listing): Markup {
  const kinds = joinKinds('or', ({ label }) => label, HAUNTED)
  const heads = ['Person', ...HAUNTED.map(getHeading)]
  const table = renderLongTable('Ghosts', heads, ghosts, MOST.people, ({ email, groups }) => [
    html`<strong>${renderName(email)}</strong>`,
    ...HAUNTED.map((of) => renderNames(listNamesOfKind(groups, of))),
  ])
  return html`${renderParagraph(`Removed from the account, but still in the list of a ${kinds}. They cannot sign in to the account.`)}${table}`
}

function renderCustomRoles(customRoles: NonNullable<Listing['customRoles']>): Markup {
  if (customRoles.length === 0) return renderParagraph('No custom roles.')
  return renderLongTable('Custom roles', CUSTOM_ROLE_HEADS, customRoles, MOST.groups, makeRoleCells)
}

function renderGroups({ groups }: Listing, of: GroupKind): Markup {
  const heads = listGroupHeads(of, 'Members', 'Ghosts')
  const those = groups.filter(({ subject }) => subject.of === of)
  return renderLongTable(getHeading(of), heads, those, MOST.groups, (group) => [
    html`<strong>${renderName(labelSubject(group.subject))}</strong>${renderTextSettings(of, group.settings)}`,
    ...listFlags(of, group.settings),
    renderNames(group.members),
    renderNames(group.ghosts),
  ])
}

function renderTallies<T>(
  head: string,
  entries: readonly { readonly value: T; readonly people: number }[],
  word: (value: T) => string,
): Markup {
  return renderLongTable(head, [head, 'People'], entries, MOST.names, ({ value, people }) => [
    renderName(word(value)),
    html`${people}`,
  ])
}
