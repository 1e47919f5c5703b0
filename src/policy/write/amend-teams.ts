/** Amends the `teams` of a policy's text: which there are, their settings and their members. */
import type { Amendments, TeamKeys } from '../../core/adopt/amendments.ts'
import { byCodeUnits, normaliseEmail, spellTeamName } from '../../core/model/names.ts'
import { yamlText } from '../../core/plan/settle.ts'
import { type Entry, getEntry, getItems, getMembers, getText } from '../read/tree.ts'
import { amendKeys, entriesIn, inline, itemOf, keyed, placesAmong } from './amend-entry.ts'
import { type Addition, change, endOf, type Page } from './collection.ts'

export function amendTeams(page: Page, section: Entry, { teams }: Amendments): void {
  const entries = entriesIn(section)
  const names = entries.map(({ key }) => spellTeamName(key))
  for (const [index, entry] of entries.entries()) {
    const keys = teams.get(names[index] ?? '')
    if (keys !== undefined && keys !== 'remove') amendTeam(page, entry, keys)
  }
  const listed = new Set(names)
  const placeOf = placesAmong(names)
  const added = [...teams].filter(([name, keys]) => keys !== 'remove' && !listed.has(name))
  const spaced =
    entries.length > 1 && entries.slice(1).every(({ span }) => followsBlank(page, span.start))
  change(page, {
    kind: 'map',
    span: section.value.span,
    keyEnd: section.span.end,
    items: entries.map((entry, index) =>
      itemOf(page, entry, teams.get(names[index] ?? '') === 'remove'),
    ),
    additions: added
      .sort(([a], [b]) => byCodeUnits(a, b))
      .map(([name, keys]): Addition => {
        const join = keys === 'remove' ? [] : [...keys.join].sort(byCodeUnits).map(yamlText)
        const after = placeOf(name)
        const lines = teamLines(name, join)
        const separated = after < 0 ? [...lines, ''] : ['', ...lines]
        return {
          after,
          lines: spaced ? separated : lines,
          inline: inline(name, `[${join.join(', ')}]`),
        }
      }),
  })
}

function followsBlank({ text }: Page, offset: number): boolean {
  return /(?:^|\n)[ \t]*\r?\n[ \t]*(?:\? +)?$/.test(text.slice(Math.max(0, offset - 200), offset))
}

const WIDTH = 76

function teamLines(name: string, members: readonly string[]): readonly string[] {
  const short = keyed(name, `[${members.join(', ')}]`)
  if (members.length === 0 || short.every((line) => line.length <= WIDTH)) return short
  const [key = '', value] = keyed(name, '')
  const items = members.map((email) => `  - ${email}`)
  return value === undefined ? [key.trimEnd(), ...items] : [key, value.trimEnd(), ...items]
}

function amendTeam(page: Page, entry: Entry, keys: TeamKeys): void {
  const { description, auto_assign: autoAssign, join, leave } = keys
  amendKeys(page, entry, [
    ...(description === undefined ? [] : [['description', yamlText(description)] as const]),
    ...(autoAssign === undefined ? [] : [['auto_assign', String(autoAssign)] as const]),
  ])
  const list = getMembers(entry.value)
  if (list === undefined) return
  const key = entry.value.kind === 'list' ? entry : getEntry(entry.value, 'members')
  const items = getItems(list)
  const names = items.map((item) => normaliseEmail(getText(item) ?? ''))
  const placeOf = placesAmong(names)
  const leaving = new Set([...leave].map(normaliseEmail))
  change(page, {
    kind: 'list',
    span: list.span,
    keyEnd: key?.span.end ?? 0,
    items: items.map((item, index) => ({
      span: { start: item.span.start, end: endOf(page, item) },
      remove: leaving.has(names[index] ?? ''),
    })),
    additions: [...join].sort(byCodeUnits).map((email): Addition => {
      const text = yamlText(email)
      return { after: placeOf(email), lines: [text], inline: text }
    }),
  })
}
