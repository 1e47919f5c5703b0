/** Amends a section of groups in a policy's text: which there are, their settings and their members. */
import type { Amendments, GroupKeys } from '../../core/adopt/amendments.ts'
import { formatAddress } from '../../core/model/address.ts'
import type { GroupKind } from '../../core/model/kinds.ts'
import { compareCodeUnits, normaliseEmail } from '../../core/model/names.ts'
import { groupSubject } from '../read/build.ts'
import { type Entry, getEntry, getItems, getMembers, getText } from '../read/tree.ts'
import { amendKeys, findItem, findPlaces, listEntries, writeInline } from './amend-entry.ts'
import { type Addition, change, endOf } from './collection.ts'
import type { Page } from './page.ts'
import { writeKeyed, writeYamlText, writeYamlValue } from './yaml.ts'

export function amendGroups(
  of: GroupKind,
  page: Page,
  section: Entry,
  { groups }: Amendments,
): void {
  const entries = listEntries(section)
  const addresses = entries.map((entry) => formatAddress(groupSubject(of, entry)))
  for (const [index, entry] of entries.entries()) {
    const keys = groups.get(addresses[index] ?? '')
    if (keys !== undefined && keys !== 'remove') amendGroup(page, entry, keys)
  }
  const listed = new Set(addresses)
  const placeOf = findPlaces(entries.map(({ key }) => of.spell(key)))
  const added = [...groups].flatMap(([address, keys]) =>
    keys === 'remove' || keys.subject.of !== of || listed.has(address) ? [] : [keys],
  )
  const spaced =
    entries.length > 1 && entries.slice(1).every(({ span }) => followsBlank(page, span.start))
  change(page, {
    kind: 'map',
    span: section.value.span,
    keyEnd: section.span.end,
    items: entries.map((entry, index) =>
      findItem(page, entry, groups.get(addresses[index] ?? '') === 'remove'),
    ),
    additions: added
      .sort((a, b) => compareCodeUnits(a.subject.name, b.subject.name))
      .map(({ key, keys, join }): Addition => {
        const members = [...join].sort(compareCodeUnits)
        const plain = Object.keys(keys).length === 0
        const value = writeYamlValue(plain ? members : { ...keys, members })
        const after = placeOf(key)
        const lines = plain ? groupLines(key, members.map(writeYamlText)) : writeKeyed(key, value)
        const separated = after < 0 ? [...lines, ''] : ['', ...lines]
        return { after, lines: spaced ? separated : lines, inline: writeInline(key, value) }
      }),
  })
}

function followsBlank({ text }: Page, offset: number): boolean {
  return /(?:^|\n)[ \t]*\r?\n[ \t]*(?:\? +)?$/.test(text.slice(Math.max(0, offset - 200), offset))
}

const WIDTH = 76

function groupLines(name: string, members: readonly string[]): readonly string[] {
  const short = writeKeyed(name, `[${members.join(', ')}]`)
  if (members.length === 0 || short.every((line) => line.length <= WIDTH)) return short
  return [...writeKeyed(name), ...members.map((email) => `  - ${email}`)]
}

function amendGroup(page: Page, entry: Entry, { keys, join, leave }: GroupKeys): void {
  const values = Object.entries(keys).map(
    ([key, value]) => [key, writeYamlValue(value, key)] as const,
  )
  amendKeys(page, entry, values)
  const list = getMembers(entry.value)
  if (list === undefined) return
  const key = entry.value.kind === 'list' ? entry : getEntry(entry.value, 'members')
  const items = getItems(list)
  const names = items.map((item) => normaliseEmail(getText(item) ?? ''))
  const placeOf = findPlaces(names)
  const leaving = new Set([...leave].map(normaliseEmail))
  change(page, {
    kind: 'list',
    span: list.span,
    keyEnd: key?.span.end ?? 0,
    items: items.map((item, index) => ({
      span: { start: item.span.start, end: endOf(page, item) },
      remove: leaving.has(names[index] ?? ''),
    })),
    additions: [...join].sort(compareCodeUnits).map((email): Addition => {
      const text = writeYamlText(email)
      return { after: placeOf(email), lines: [text], inline: text }
    }),
  })
}
