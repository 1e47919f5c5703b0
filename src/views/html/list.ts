/** `rollcall list` as one self-contained page, built with the parts of the HTML report. */
import {
  GROUPS,
  type ListedPerson,
  type Listing,
  type ListReport,
} from '../../core/report/listing.ts'
import { API_LIMITS, abridged, moment } from '../labels.ts'
import {
  aboutDomains,
  GROUP_TITLES,
  gistOf,
  MARK,
  MEANING,
  notesOf,
  signIn,
  titleOf,
} from '../list/report.ts'
import { renderDiagnostics } from './diagnostics.ts'
import { html, limited, type Markup, name } from './markup.ts'
import { page } from './page.ts'
import { type Cell, table } from './table.ts'

const MOST_PEOPLE = 2_000
const MOST_TEAMS = 500
const MOST_NAMES = 200

interface Section {
  readonly title: string
  readonly body: Markup
}

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
  const { read, people, ghosts, teams } = listing
  const sections: readonly Section[] = [
    ...GROUPS.flatMap((group) => {
      const those = people.filter((person) => person.group === group)
      return those.length === 0 ? [] : [{ title: GROUP_TITLES[group], body: renderPeople(those) }]
    }),
    ...(ghosts.length === 0 ? [] : [{ title: 'Ghosts', body: renderGhosts(listing) }]),
    { title: 'Teams', body: teams.length === 0 ? paragraph('No teams.') : renderTeams(listing) },
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
</header>${sections.map(
    ({ title, body }, index) => html`
<section aria-labelledby="section-${index}">
<h3 id="section-${index}">${title}</h3>${body}
</section>`,
  )}
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
    names(person.teams),
  ])
  return html`${table('People', ['Person', 'Role', 'Notes', 'Sign-in', 'Teams'], rows)}${rest}`
}

function renderGhosts({ ghosts }: Listing): Markup {
  const { shown, rest } = limited(ghosts, MOST_PEOPLE)
  const rows = shown.map(({ email, teams }) => [
    html`<strong>${name(email)}</strong>`,
    names(teams),
  ])
  return html`
<p>Removed from the account, but still in the list of a team. They cannot sign in to the account.</p>${table('Ghosts', ['Person', 'Teams'], rows)}${rest}`
}

function renderTeams({ teams }: Listing): Markup {
  const { shown, rest } = limited(teams, MOST_TEAMS)
  const rows = shown.map((team) => [
    html`<strong>${name(team.name)}</strong>${
      team.description !== '' && html`<br>${name(team.description)}`
    }`,
    html`${team.autoAssign ? 'on' : 'off'}`,
    names(team.members),
    names(team.ghosts),
  ])
  const heads = ['Team', 'Automatic assignment', 'Members', 'Ghosts']
  return html`${table('Teams', heads, rows)}${rest}`
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

function names(texts: readonly string[]): Cell {
  if (texts.length === 0) return null
  const { shown, rest } = limited(texts, MOST_NAMES)
  return html`${shown.map((text, index) => html`${index === 0 ? null : ', '}${name(text)}`)}${rest}`
}
