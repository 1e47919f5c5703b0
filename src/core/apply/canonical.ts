/**
 * Canonical JSON: one text for one meaning, as RFC 8785 writes it. Keys are sorted by UTF-16 code
 * units; texts and numbers are as JSON.stringify writes them.
 */

import { compareCodeUnits } from '../model/names.ts'

export type Json = string | number | boolean | null | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}

export function writeCanonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(writeCanonicalJson).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const parts = Object.entries(value)
    .sort(([a], [b]) => compareCodeUnits(a, b))
    .map(([key, each]) => `${JSON.stringify(key)}:${writeCanonicalJson(each)}`)
  return `{${parts.join(',')}}`
}

/** Neither a list nor null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** As a set: the order of a list in a policy has no meaning. */
export function sortCanonically(values: readonly Json[]): readonly Json[] {
  const texts = values.map((value) => ({ value, text: writeCanonicalJson(value) }))
  return texts.sort((a, b) => compareCodeUnits(a.text, b.text)).map(({ value }) => value)
}
