/**
 * Finds the line and column of a value in a JSON text, or of its first syntax error. Only for
 * messages: the values come from JSON.parse. Reads no deeper than the documents of rollcall.
 */

import type { Path } from '../core/model/fields.ts'
import { makeLater } from '../core/model/visible.ts'

/** Steps of a path. A deeper document is none of rollcall, and could exhaust the stack. */
export const DEEPEST = 32
const SPACE = /[ \t\r\n]*/y
const getScalar = makeLater(
  String.raw`"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?|true|false|null`,
  'iuy',
)

export interface Place {
  /** Both start at 1; columns count UTF-16 units. */
  readonly line: number
  readonly column: number
}

/** The place of the value at `path`, or of the closest value above it if there is none. */
export function findPlace(text: string, path: Path): Place {
  let offset = 0
  let deepest = -1
  scan(text, (at, here) => {
    const onTheWay = here.length <= path.length && here.every((step, index) => step === path[index])
    if (onTheWay && here.length > deepest) {
      deepest = here.length
      offset = at
    }
  })
  return convertOffset(text, offset)
}

/** The first value whose key is in the same object twice; null if there is none. */
export function findRepeated(text: string): { readonly path: Path; readonly place: Place } | null {
  const seen = new Set<string>()
  let found: ReturnType<typeof findRepeated> = null
  scan(text, (at, here) => {
    const key = JSON.stringify(here)
    if (found === null && seen.has(key)) found = { path: [...here], place: convertOffset(text, at) }
    seen.add(key)
  })
  return found
}

/** The place of the first character that is not valid JSON. */
export function findErrorPlace(text: string): Place {
  return convertOffset(
    text,
    scan(text, () => undefined),
  )
}

function convertOffset(text: string, offset: number): Place {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - before.lastIndexOf('\n') }
}

/** Calls `found` for every value; returns the offset where it stopped. */
function scan(text: string, found: (offset: number, path: Path) => void): number {
  let at = 0
  const path: (string | number)[] = []
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const [token = null] = pattern.exec(text) ?? []
    at += token?.length ?? 0
    return token
  }
  const sign = (character: string) => {
    take(SPACE)
    if (text[at] !== character) return false
    at += 1
    return true
  }
  const entries = (end: string, entry: (index: number) => boolean): boolean => {
    if (sign(end)) return true
    for (let index = 0; ; index += 1) {
      if (!entry(index)) return false
      if (sign(end)) return true
      if (!sign(',')) return false
    }
  }
  const below = (step: string | number) => {
    path.push(step)
    const good = path.length <= DEEPEST && value()
    path.pop()
    return good
  }
  const value = (): boolean => {
    take(SPACE)
    found(at, path)
    if (sign('[')) return entries(']', below)
    if (!sign('{')) return take(getScalar()) !== null
    return entries('}', () => {
      take(SPACE)
      const key = text[at] === '"' ? take(getScalar()) : null
      return key !== null && sign(':') && below(String(JSON.parse(key)))
    })
  }
  if (value()) take(SPACE)
  return at
}
