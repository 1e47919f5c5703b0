/**
 * The meaning of a policy as a value: what it says, without where and in which order. Whatever a policy
 * gains later is in it too, because every key is taken that is not left out by name.
 */

import { KINDS } from '../model/kinds.ts'
import type { Policy } from '../model/policy.ts'
import { type Json, sortCanonically } from './canonical.ts'

/** Where the policy stands and how it is written. */
const FORM: ReadonlySet<string> = new Set(['path', 'sha256', 'text', 'location'])

export function describeMeaning(policy: Policy): Json {
  return toMeaning(policy)
}

function toMeaning(value: unknown): Json {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value
  }
  if (typeof value !== 'object' || value === null) return null
  // Of a kind only which one it is: the rest is rollcall's.
  const kind = KINDS.find((each) => each === value)
  if (kind !== undefined) return kind.section
  if (value instanceof Map) return toObject([...value])
  if (Array.isArray(value) || value instanceof Set) {
    return sortCanonically([...value].map(toMeaning))
  }
  // What a member or a permission has as its value is only its place.
  if (Object.hasOwn(value, 'line') && Object.hasOwn(value, 'column')) return true
  return toObject(Object.entries(value).filter(([key]) => !FORM.has(key)))
}

function toObject(entries: readonly (readonly [string, unknown])[]): Json {
  return Object.fromEntries(entries.map(([key, value]) => [key, toMeaning(value)]))
}
