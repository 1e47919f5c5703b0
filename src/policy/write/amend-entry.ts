/** Shared by amending agents and groups: entries of a map, their keys, and new entries. */
import { countBefore } from '../../core/model/collect.ts'
import type { Entry, TreeNode } from '../read/tree.ts'
import { type Addition, changeCollection, findOwnEnd } from './collection.ts'
import type { Page } from './splice.ts'
import { writeKeyed } from './yaml.ts'

/**
 * Amends the entries that the text has. Returns what it does not have yet, and which entries go.
 * @param names of the entries, as the amendments call them
 */
export function amendListed<K>(
  entries: readonly Entry[],
  names: readonly string[],
  amended: ReadonlyMap<string, K | 'remove'>,
  amend: (entry: Entry, keys: K) => void,
) {
  const own = entries.map((_, index) => amended.get(names[index] ?? ''))
  for (const [index, entry] of entries.entries()) {
    const keys = own[index]
    if (keys !== undefined && keys !== 'remove') amend(entry, keys)
  }
  const listed = new Set(names)
  const added = [...amended].flatMap(([name, keys]) =>
    keys === 'remove' || listed.has(name) ? [] : [{ name, keys }],
  )
  return { added, isRemoved: (index: number) => own[index] === 'remove' }
}

/** Sets keys of an entry that is a map, and removes keys whose new value is null. */
export function amendKeys(
  page: Page,
  { value: map, span }: Pick<Entry, 'value' | 'span'>,
  keys: readonly (readonly [string, string | null])[],
): void {
  if (map.kind !== 'map') return
  const entries = [...map.entries.values()]
  const gone = new Set<string>()
  const additions: Addition[] = []
  for (const [key, value] of keys) {
    const entry = map.entries.get(key)
    if (value === null) gone.add(key)
    else if (entry === undefined) {
      additions.push({
        after: entries.length - 1,
        lines: [`${key}: ${value}`],
        inline: `${key}: ${value}`,
      })
    } else replace(page, entry.value, value)
  }
  changeCollection(
    page,
    { value: map, span },
    (index) => gone.has(entries[index]?.key ?? ''),
    additions,
  )
}

function replace(page: Page, node: TreeNode, text: string): void {
  const { start } = node.span
  const end = findOwnEnd(page, node)
  // A block scalar ends in the line break that ends the line.
  const rest = page.text.charAt(end - 1) === '\n' ? page.eol : ''
  page.edits.push({ start, end, text: text + rest })
}

/**
 * The entry after which a new one is added: by name if the entries that it belongs to are sorted by
 * name, otherwise after the last of them.
 * @param like the indexes of the entries that it belongs to; absent: all
 */
export function findPlaces(
  names: readonly string[],
  like: readonly number[] = [...names.keys()],
): (name: string) => number {
  const own = like.map((index) => names[index] ?? '')
  const sorted = own.every((name, index) => index === 0 || (own[index - 1] ?? '') <= name)
  if (!sorted) return () => like.at(-1) ?? -1
  return (name) => like[countBefore(own, name) - 1] ?? (like[0] ?? 0) - 1
}

export function writeInline(name: string, value: string): string {
  return writeKeyed(name, value).join(' ')
}
