/** `rollcall list` for people: "no policy" first and last, administrators first. Escapes with `shorten`. */

import { count, describeHolders, listPermissions } from '../../core/messages/phrase.ts'
import { labelSubject } from '../../core/model/address.ts'
import { groupBy } from '../../core/model/collect.ts'
import { type GroupKind, getHeading } from '../../core/model/kinds.ts'
import type { ListedPerson, Listing, ListReport } from '../../core/report/listing.ts'
import type { Reading } from '../../core/report/report.ts'
import { listActivityNotes } from '../activity-words.ts'
import { API_LIMITS, describeReader, namesIn } from '../labels.ts'
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
  makePrintable,
  type Paint,
  renderSection,
  type SectionRow,
  shorten,
  wrapParagraph,
  wrapParagraphs,
} from './layout.ts'

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
  for (const [rank, people] of groupBy(listing.people, (person) => person.rank)) {
    blocks.push(
      renderSection(
        `${RANK_TITLES[rank]} (${people.length})`,
        people.map((person) => makePersonRow(person, kinds)),
        paint,
      ),
    )
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
  blocks.push(
    [
      wrapParagraph(`Sign-in methods: ${ways.join(', ') || 'nobody'}.`, 2),
      wrapParagraph(
        `E-mail domains: ${domains.join(', ') || 'none'}. ${makePrintable(explainForeignDomains(listing))}`,
        2,
      ),
      renderReading(listing.read),
    ].join('\n'),
  )
  return `${blocks.join('\n\n')}\n${mark}, exit code ${exitCode}\n`
}

/** How much of an account can be read, who read it, and what the audit log has. */
export function renderReading(read: Reading): string {
  const reader = `${describeReader(read, shorten)}.`
  return wrapParagraphs([API_LIMITS, reader, ...listActivityNotes(read)])
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
