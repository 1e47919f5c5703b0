/** `rollcall list` as one self-contained page, built with the parts of the HTML report. */
import { labelSubject } from '../../core/model/address.ts'
import { type GroupKind, getHeading, joinKinds, KINDS } from '../../core/model/kinds.ts'
import {
  type ListedCustomRole,
  type ListedPerson,
  type Listing,
  type ListReport,
  RANKS,
} from '../../core/report/listing.ts'
import { abridge } from '../abridge.ts'
import { listActivityNotes } from '../activity-words.ts'
import { API_LIMITS, explainNoVerdict, namesIn } from '../labels.ts'
import {
  explainForeignDomains,
  FAILED,
  listNotes,
  MARK,
  MEANING,
  nameListing,
  nameSignIn,
  RANK_TITLES,
  summariseListing,
} from '../list/report.ts'
import { CUSTOM_ROLE_HEADS, groupHeads, listFlags, listTexts } from './inventory.ts'
import { html, type Markup, renderName, renderNames, renderParagraph } from './markup.ts'
import { renderFacts, renderFactsPage } from './page.ts'
import { renderLongTable } from './table.ts'

const MOST_PEOPLE = 2_000
const MOST_GROUPS = 500
const MOST_NAMES = 200

export function renderListHtml(report: ListReport): string {
  const { listing, diagnostics } = report
  const [mark, about, kind] =
    listing === null
      ? [FAILED, `${explainNoVerdict(diagnostics)}.`, 'errors']
      : [MARK, `${nameListing(listing)}: ${summariseListing(listing)}`, 'list of an account']
  return renderFactsPage(report, {
    mark,
    about,
    kind,
    patterns: null,
    notes: listing === null ? [] : [renderParagraph(MEANING)],
    body: listing && renderListing(listing),
  })
}

function renderListing(listing: Listing): Markup {
  const { read, people, ghosts } = listing
  return renderFacts(nameListing(listing), read, [
    ...RANKS.flatMap((rank) => {
      const those = people.filter((person) => person.rank === rank)
      return those.length === 0
        ? []
        : [{ title: RANK_TITLES[rank], body: renderPeople(those, [...read.groups.keys()]) }]
    }),
    ...(ghosts.length === 0 ? [] : [{ title: 'Ghosts', body: renderGhosts(listing) }]),
    ...(listing.customRoles === null
      ? []
      : [{ title: 'Custom roles', body: renderCustomRoles(listing.customRoles) }]),
    ...[...read.groups].map(([of, n]) => ({
      title: getHeading(of),
      body: n === 0 ? renderParagraph(`No ${of.plural}.`) : renderGroups(listing, of),
    })),
    { title: 'Sign-in methods', body: renderTallies('Sign-in', listing.providers, nameSignIn) },
    {
      title: 'E-mail domains',
      body: html`${renderParagraph(explainForeignDomains(listing))}${renderTallies('Domain', listing.domains, abridge)}`,
    },
    {
      title: 'What this list does not show',
      body: html`${[API_LIMITS, ...listActivityNotes(listing.read)].map(renderParagraph)}`,
    },
  ])
}

function renderPeople(people: readonly ListedPerson[], kinds: readonly GroupKind[]): Markup {
  const heads = ['Person', 'Role', 'Notes', 'Sign-in', ...kinds.map(getHeading)]
  return renderLongTable('People', heads, people, MOST_PEOPLE, (person) => [
    html`<strong>${renderName(person.email)}</strong><br>${renderName(person.name)}`,
    html`${person.role}`,
    listNotes(person).length === 0 ? null : html`${listNotes(person).join(', ')}`,
    person.provider === null ? null : renderName(person.provider),
    ...kinds.map((of) => renderNames(namesIn(person.groups, of), MOST_NAMES)),
  ])
}

const HAUNTED = KINDS.filter(({ keepsGhosts }) => keepsGhosts)

function renderGhosts({ ghosts }: Listing): Markup {
  const kinds = joinKinds('or', ({ label }) => label, HAUNTED)
  const heads = ['Person', ...HAUNTED.map(getHeading)]
  const table = renderLongTable('Ghosts', heads, ghosts, MOST_PEOPLE, ({ email, groups }) => [
    html`<strong>${renderName(email)}</strong>`,
    ...HAUNTED.map((of) => renderNames(namesIn(groups, of), MOST_NAMES)),
  ])
  return html`${renderParagraph(`Removed from the account, but still in the list of a ${kinds}. They cannot sign in to the account.`)}${table}`
}

function renderCustomRoles(customRoles: readonly ListedCustomRole[]): Markup {
  if (customRoles.length === 0) return renderParagraph('No custom roles.')
  const heads = CUSTOM_ROLE_HEADS
  return renderLongTable('Custom roles', heads, customRoles, MOST_GROUPS, ({ role, people }) => [
    html`<strong>${renderName(labelSubject(role.subject))}</strong>${
      role.description !== '' && html`<br>${renderName(role.description)}`
    }`,
    renderNames(role.permissions, MOST_NAMES),
    html`${people}`,
  ])
}

function renderGroups({ groups }: Listing, of: GroupKind): Markup {
  const heads = groupHeads(of, 'Members', 'Ghosts')
  const those = groups.filter(({ subject }) => subject.of === of)
  return renderLongTable(getHeading(of), heads, those, MOST_GROUPS, (group) => [
    html`<strong>${renderName(labelSubject(group.subject))}</strong>${listTexts(of, group.settings)}`,
    ...listFlags(of, group.settings),
    renderNames(group.members, MOST_NAMES),
    renderNames(group.ghosts, MOST_NAMES),
  ])
}

function renderTallies<T>(
  head: string,
  entries: readonly { readonly value: T; readonly people: number }[],
  word: (value: T) => string,
): Markup {
  return renderLongTable(head, [head, 'People'], entries, MOST_NAMES, ({ value, people }) => [
    renderName(word(value)),
    html`${people}`,
  ])
}
