/**
 * Amends a section of groups or custom roles in a policy's text: which entries there are, their keys,
 * and the list of their members or permissions.
 */
import type { Amendments, NamedKeys } from '../../core/adopt/amendments.ts'
import { formatAddress } from '../../core/model/address.ts'
import type { GroupKind } from '../../core/model/kinds.ts'
import { compareCodeUnits, normaliseEmail, spellName } from '../../core/model/names.ts'
import { identifyCustomRole, makeGroupSubject } from '../read/build.ts'
import { findLineStart } from '../read/lines.ts'
import { type Entry, getEntries, getEntry, getItems, getText } from '../read/tree.ts'
import { amendKeys, amendListed, findPlaces, writeInline } from './amend-entry.ts'
import { type Addition, changeCollection } from './collection.ts'
import { followsBlank } from './comments.ts'
import type { Page } from './splice.ts'
import { writeKeyed, writeYamlText, writeYamlValue } from './yaml.ts'

/** What differs between sections. */
interface SectionKind {
  readonly holds: (subject: NamedKeys['subject']) => boolean
  /** The list of an entry. An entry may consist only of this list. */
  readonly list: 'members' | 'permissions'
  readonly identify: (entry: Entry) => NamedKeys['subject']
  /** Of a key. */
  readonly spell: (name: string) => string
  /** Of an item of the list. */
  readonly normalise: (item: string) => string
}

export function amendGroups(
  of: GroupKind,
  page: Page,
  section: Entry,
  amendments: Amendments,
): void {
  amendSection(page, section, amendments, {
    holds: (subject) => subject.kind === 'group' && subject.of === of,
    list: 'members',
    identify: (entry) => makeGroupSubject(of, entry),
    spell: of.spell,
    normalise: normaliseEmail,
  })
}

export function amendCustomRoles(page: Page, section: Entry, amendments: Amendments): void {
  amendSection(page, section, amendments, {
    holds: (subject) => subject.kind === 'custom-role',
    list: 'permissions',
    identify: identifyCustomRole,
    spell: spellName,
    normalise: (item) => item,
  })
}

function amendSection(page: Page, section: Entry, { named }: Amendments, kind: SectionKind): void {
  const entries = [...getEntries(section.value)]
  const addresses = entries.map((entry) => formatAddress(kind.identify(entry)))
  const { added, isRemoved } = amendListed<NamedKeys>(entries, addresses, named, (entry, keys) =>
    amendNamed(page, entry, keys, kind),
  )
  const placeOf = findPlaces(entries.map(({ key }) => kind.spell(key)))
  const spaced =
    entries.length > 1 &&
    entries.slice(1).every(({ span }) => followsBlank(page, findLineStart(page, span.start)))
  const additions = added
    .map(({ keys }) => keys)
    .filter(({ subject }) => kind.holds(subject))
    .sort((a, b) => compareCodeUnits(a.subject.name, b.subject.name))
    .map(({ key, keys, join }): Addition => {
      const items = [...join].sort(compareCodeUnits)
      const plain = Object.keys(keys).length === 0
      const value = writeYamlValue(plain ? items : { ...keys, [kind.list]: items })
      const after = placeOf(key)
      const lines = plain ? groupLines(key, items.map(writeYamlText)) : writeKeyed(key, value)
      const separated = after < 0 ? [...lines, ''] : ['', ...lines]
      return { after, lines: spaced ? separated : lines, inline: writeInline(key, value) }
    })
  changeCollection(page, section, isRemoved, additions)
}

const WIDTH = 76

function groupLines(name: string, members: readonly string[]): readonly string[] {
  const short = writeKeyed(name, `[${members.join(', ')}]`)
  if (members.length === 0 || short.every((line) => line.length <= WIDTH)) return short
  return [...writeKeyed(name), ...members.map((email) => `  - ${email}`)]
}

function amendNamed(
  page: Page,
  entry: Entry,
  { keys, join, leave }: NamedKeys,
  { list: listKey, normalise }: SectionKind,
): void {
  const values = Object.entries(keys).map(
    ([key, value]) => [key, writeYamlValue(value, key)] as const,
  )
  amendKeys(page, entry, values)
  const list = entry.value.kind === 'list' ? entry : getEntry(entry.value, listKey)
  if (list === undefined) return
  const names = getItems(list.value).map((item) => normalise(getText(item) ?? ''))
  const placeOf = findPlaces(names)
  const leaving = new Set([...leave].map(normalise))
  const additions = [...join].sort(compareCodeUnits).map((each): Addition => {
    const text = writeYamlText(each)
    return { after: placeOf(each), lines: [text], inline: text }
  })
  changeCollection(page, list, (index) => leaving.has(names[index] ?? ''), additions)
}
