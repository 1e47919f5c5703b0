/** Reads a JSON document of rollcall, or reports what is wrong with it and where. */
import type { Failure } from '../core/messages/diagnostic.ts'
import type { Path, RefuseAt } from '../core/model/fields.ts'
import type { Location } from '../core/model/location.ts'
import { DEEPEST, findErrorPlace, findPlace, type Place } from './json-place.ts'

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
  if (isDeeper(document, DEEPEST + 1)) refuse(findErrorPlace(text), 'is nested too deeply')
  return parse(document, (path, problem) =>
    refuse(findPlace(text, path), `is invalid: ${formatPath(path)} ${problem}`),
  )
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1))
}

/** `agents[3].role`, in backticks. */
export function formatPath(path: Path): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
  return path.length === 0 ? 'the document' : `\`${steps.join('').slice(1)}\``
}
