/** Reads a JSON document of rollcall, or reports what is wrong with it and where. */
import type { Failure } from '../core/messages/diagnostic.ts'
import type { Path, RefuseAt } from '../core/model/fields.ts'
import type { Location } from '../core/model/location.ts'
import { DEEPEST, findErrorPlace, findPlace, findRepeated, type Place } from './json-place.ts'

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
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    const empty = text.trim() === ''
    refuse(findErrorPlace(text), empty ? 'is empty' : 'is not valid JSON, or its end is missing')
  }
  const keys = countKeys(document, DEEPEST + 1)
  if (keys === Number.POSITIVE_INFINITY) refuse(findErrorPlace(text), 'is nested too deeply')
  // Of a key that is there twice, JSON.parse keeps the last value. To look for one takes long, so do it
  // only if the text has more keys than the document, or if it is not clear.
  if (text.split('":').length - 1 !== keys || /"[ \t\r\n]+:/.test(text)) {
    const repeated = findRepeated(text)
    if (repeated) refuse(repeated.place, `is invalid: ${formatPath(repeated.path)} is there twice`)
  }
  return parse(document, (path, problem) =>
    refuse(findPlace(text, path), `is invalid: ${formatPath(path)} ${problem}`),
  )
}

/** Of all objects in it. Infinity: it is nested deeper than these levels. */
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
