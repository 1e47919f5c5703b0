/**
 * Takes the parts of a JSON document that somebody else may have written, and refuses what is not of
 * its kind. Knows no document.
 */
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

export function parseMoment(root: Fields, key: string, refuse: RefuseAt): string {
  const text = root.text(key)
  return MOMENT.test(text) ? text : refuse([key], 'should be a time such as 2026-11-23T08:00:00Z')
}

export interface Fields {
  readonly has: (key: string) => boolean
  readonly field: (key: string) => unknown
  readonly id: (key: string) => number
  /** A whole number that does not have to be the id of anything. */
  readonly whole: (key: string) => number
  readonly text: (key: string) => string
  readonly email: (key: string) => string
  readonly flag: (key: string) => boolean
  readonly role: () => Role
  readonly coverage: (key: string) => GroupCoverage
  /** One of these texts. */
  readonly choice: <T extends string>(key: string, known: readonly [T, T, ...T[]]) => T
  readonly list: (key: string) => readonly unknown[]
  readonly orNull: <T>(key: string, read: (key: string) => T) => T | null
}

/** Each key that is read must be there, with a value of its kind. */
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
    const last = known.at(-1)
    const expected = `${known.slice(0, -1).join(', ')} or ${last}`
    return known.find((each) => each === given) ?? wrong(key, expected)
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
    role: () => choice('role', ROLES),
    coverage: (key) => choice(key, COVERAGE),
    list: (key) => {
      const given = field(key)
      return Array.isArray(given) ? given : wrong(key, 'a list')
    },
    orNull: (key, read) => (field(key) === null ? null : read(key)),
  }
}

export function requireDistinct<T>(
  entries: readonly T[],
  key: (entry: T) => string | number,
  path: Path,
  name: string | null,
  refuse: RefuseAt,
): void {
  const seen = new Set<string | number>()
  for (const [index, entry] of entries.entries()) {
    if (seen.has(key(entry))) {
      refuse([...path, index, ...(name === null ? [] : [name])], 'is in that list twice')
    }
    seen.add(key(entry))
  }
}
