/** `rollcall list` as one self-contained page, built with the parts of the HTML report. */
import { labelSubject } from '../../core/model/address.ts'
import { type GroupKind, getHeading, KINDS } from '../../core/model/kinds.ts'
import {
  type ListedCustomRole,
  type ListedPerson,
  type Listing,
  type ListReport,
  RANKS,
} from '../../core/report/listing.ts'
import { API_LIMITS, abridge, explainNoVerdict, formatMoment, namesIn } from '../labels.ts'
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
import { renderDiagnostics } from './diagnostics.ts'
import { CUSTOM_ROLE_HEADS, groupHeads, listFlags, listTexts } from './inventory.ts'
import {
  html,
  limit,
  type Markup,
  renderName,
  renderNames,
  renderSections,
  type Section,
} from './markup.ts'
import { renderPage } from './page.ts'
import { renderTable } from './table.ts'

const MOST_PEOPLE = 2_000
const MOST_GROUPS = 500
const MOST_NAMES = 200

export function renderListHtml(report: ListReport): string {
  const { tool, generatedAt, listing, diagnostics, exitCode } = report
  const [mark, about, kind] =
    listing === null
      ? [FAILED, `${explainNoVerdict(diagnostics)}.`, 'errors']
      : [MARK, `${nameListing(listing)}: ${summariseListing(listing)}`, 'list of an account']
  return renderPage({
    title: `${mark}: ${about}`,
    kind,
    tool,
    generatedAt,
    patterns: null,
    main: html`
<div class="banner none">
<h1>${mark}</h1>
<p class="summary">${about}</p>${
      listing &&
      html`
<p>${MEANING}</p>`
    }
</div>${renderDiagnostics(diagnostics)}${listing && renderListing(listing)}`,
    footer: html`
<p class="closing"><span class="verdict none">${mark}</span>, exit code ${exitCode}</p>`,
  })
}

function renderListing(listing: Listing): Markup {
  const { read, people, ghosts } = listing
  const sections: readonly Section[] = [
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
    { title: 'What this list does not show', body: renderParagraph(API_LIMITS) },
  ]
  return html`
<section class="account" aria-labelledby="account">
<header>
<h2 id="account">${nameListing(listing)}</h2>
<p class="muted">Read as ${renderName(read.caller.email)} (${read.caller.role}) on ${formatMoment(read.finishedAt)}</p>
</header>${renderSections(sections, 'section')}
</section>`
}

function renderParagraph(text: string): Markup {
  return html`
<p>${text}</p>`
}

function renderPeople(people: readonly ListedPerson[], kinds: readonly GroupKind[]): Markup {
  const { shown, rest } = limit(people, MOST_PEOPLE)
  const rows = shown.map((person) => [
    html`<strong>${renderName(person.email)}</strong><br>${renderName(person.name)}`,
    html`${person.role}`,
    listNotes(person).length === 0 ? null : html`${listNotes(person).join(', ')}`,
    person.provider === null ? null : renderName(person.provider),
    ...kinds.map((of) => renderNames(namesIn(person.groups, of), MOST_NAMES)),
  ])
  const heads = ['Person', 'Role', 'Notes', 'Sign-in', ...kinds.map(getHeading)]
  return html`${renderTable('People', heads, rows)}${rest}`
}

const HAUNTED = KINDS.filter(({ keepsGhosts }) => keepsGhosts)

function renderGhosts({ ghosts }: Listing): Markup {
  const { shown, rest } = limit(ghosts, MOST_PEOPLE)
  const rows = shown.map(({ email, groups }) => [
    html`<strong>${renderName(email)}</strong>`,
    ...HAUNTED.map((of) => renderNames(namesIn(groups, of), MOST_NAMES)),
  ])
  return html`
<p>Removed from the account, but still in the list of a ${HAUNTED.map(({ label }) => label).join(' or ')}. They cannot sign in to the account.</p>${renderTable('Ghosts', ['Person', ...HAUNTED.map(getHeading)], rows)}${rest}`
}

function renderCustomRoles(customRoles: readonly ListedCustomRole[]): Markup {
  if (customRoles.length === 0) return renderParagraph('No custom roles.')
  const { shown, rest } = limit(customRoles, MOST_GROUPS)
  const rows = shown.map(({ role, people }) => [
    html`<strong>${renderName(labelSubject(role.subject))}</strong>${
      role.description !== '' && html`<br>${renderName(role.description)}`
    }`,
    renderNames(role.permissions, MOST_NAMES),
    html`${people}`,
  ])
  return html`${renderTable('Custom roles', CUSTOM_ROLE_HEADS, rows)}${rest}`
}

function renderGroups({ groups }: Listing, of: GroupKind): Markup {
  const { shown, rest } = limit(
    groups.filter(({ subject }) => subject.of === of),
    MOST_GROUPS,
  )
  const rows = shown.map(({ subject, settings, members, ghosts }) => [
    html`<strong>${renderName(labelSubject(subject))}</strong>${listTexts(of, settings)}`,
    ...listFlags(of, settings),
    renderNames(members, MOST_NAMES),
    renderNames(ghosts, MOST_NAMES),
  ])
  return html`${renderTable(getHeading(of), groupHeads(of, 'Members', 'Ghosts'), rows)}${rest}`
}

function renderTallies<T>(
  head: string,
  entries: readonly { readonly value: T; readonly people: number }[],
  word: (value: T) => string,
): Markup {
  const { shown, rest } = limit(entries, MOST_NAMES)
  const rows = shown.map(({ value, people }) => [renderName(word(value)), html`${people}`])
  return html`${renderTable(head, [head, 'People'], rows)}${rest}`
}
