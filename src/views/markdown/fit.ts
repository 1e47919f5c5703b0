/**
 * A document that is never longer than asked for: its parts, each with as many of its items as
 * there is room for, and a word on the others. Knows nothing of reports.
 */
import { count } from '../../core/messages/phrase.ts'

/** What room is found for, in this order, and how much of the document may be full by then. */
const NEEDS = {
  problem: 1,
  problems: 1,
  basis: 1,
  critical: 0.6,
  high: 0.6,
  waived: 0.6,
  medium: 0.6,
  low: 0.6,
  remedy: 0.85,
  lines: 0.85,
  changes: 0.95,
  ignored: 1,
} as const

type Need = keyof typeof NEEDS

/** A piece of the document that may be shown with fewer items than there are. */
export interface Part {
  /** Up to how many items each need asks for. */
  readonly wants: Partial<Readonly<Record<Need, number>>>
  /** With the first so many items and a word on the others; with none, as short as can be. */
  readonly show: (items: number) => string
}

export function leftOut(n: number, noun: string): string {
  if (n === 0) return ''
  return `${count(n, noun)} ${n === 1 ? 'is' : 'are'} left out here: the report is limited in size.`
}

export function fixed(text: string): Part {
  return { wants: {}, show: () => text }
}

/** The first so many items as written; none is written before it is asked for. */
export function listed<T>(
  items: readonly T[],
  write: (item: T) => string,
): (n: number) => string[] {
  const done: string[] = []
  return (n) => {
    for (const item of items.slice(done.length, n)) done.push(write(item))
    return done.slice(0, n)
  }
}

export function joined(texts: readonly string[], separator = '\n\n'): string {
  return texts.filter((text) => text !== '').join(separator)
}

const utf8 = new TextEncoder()

export function bytes(text: string): number {
  return utf8.encode(text).length
}

/** The largest of 0…n that fits, where every smaller one fits too; asks for no more than needed. */
export function largest(n: number, fits: (n: number) => boolean): number {
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

function size(text: string): number {
  return text === '' ? 0 : bytes(text) + BETWEEN.length
}

/** Of the shortest document that these parts make. */
export function smallest(parts: readonly Part[]): number {
  return parts.reduce((sum, { show }) => sum + size(show(0)), 0)
}

/** The parts in their order, each with as much of it as there is room for in the order of needs. */
export function compose(parts: readonly Part[], maxBytes: number): string {
  const shown = new Map(parts.map((part) => [part, { items: 0, size: size(part.show(0)) }]))
  let used = smallest(parts)
  const grow = (need: Need, room: number) => {
    for (const [part, now] of shown) {
      const more = (part.wants[need] ?? 0) - now.items
      const cost = (n: number) => size(part.show(now.items + n)) - now.size
      const fitting = largest(more, (n) => used + cost(n) <= room)
      if (fitting === 0) continue
      used += cost(fitting)
      now.size += cost(fitting)
      now.items += fitting
    }
  }
  const needs = Object.keys(NEEDS) as Need[]
  for (const need of needs) grow(need, NEEDS[need] * maxBytes)
  // Room that a later need had no use for goes to the earlier ones.
  for (const need of needs) grow(need, maxBytes)
  return `${joined([...shown].map(([part, { items }]) => part.show(items)))}\n`
}
