/** `rollcall list` for people: "no policy" first and last, administrators first. Escapes with `shortened`. */

import { count } from '../../core/messages/phrase.ts'
import { type GroupKind, headingOf, KINDS } from '../../core/model/kinds.ts'
import type { ListedPerson, Listing, ListReport } from '../../core/report/listing.ts'
import { RANKS } from '../../core/report/listing.ts'
import { API_LIMITS, namesIn } from '../labels.ts'
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
import { type Paint, pad, paragraph, printable, shortened, WIDTH, wrap } from './layout.ts'
import { width } from './width.ts'

const WIDEST_LABEL = 32

interface Row {
  readonly label: string
  readonly text: string
}

export function renderListText(
  listing: Listing,
  exitCode: ListReport['exitCode'],
  paint: Paint,
): string {
  const mark = paint.strong(paint.unsure(MARK))
  const head = paragraph(`${mark}  ${printable(titleOf(listing))}: ${gistOf(listing)}`, 2)
  const blocks = [head, paragraph(MEANING)]
  for (const rank of RANKS) {
    const people = listing.people.filter((person) => person.rank === rank)
    if (people.length > 0) {
      blocks.push(section(`${RANK_TITLES[rank]} (${people.length})`, people.map(row), paint))
    }
  }
  if (listing.ghosts.length > 0) {
    const rows = listing.ghosts.map(({ email, groups }) => ({
      label: shortened(email),
      text: `removed from the account, but still in the list of ${names(groups.map(({ name }) => name))}`,
    }))
    blocks.push(section(`Ghosts (${rows.length})`, rows, paint))
  }
  for (const [of, n] of listing.read.groups) {
    blocks.push(section(`${headingOf(of)} (${n})`, groupRows(listing, of), paint))
  }
  const ways = listing.providers.map(({ value, people }) => `${shortened(signIn(value))} ${people}`)
  const domains = listing.domains.map(({ value, people }) => `${shortened(value)} ${people}`)
  const { email, role } = listing.read.caller
  blocks.push(
    [
      paragraph(`Sign-in methods: ${ways.join(', ') || 'nobody'}.`, 2),
      paragraph(
        `E-mail domains: ${domains.join(', ') || 'none'}. ${printable(aboutDomains(listing))}`,
        2,
      ),
      paragraph(API_LIMITS),
      paragraph(`Read as ${shortened(email)} (${role}).`),
    ].join('\n'),
  )
  return `${blocks.join('\n\n')}\n${mark}, exit code ${exitCode}\n`
}

function row(person: ListedPerson): Row {
  const { email, name, provider, groups } = person
  const parts = [
    shortened(name),
    ...notesOf(person).map(printable),
    ...(provider === null ? [] : [`signs in with ${shortened(provider)}`]),
    ...KINDS.map((of) => {
      const those = namesIn(groups, of)
      return those.length === 0 ? `in no ${of.label}` : `in ${names(those)}`
    }),
  ]
  return { label: shortened(email), text: parts.filter((part) => part !== '').join('; ') }
}

function groupRows({ groups }: Listing, of: GroupKind): readonly Row[] {
  return groups
    .filter(({ subject }) => subject.of === of)
    .map(({ subject, settings, members, ghosts }) => {
      const off = of.settings.filter(({ key }) => settings[key] === false)
      const texts = of.settings.map(({ key }) => settings[key])
      const parts = [
        count(members.length, 'member'),
        ...(ghosts.length === 0 ? [] : [count(ghosts.length, 'ghost')]),
        ...off.map(({ label }) => `no ${label.toLowerCase()}`),
        ...texts.flatMap((text) =>
          typeof text === 'string' && text !== '' ? shortened(text) : [],
        ),
      ]
      return { label: shortened(subject.name), text: parts.join('; ') }
    })
}

function names(groups: readonly string[]): string {
  return groups.map(shortened).join(', ')
}

function section(title: string, rows: readonly Row[], paint: Paint): string {
  const fitting = rows.map(({ label }) => width(label)).filter((each) => each <= WIDEST_LABEL)
  const start = fitting.reduce((most, each) => Math.max(most, each), 16) + 4
  const lines = rows.flatMap(({ label, text }) => {
    const wrapped = wrap(text, WIDTH - start).map((line) => ' '.repeat(start) + line)
    if (width(label) > WIDEST_LABEL) return [`  ${label}`, ...wrapped]
    return [pad(`  ${label}`, start) + wrapped.join('\n').slice(start)]
  })
  return [paint.strong(title), ...lines].join('\n')
}
