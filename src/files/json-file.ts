/**
 * Reads a JSON document of rollcall, or reports what is wrong with it and where. The values come from
 * JSON.parse; the text is read again only to find a place.
 */
import { isUtf8 } from 'node:buffer'
import type { Failure } from '../core/messages/diagnostic.ts'
import type { Path, RefuseAt } from '../core/model/fields.ts'
import type { Location } from '../core/model/location.ts'
import { makeLater } from '../core/model/visible.ts'

/** Steps of a path. rollcall writes no deeper document, and one could exhaust the stack. */
const DEEPEST = 32
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

/**
 * Throws what `fail` makes.
 * @param parse gets the document, and a function that refuses it at a path
 */
export function parseJsonBytes<T>(
  bytes: Uint8Array,
  shown: string,
  fail: (location: Location, problem: string) => Failure,
  parse: (document: unknown, refuse: RefuseAt) => T,
): T {
  const withMark = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  const text = withMark.replace(/^\ufeff/, '')
  const refuse = (place: Place, problem: string): never => {
    throw fail({ file: shown, ...place }, problem)
  }
  // Otherwise, the decoder would replace letters of names and addresses.
  if (!isUtf8(bytes)) {
    const utf16 = bytes[0] === 0xff || bytes[0] === 0xfe
    const at = convertOffset(text, text.indexOf('\ufffd'))
    refuse(at, `is not valid UTF-8${utf16 ? ': it is UTF-16' : ''}`)
  }
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    const empty = text.trim() === ''
    refuse(findErrorPlace(text), empty ? 'is empty' : 'is not valid JSON, or its end is missing')
  }
  const keys = countKeys(document, DEEPEST + 1)
  if (keys === Number.POSITIVE_INFINITY) refuse(findErrorPlace(text), 'is nested too deeply')
  // If a key is there twice, JSON.parse keeps only the last value. The search for one is slow, so it runs
  // only if the text seems to have more keys than the document, or if this quick count may be wrong.
  if (text.split('":').length - 1 !== keys || /"[ \t\r\n]+:/.test(text)) {
    const repeated = findRepeated(text)
    if (repeated) refuse(repeated.place, `is invalid: ${formatPath(repeated.path)} is there twice`)
  }
  return parse(document, (path, problem) =>
    refuse(findPlace(text, path), `is invalid: ${formatPath(path)} ${problem}`),
  )
}

/** The keys of all objects in a value. Infinity: it is nested deeper than these levels. */
function countKeys(value: unknown, levels: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (levels === 0) return Number.POSITIVE_INFINITY
  const all = Object.values(value)
  const own = Array.isArray(value) ? 0 : all.length
  return all.reduce<number>((keys, each) => keys + countKeys(each, levels - 1), own)
}

/** `agents[3].role`, in backticks. */
export function formatPath(path: Path): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
  return path.length === 0 ? 'the document' : `\`${steps.join('').slice(1)}\``
}

/** The place of the value at `path`, or of the closest value above it if there is none. */
function findPlace(text: string, path: Path): Place {
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
function findRepeated(text: string): { readonly path: Path; readonly place: Place } | null {
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
