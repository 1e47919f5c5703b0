/** `rollcall list` for people: "no policy" first and last, administrators first. Escapes with `shorten`. */

import { count, describeHolders, listPermissions } from '../../core/messages/phrase.ts'
import { labelSubject } from '../../core/model/address.ts'
import { type GroupKind, getHeading } from '../../core/model/kinds.ts'
import type { ListedPerson, Listing, ListReport } from '../../core/report/listing.ts'
import { RANKS } from '../../core/report/listing.ts'
import { listActivityNotes } from '../activity-words.ts'
import { API_LIMITS, namesIn } from '../labels.ts'
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
import { makePrintable, type Paint, pad, shorten, WIDTH, wrap, wrapParagraph } from './layout.ts'
import { measureWidth } from './width.ts'

const WIDEST_LABEL = 32

/** A line of a section: a name, and what there is to say of it. */
export interface SectionRow {
  readonly label: string
  readonly text: string
}

export function renderListText(
  listing: Listing,
  exitCode: ListReport['exitCode'],
  paint: Paint,
): string {
  const mark = paint.strong(paint.unsure(MARK))
  const head = wrapParagraph(
    `${mark}  ${makePrintable(nameListing(listing))}: ${summariseListing(listing)}`,
    2,
  )
  const blocks = [head, wrapParagraph(MEANING)]
  const kinds = [...listing.read.groups.keys()]
  for (const rank of RANKS) {
    const people = listing.people.filter((person) => person.rank === rank)
    if (people.length > 0) {
      blocks.push(
        renderSection(
          `${RANK_TITLES[rank]} (${people.length})`,
          people.map((person) => makePersonRow(person, kinds)),
          paint,
        ),
      )
    }
  }
  if (listing.ghosts.length > 0) {
    const rows = listing.ghosts.map(({ email, groups }) => ({
      label: shorten(email),
      text: `removed from the account, but still in the list of ${joinNames(groups.map(({ name }) => name))}`,
    }))
    blocks.push(renderSection(`Ghosts (${rows.length})`, rows, paint))
  }
  if (listing.customRoles !== null) {
    const rows = listing.customRoles.map((role) => ({
      label: shorten(labelSubject(role.subject)),
      text: [
        `permits ${listPermissions(role.permissions.map(shorten))}`,
        describeHolders(role),
        ...(role.description === '' ? [] : [shorten(role.description)]),
      ].join('; '),
    }))
    blocks.push(renderSection(`Custom roles (${rows.length})`, rows, paint))
  }
  for (const [of, n] of listing.read.groups) {
    blocks.push(renderSection(`${getHeading(of)} (${n})`, groupRows(listing, of), paint))
  }
  const ways = listing.providers.map(
    ({ value, people }) => `${shorten(nameSignIn(value))} ${people}`,
  )
  const domains = listing.domains.map(({ value, people }) => `${shorten(value)} ${people}`)
  const { email, role } = listing.read.caller
  blocks.push(
    [
      wrapParagraph(`Sign-in methods: ${ways.join(', ') || 'nobody'}.`, 2),
      wrapParagraph(
        `E-mail domains: ${domains.join(', ') || 'none'}. ${makePrintable(explainForeignDomains(listing))}`,
        2,
      ),
      wrapParagraph(API_LIMITS),
      wrapParagraph(`Read as ${shorten(email)} (${role}).`),
      ...listActivityNotes(listing.read).map((note) => wrapParagraph(note)),
    ].join('\n'),
  )
  return `${blocks.join('\n\n')}\n${mark}, exit code ${exitCode}\n`
}

function makePersonRow(person: ListedPerson, kinds: readonly GroupKind[]): SectionRow {
  const { email, name, provider, groups } = person
  const parts = [
    shorten(name),
    ...listNotes(person).map(makePrintable),
    ...(provider === null ? [] : [`signs in with ${shorten(provider)}`]),
    ...kinds.map((of) => {
      const those = namesIn(groups, of)
      return those.length === 0 ? `in no ${of.label}` : `in ${joinNames(those)}`
    }),
  ]
  return { label: shorten(email), text: parts.filter((part) => part !== '').join('; ') }
}

function groupRows({ groups }: Listing, of: GroupKind): readonly SectionRow[] {
  return groups
    .filter(({ subject }) => subject.of === of)
    .map(({ subject, settings, members, ghosts }) => {
      const off = of.settings.filter(({ key }) => settings[key] === false)
      const texts = of.settings.map(({ key }) => settings[key])
      const parts = [
        count(members.length, 'member'),
        ...(ghosts.length === 0 ? [] : [count(ghosts.length, 'ghost')]),
        ...off.map(({ label }) => `no ${label.toLowerCase()}`),
        ...texts.flatMap((text) => (typeof text === 'string' && text !== '' ? shorten(text) : [])),
      ]
      return { label: shorten(labelSubject(subject)), text: parts.join('; ') }
    })
}

function joinNames(groups: readonly string[]): string {
  return groups.map(shorten).join(', ')
}

export function renderSection(title: string, rows: readonly SectionRow[], paint: Paint): string {
  const fitting = rows
    .map(({ label }) => measureWidth(label))
    .filter((each) => each <= WIDEST_LABEL)
  const start = fitting.reduce((most, each) => Math.max(most, each), 16) + 4
  const lines = rows.flatMap(({ label, text }) => {
    const wrapped = wrap(text, WIDTH - start).map((line) => ' '.repeat(start) + line)
    if (measureWidth(label) > WIDEST_LABEL) return [`  ${label}`, ...wrapped]
    return [pad(`  ${label}`, start) + wrapped.join('\n').slice(start)]
  })
  return [paint.strong(title), ...lines].join('\n')
}
