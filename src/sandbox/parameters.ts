/** Reads the parameters of a request as Rails does: wrapping, and loose casts. Knows no route. */

export type Parameters = Readonly<Record<string, unknown>>

/** Null: malformed. A body that is not JSON, or not an object, has no parameters. */
export function parseParameters(text: string, contentType: string | undefined): Parameters | null {
  if (text.trim() === '' || !contentType?.includes('json')) return {}
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Parameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The parameters below a root key, or at the top level without it. Null: there are none.
 * @param attributes the only ones that are taken from the top level; null: all
 */
export function getRoot(
  parameters: Parameters,
  root: string,
  attributes: readonly string[] | null,
): Parameters | null {
  const below = parameters[root]
  const found = Object.hasOwn(parameters, root)
    ? isObject(below)
      ? below
      : {}
    : Object.fromEntries(
        Object.entries(parameters).filter(([key]) => attributes?.includes(key) ?? true),
      )
  return Object.keys(found).length === 0 ? null : found
}

/** Undefined: not sent, or a list or an object, which are dropped. */
export function castText(value: unknown): string | null | undefined {
  if (value === null) return null
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined
}

export function castBoolean(value: unknown): boolean | undefined {
  const text = castText(value)
  if (text === undefined || text === null || text === '') return undefined
  return !['false', 'f', '0', 'off', 'FALSE', 'F', 'OFF'].includes(text)
}

/**
 * A name of an enumeration or its number; null: the empty text; undefined: not sent.
 * `invalid` makes the server fail.
 */
export function castEnum<Name extends string>(
  value: unknown,
  names: readonly Name[],
): Name | null | undefined | 'invalid' {
  if (castText(value) === undefined || value === null) return undefined
  if (value === '') return null
  return names.find((name, number) => value === name || value === number) ?? 'invalid'
}

/** As a column of ids stores it; `invalid` is too large and makes the server fail. */
export function castId(value: unknown): number | null | 'invalid' {
  const text = castText(value)
  if (text === undefined || text === null || text === '') return null
  if (typeof value === 'boolean') return Number(value)
  const id = typeof value === 'number' ? Math.trunc(value) : Number.parseInt(text, 10) || 0
  return Math.abs(id) >= 2 ** 63 ? 'invalid' : id
}

/** A list of ids as sent; null: no list, or one of lists or objects: the server fails. */
export function readIdList(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) && value.every((id) => castText(id) !== undefined) ? value : null
}

/** Ruby's `to_i`: leading digits count, anything else is 0. */
export function readInteger(value: unknown): number {
  return Number.parseInt(String(value), 10) || 0
}
