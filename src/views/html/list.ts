/** `rollcall list` as one self-contained page, built with the parts of the HTML report. */
import { type GroupKind, headingOf, KINDS } from '../../core/model/kinds.ts'
import {
  type ListedPerson,
  type Listing,
  type ListReport,
  RANKS,
} from '../../core/report/listing.ts'
import { API_LIMITS, abridged, moment, namesIn } from '../labels.ts'
import {
  aboutDomains,
  gistOf,
  MARK,
  MEANING,
  notesOf,
  RANK_TITLES,
  signIn,
  titleOf,
} from '../list/report.ts'
import { renderDiagnostics } from './diagnostics.ts'
import { flagsOf, groupHeads, textsOf } from './inventory.ts'
import {
  html,
  limited,
  type Markup,
  name,
  renderNames,
  renderSections,
  type Section,
} from './markup.ts'
import { page } from './page.ts'
import { table } from './table.ts'

const MOST_PEOPLE = 2_000
const MOST_GROUPS = 500
const MOST_NAMES = 200

export function renderListHtml(report: ListReport): string {
  const { tool, generatedAt, listing, diagnostics, exitCode } = report
  const failed = 'the account could not be read'
  const about = listing === null ? failed : `${titleOf(listing)}: ${gistOf(listing)}`
  return page({
    title: `${MARK}: ${about}`,
    kind: 'list of an account',
    tool,
    generatedAt,
    patterns: null,
    main: html`
<div class="banner none">
<h1>${MARK}</h1>
<p class="summary">${about}</p>
<p>${MEANING}</p>
</div>${renderDiagnostics(diagnostics)}${listing && renderListing(listing)}`,
    footer: html`
<p class="closing"><span class="verdict none">${MARK}</span>, exit code ${exitCode}</p>`,
  })
}

function renderListing(listing: Listing): Markup {
  const { read, people, ghosts } = listing
  const sections: readonly Section[] = [
    ...RANKS.flatMap((rank) => {
      const those = people.filter((person) => person.rank === rank)
      return those.length === 0 ? [] : [{ title: RANK_TITLES[rank], body: renderPeople(those) }]
    }),
    ...(ghosts.length === 0 ? [] : [{ title: 'Ghosts', body: renderGhosts(listing) }]),
    ...[...read.groups].map(([of, n]) => ({
      title: headingOf(of),
      body: n === 0 ? paragraph(`No ${of.plural}.`) : renderGroups(listing, of),
    })),
    { title: 'Sign-in methods', body: tallies('Sign-in', listing.providers, signIn) },
    {
      title: 'E-mail domains',
      body: html`${paragraph(aboutDomains(listing))}${tallies('Domain', listing.domains, abridged)}`,
    },
    { title: 'What this list does not show', body: paragraph(API_LIMITS) },
  ]
  return html`
<section class="account" aria-labelledby="account">
<header>
<h2 id="account">${titleOf(listing)}</h2>
<p class="muted">Read as ${name(read.caller.email)} (${read.caller.role}) on ${moment(read.finishedAt)}</p>
</header>${renderSections(sections, 'section')}
</section>`
}

function paragraph(text: string): Markup {
  return html`
<p>${text}</p>`
}

function renderPeople(people: readonly ListedPerson[]): Markup {
  const { shown, rest } = limited(people, MOST_PEOPLE)
  const rows = shown.map((person) => [
    html`<strong>${name(person.email)}</strong><br>${name(person.name)}`,
    html`${person.role}`,
    notesOf(person).length === 0 ? null : html`${notesOf(person).join(', ')}`,
    person.provider === null ? null : name(person.provider),
    ...KINDS.map((of) => renderNames(namesIn(person.groups, of), MOST_NAMES)),
  ])
  const heads = ['Person', 'Role', 'Notes', 'Sign-in', ...KINDS.map(headingOf)]
  return html`${table('People', heads, rows)}${rest}`
}

function renderGhosts({ ghosts }: Listing): Markup {
  const { shown, rest } = limited(ghosts, MOST_PEOPLE)
  const rows = shown.map(({ email, groups }) => [
    html`<strong>${name(email)}</strong>`,
    ...KINDS.map((of) => renderNames(namesIn(groups, of), MOST_NAMES)),
  ])
  return html`
<p>Removed from the account, but still in the list of a ${KINDS.map(({ label }) => label).join(' or ')}. They cannot sign in to the account.</p>${table('Ghosts', ['Person', ...KINDS.map(headingOf)], rows)}${rest}`
}

function renderGroups({ groups }: Listing, of: GroupKind): Markup {
  const { shown, rest } = limited(
    groups.filter(({ subject }) => subject.of === of),
    MOST_GROUPS,
  )
  const rows = shown.map(({ subject, settings, members, ghosts }) => [
    html`<strong>${name(subject.name)}</strong>${textsOf(of, settings)}`,
    ...flagsOf(of, settings),
    renderNames(members, MOST_NAMES),
    renderNames(ghosts, MOST_NAMES),
  ])
  return html`${table(headingOf(of), groupHeads(of, 'Members', 'Ghosts'), rows)}${rest}`
}

function tallies<T>(
  head: string,
  entries: readonly { readonly value: T; readonly people: number }[],
  word: (value: T) => string,
): Markup {
  const { shown, rest } = limited(entries, MOST_NAMES)
  const rows = shown.map(({ value, people }) => [name(word(value)), html`${people}`])
  return html`${table(head, [head, 'People'], rows)}${rest}`
}
