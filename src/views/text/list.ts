/** `rollcall list` for people: "no policy" first and last, administrators first. Escapes with `shorten`. */

import { count, describeHolders, listPermissions } from '../../core/messages/phrase.ts'
import { labelSubject } from '../../core/model/address.ts'
import { groupBy } from '../../core/model/collect.ts'
import type { RecognisedCustomRole, RecognisedGroup } from '../../core/model/identity.ts'
import { type GroupKind, getHeading } from '../../core/model/kinds.ts'
import type { FactsReport } from '../../core/report/facts.ts'
import type { Ghost, ListedPerson, Listing } from '../../core/report/listing.ts'
import type { Reading } from '../../core/report/report.ts'
import { listActivityNotes } from '../activity-words.ts'
import { API_LIMITS, describeMissing, describeReader, listNamesOfKind } from '../labels.ts'
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
  joinTexts,
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
  exitCode: FactsReport<Listing>['exitCode'],
  paint: Paint,
): string {
  const head = `${makePrintable(nameListing(listing))}: ${summariseListing(listing)}`
  const kinds = [...listing.read.groups.keys()]
  const section = <T>(title: string, items: readonly T[], makeRow: (item: T) => SectionRow) =>
    renderSection(`${title} (${items.length})`, items.map(makeRow), paint)
  const { ghosts, customRoles } = listing
  const blocks = [
    wrapParagraph(MEANING),
    ...describeMissing(listing.missing, 'everything on the account', listing.read).map((text) =>
      wrapParagraph(paint.unsure(text)),
    ),
    ...[...groupBy(listing.people, ({ rank }) => rank)].map(([rank, people]) =>
      section(RANK_TITLES[rank], people, (person) => makePersonRow(person, kinds)),
    ),
    ...(ghosts.length === 0 ? [] : [section('Ghosts', ghosts, makeGhostRow)]),
    ...(customRoles === null ? [] : [section('Custom roles', customRoles, makeCustomRoleRow)]),
    ...kinds.map((of) => {
      const groups = listing.groups.filter(({ subject }) => subject.of === of)
      return section(getHeading(of), groups, makeGroupRow)
    }),
    renderTallies(listing),
  ]
  return wrapFacts(head, blocks, exitCode, paint)
}

/** The first and the last line say that these facts are no verdict. */
export function wrapFacts(
  head: string,
  blocks: readonly string[],
  exitCode: FactsReport<unknown>['exitCode'],
  paint: Paint,
): string {
  const mark = paint.strong(paint.unsure(MARK))
  const first = wrapParagraph(`${mark}  ${head}`, 2)
  return `${[first, ...blocks].join('\n\n')}\n${mark}, exit code ${exitCode}\n`
}

function renderTallies(listing: Listing): string {
  const ways = listing.providers.map(
    ({ value, people }) => `${shorten(nameSignIn(value))} ${people}`,
  )
  const domains = listing.domains.map(({ value, people }) => `${shorten(value)} ${people}`)
  const why = makePrintable(explainForeignDomains(listing))
  return [
    wrapParagraph(`Sign-in methods: ${ways.join(', ') || 'nobody'}.`, 2),
    wrapParagraph(`E-mail domains: ${domains.join(', ') || 'none'}. ${why}`, 2),
    renderReading(listing.read),
  ].join('\n')
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
      const those = listNamesOfKind(groups, of)
      return those.length === 0 ? `in no ${of.label}` : `in ${joinNames(those)}`
    }),
  ]
  return { label: shorten(email), text: joinTexts(parts, '; ') }
}

function makeGhostRow({ email, groups }: Ghost): SectionRow {
  const names = joinNames(groups.map(({ name }) => name))
  return {
    label: shorten(email),
    text: `removed from the account, but still in the list of ${names}`,
  }
}

function makeCustomRoleRow(role: RecognisedCustomRole): SectionRow {
  const parts = [
    `permits ${listPermissions(role.permissions.map(shorten))}`,
    describeHolders(role),
    ...(role.description === '' ? [] : [shorten(role.description)]),
  ]
  return { label: shorten(labelSubject(role.subject)), text: parts.join('; ') }
}

function makeGroupRow({ subject, settings, members, ghosts }: RecognisedGroup): SectionRow {
  const off = subject.of.settings.filter(({ key }) => settings[key] === false)
  const texts = subject.of.settings.map(({ key }) => settings[key])
  const parts = [
    count(members.length, 'member'),
    ...(ghosts.length === 0 ? [] : [count(ghosts.length, 'ghost')]),
    ...off.map(({ label }) => `no ${label.toLowerCase()}`),
    ...texts.flatMap((text) => (typeof text === 'string' && text !== '' ? shorten(text) : [])),
  ]
  return { label: shorten(labelSubject(subject)), text: parts.join('; ') }
}

function joinNames(groups: readonly string[]): string {
  return groups.map(shorten).join(', ')
}
