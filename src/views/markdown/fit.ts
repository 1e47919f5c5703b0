/**
 * Keeps a document within a size limit: shows as many items of each part as fit, and says how many are
 * left out. Knows nothing about reports.
 */
import { RISKS } from '../../core/messages/finding-records.ts'
import { count } from '../../core/messages/phrase.ts'
import { joinTexts } from '../text/layout.ts'

/**
 * What gets room first, in this order, and the share of the document that may be full by then.
 * `first`: the worst finding of each account.
 */
const NEEDS = {
  first: 1,
  critical: 1,
  problem: 0.8,
  high: 0.6,
  medium: 0.6,
  low: 0.6,
  waived: 0.6,
  problems: 0.65,
  quiet: 0.7,
  basis: 0.75,
  remedy: 0.85,
  lines: 0.85,
  changes: 0.95,
  ignored: 1,
} as const

export type Need = keyof typeof NEEDS

/** If one of a row is left out, those after it are too. */
const ROWS: readonly (readonly Need[])[] = [RISKS, ['problem', 'problems']]

/** A part of the document that can be shown with fewer items. */
export interface DocumentPart {
  /** The maximum number of items for each need. */
  readonly wants: Partial<Readonly<Record<Need, number>>>
  /** The text with the first `items` items and a note about the rest; with 0, as short as possible. */
  readonly show: (items: number) => string
}

export function noteLeftOut(n: number, noun: string, nouns = `${noun}s`): string {
  if (n === 0) return ''
  return `${count(n, noun, nouns)} ${n === 1 ? 'is' : 'are'} left out here because the size of the report is limited.`
}

export function makeFixedPart(text: string): DocumentPart {
  return { wants: {}, show: () => text }
}

/**
 * A list. Each item is written only when it is needed.
 * @param frame the paragraphs of the part, with the items that are shown and the note about the rest
 */
export function makeListPart<T>(
  wants: DocumentPart['wants'],
  items: readonly T[],
  write: (item: T) => string,
  nouns: readonly [noun: string, nouns?: string],
  frame: (shown: readonly string[], note: string) => readonly string[],
): DocumentPart {
  const done: string[] = []
  return {
    wants,
    show: (n) => {
      for (const item of items.slice(done.length, n)) done.push(write(item))
      return joinTexts(frame(done.slice(0, n), noteLeftOut(items.length - n, ...nouns)))
    },
  }
}

const utf8 = new TextEncoder()

export function countBytes(text: string): number {
  return utf8.encode(text).length
}

/** The largest number from 0 to n that fits, if all smaller ones fit too. Calls `fits` rarely. */
export function findLargest(n: number, fits: (n: number) => boolean): number {
  let low = 0
  let high = 1
  while (high <= n && fits(high)) {
    low = high
    high *= 2
  }
  high = Math.min(high, n + 1)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle
  }
  return low
}

const BETWEEN = '\n\n'

function measureSize(text: string): number {
  return text === '' ? 0 : countBytes(text) + BETWEEN.length
}

/** The size of the document if each part shows what these needs want, and nothing more. */
export function measureDocument(parts: readonly DocumentPart[], needs: readonly Need[]): number {
  const items = ({ wants }: DocumentPart) => Math.max(0, ...needs.map((need) => wants[need] ?? 0))
  return parts.reduce((sum, part) => sum + measureSize(part.show(items(part))), 0)
}

/**
 * The parts in order. The needs, one after the other, fill the room. If a critical finding is left
 * out, nothing else is added.
 * @param allCritical whether every critical finding is in one of the parts
 */
export function compose(
  parts: readonly DocumentPart[],
  maxBytes: number,
  allCritical: boolean,
): string {
  const shown = new Map(parts.map((part) => [part, { items: 0, size: measureSize(part.show(0)) }]))
  let used = measureDocument(parts, [])
  /** Whether all of it fits. */
  const grow = (need: Need, room: number): boolean => {
    let whole = true
    for (const [part, now] of shown) {
      const more = (part.wants[need] ?? 0) - now.items
      const cost = (n: number) => measureSize(part.show(now.items + n)) - now.size
      const fitting = findLargest(more, (n) => used + cost(n) <= room)
      whole &&= fitting >= more
      if (fitting === 0) continue
      used += cost(fitting)
      now.size += cost(fitting)
      now.items += fitting
    }
    return whole
  }
  const fill = (room: (need: Need) => number): void => {
    const cut = new Set<Need>()
    for (const need of Object.keys(NEEDS) as Need[]) {
      if (cut.has(need)) continue
      const whole = grow(need, room(need))
      if (need === 'critical' && !(whole && allCritical)) return
      if (whole) continue
      for (const row of ROWS.filter((each) => each.includes(need))) {
        for (const lower of row.slice(row.indexOf(need))) cut.add(lower)
      }
    }
  }
  fill((need) => NEEDS[need] * maxBytes)
  // Room that later needs did not use goes to the earlier ones.
  fill(() => maxBytes)
  return `${joinTexts([...shown].map(([part, { items }]) => part.show(items)))}\n`
}
