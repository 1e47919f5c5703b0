/**
 * The meaning of a policy as a value: what it says, without places and order. New keys of policies are
 * included automatically, because only the keys named here are left out.
 */

import { KINDS } from '../model/kinds.ts'
import { type Json, sortCanonically } from './canonical.ts'

/** Where the policy is and how it is written. */
const FORM: ReadonlySet<string> = new Set(['path', 'sha256', 'text', 'location'])

/** Of a policy, or of a part of one. */
export function describeMeaning(value: unknown): Json {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value
  }
  if (typeof value !== 'object' || value === null) return null
  // Of a kind, only its name: the rest is not from the policy.
  const kind = KINDS.find((each) => each === value)
  if (kind !== undefined) return kind.section
  if (value instanceof Map) return toObject([...value])
  if (Array.isArray(value) || value instanceof Set) {
    return sortCanonically([...value].map(describeMeaning))
  }
  // The value of a member or a permission is only its place.
  if (Object.hasOwn(value, 'line') && Object.hasOwn(value, 'column')) return true
  return toObject(Object.entries(value).filter(([key]) => !FORM.has(key)))
}

function toObject(entries: readonly (readonly [string, unknown])[]): Json {
  return Object.fromEntries(entries.map(([key, value]) => [key, describeMeaning(value)]))
}
