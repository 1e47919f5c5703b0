/**
 * Takes the parts of a JSON document that somebody else may have written, and refuses values of the
 * wrong type. Knows no document.
 */
import { joinWords } from './kinds.ts'
import { spellEmail } from './names.ts'
import type { Role } from './role.ts'
import type { GroupCoverage } from './snapshot.ts'

/** Where in the document: keys and indices from its root. */
export type Path = readonly (string | number)[]

/** Refuses the document; the problem is a clause such as `should be a string`. */
export type RefuseAt = (path: Path, problem: string) => never

const ROLES = ['administrator', 'agent'] as const satisfies readonly Role[]
const COVERAGE = ['read', 'unread', 'unreadable'] as const satisfies readonly GroupCoverage[]

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
  readonly coverage: (key: string) => GroupCoverage
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
  const text = (key: string) => {
    const given = field(key)
    return typeof given === 'string' ? given : wrong(key, 'a string')
  }
  const choice = <T extends string>(key: string, known: readonly [T, T, ...T[]]) => {
    const given = field(key)
    return known.find((each) => each === given) ?? wrong(key, joinWords('or', known))
  }
  const list = (key: string): readonly unknown[] => {
    const given = field(key)
    return Array.isArray(given) ? given : wrong(key, 'a list')
  }
  return {
    has: (key) => Object.hasOwn(value, key),
    field,
    text,
    id: (key) => {
      const given = field(key)
      const good = typeof given === 'number' && Number.isSafeInteger(given) && given > 0
      return good ? given : wrong(key, 'a positive whole number')
    },
    whole: (key) => {
      const given = field(key)
      const good = typeof given === 'number' && Number.isSafeInteger(given)
      return good ? given : wrong(key, 'a whole number')
    },
    email: (key) => {
      const given = text(key)
      const normal = given !== '' && given === spellEmail(given)
      return normal ? given : wrong(key, 'a lower-case e-mail address')
    },
    flag: (key) => {
      const given = field(key)
      return typeof given === 'boolean' ? given : wrong(key, 'true or false')
    },
    choice,
    moment: (key) => {
      const given = text(key)
      return MOMENT.test(given) ? given : wrong(key, 'a time such as 2026-11-23T08:00:00Z')
    },
    role: (key) => choice(key, ROLES),
    coverage: (key) => choice(key, COVERAGE),
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
