/**
 * Takes the parts of a JSON document that somebody else may have written, and refuses values of the
 * wrong type. Knows no document.
 */
import { joinWords } from './kinds.ts'
import { spellEmail } from './names.ts'
import type { Role } from './role.ts'

/** Where in the document: keys and indices from its root. */
export type Path = readonly (string | number)[]

/** Refuses the document; the problem is a clause such as `should be a string`. */
export type RefuseAt = (path: Path, problem: string) => never

const ROLES = ['administrator', 'agent'] as const satisfies readonly Role[]

const MOMENT = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d+)?Z$/

export interface Fields {
  readonly has: (key: string) => boolean
  readonly field: (key: string) => unknown
  readonly id: (key: string) => number
  /** A whole number that does not have to be the id of anything. */
  readonly whole: (key: string) => number
  readonly text: (key: string) => string
  readonly email: (key: string) => string
  readonly flag: (key: string) => boolean
  readonly moment: (key: string) => string
  readonly role: (key: string) => Role
  readonly choice: <T extends string>(key: string, known: readonly [T, T, ...T[]]) => T
  readonly list: (key: string) => readonly unknown[]
  readonly texts: (key: string) => string[]
  readonly object: (key: string) => Fields
  readonly objects: <T>(key: string, parse: (entry: Fields) => T) => T[]
  readonly orNull: <T>(key: string, read: (key: string) => T) => T | null
  /** Refuses it for another reason, at a path within it. */
  readonly refuse: RefuseAt
}

/** Each key that is read must be there, with a value of the right type. */
export function checkFields(value: unknown, path: Path, refuse: RefuseAt): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(path, 'should be an object')
  }
  const field = (key: string) => {
    if (Object.hasOwn(value, key)) return Reflect.get(value, key)
    return refuse(path, `lacks the key \`${key}\``)
  }
  const wrong = (key: string, expected: string) => refuse([...path, key], `should be ${expected}`)
  const check = <T>(key: string, expected: string, fits: (given: unknown) => given is T): T => {
    const given = field(key)
    return fits(given) ? given : wrong(key, expected)
  }
  const text = (key: string) => check(key, 'a string', (given) => typeof given === 'string')
  const list = (key: string): readonly unknown[] => check(key, 'a list', Array.isArray)
  const choice = <T extends string>(key: string, known: readonly [T, T, ...T[]]) => {
    const given = field(key)
    return known.find((each) => each === given) ?? wrong(key, joinWords('or', known))
  }
  return {
    has: (key) => Object.hasOwn(value, key),
    field,
    text,
    id: (key) =>
      check(
        key,
        'a positive whole number',
        (given): given is number => isWhole(given) && given > 0,
      ),
    whole: (key) => check(key, 'a whole number', isWhole),
    email: (key) => {
      const given = text(key)
      const normal = given !== '' && given === spellEmail(given)
      return normal ? given : wrong(key, 'a lower-case e-mail address')
    },
    flag: (key) => check(key, 'true or false', (given) => typeof given === 'boolean'),
    choice,
    moment: (key) => {
      const given = text(key)
      return MOMENT.test(given) ? given : wrong(key, 'a time such as 2026-11-23T08:00:00Z')
    },
    role: (key) => choice(key, ROLES),
    list,
    texts: (key) =>
      list(key).map((each, index) =>
        typeof each === 'string' ? each : refuse([...path, key, index], 'should be a string'),
      ),
    object: (key) => checkFields(field(key), [...path, key], refuse),
    objects: (key, parse) =>
      list(key).map((each, index) => parse(checkFields(each, [...path, key, index], refuse))),
    orNull: (key, read) => (field(key) === null ? null : read(key)),
    refuse: (within, problem) => refuse([...path, ...within], problem),
  }
}

function isWhole(given: unknown): given is number {
  return Number.isSafeInteger(given)
}

/** Whether a document is of this format, in a version of which this rollcall knows every key. */
export function checkFormat(root: Fields, format: string, newest: string): void {
  if (root.field('format') !== format) root.refuse(['format'], `should be "${format}"`)
  if (/^1\.\d+$/.test(root.text('format_version'))) return
  root.refuse(['format_version'], `should be ${newest}, or another version that begins with 1.`)
}

/** @param list the key of the entries; @param name the key that differs in each; null: they are texts */
export function requireDistinct<T>(
  of: Fields,
  list: string,
  entries: readonly T[],
  key: (entry: T) => string | number,
  name: string | null = null,
): void {
  const seen = new Set<string | number>()
  for (const [index, entry] of entries.entries()) {
    if (seen.has(key(entry))) {
      of.refuse([list, index, ...(name === null ? [] : [name])], 'is in that list twice')
    }
    seen.add(key(entry))
  }
}
