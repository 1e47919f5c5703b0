/**
 * Takes single fields of a body, with the path of each, and refuses values of the wrong type. Does not
 * take the rest, because it may be secret. decode.ts says which fields a body has.
 */
import type { Refuse } from './reply.ts'

/** An object of a body, and its path. */
export interface BodyObject {
  readonly value: object
  readonly at: string
  readonly refuse: Refuse
}

// Functions that take an entry, not closures in it, because a large account has 100,000 entries.

/** Undefined if there is no such key. */
export function readField({ value }: Pick<BodyObject, 'value'>, key: string): unknown {
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

/** For a field that may be something else than an object: that counts as an object without fields. */
export function openField(entry: BodyObject, key: string): BodyObject {
  return { ...entry, value: Object(readField(entry, key)), at: `${entry.at}.${key}` }
}

export function readId(entry: BodyObject): number {
  const given = readField(entry, 'id')
  if (typeof given === 'number' && Number.isSafeInteger(given) && given > 0) return given
  return refuseField(entry, 'id', 'a positive whole number')
}

/** Not below 0. */
export function readNumber(
  entry: BodyObject,
  key: string,
  limit = Number.MAX_SAFE_INTEGER,
): number {
  const given = readField(entry, key)
  const sound = typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= limit
  return sound ? given : refuseField(entry, key, 'a whole number')
}

export function readNumberOrNull(entry: BodyObject, key: string): number | null {
  return isAbsent(entry, key) ? null : readNumber(entry, key)
}

export function readText(entry: BodyObject, key: string): string {
  const given = readField(entry, key)
  return typeof given === 'string' ? given : refuseField(entry, key, 'a string')
}

export function readFilledText(entry: BodyObject, key: string): string {
  const given = readText(entry, key)
  return given.trim() === '' ? refuseField(entry, key, 'text that is not blank') : given
}

export function readTextOrNull(entry: BodyObject, key: string): string | null {
  return isAbsent(entry, key) ? null : readText(entry, key)
}

export function readFlag(entry: BodyObject, key: string): boolean {
  const given = readField(entry, key)
  return typeof given === 'boolean' ? given : refuseField(entry, key, 'true or false')
}

/** For a column that can be null, which Chatwoot treats as off. */
export function readFlagOrNull(entry: BodyObject, key: string): boolean {
  return readField(entry, key) !== null && readFlag(entry, key)
}

export function isAbsent(entry: BodyObject, key: string): boolean {
  return (readField(entry, key) ?? null) === null
}

export function refuseField(entry: BodyObject, key: string, expected: string): never {
  const { at, refuse } = entry
  const found = describeKind(readField(entry, key))
  // The dashboard shows names, not the position in a list.
  const id = readField(entry, 'id')
  const known = [readField(entry, 'email'), readField(entry, 'name')].find(isFilled)
  const name = known ?? (typeof id === 'number' ? `id ${id}` : null)
  const who = name === null ? '' : ` (${name})`
  return refuse(`${at}.${key} should be ${expected}, it is ${found}${who}`)
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

export function readRecord(value: unknown, at: string, refuse: Refuse): BodyObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(`${at} should be an object, it is ${describeKind(value)}`)
  }
  return { value, at, refuse }
}

export function readList(value: unknown, at: string, refuse: Refuse): readonly unknown[] {
  return Array.isArray(value)
    ? value
    : refuse(`${at} should be a list, it is ${describeKind(value)}`)
}

/** Never shows the value, because it may be long or secret. */
export function describeKind(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  if (value === '') return 'empty'
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'string':
      return 'some other text'
    case 'number':
      return `the number ${value}`
    case 'boolean':
      return String(value)
    default:
      return 'an object'
  }
}
