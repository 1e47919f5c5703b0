/** Takes one field of a body that may be anything. Does not take the rest, because it may be secret. */

/** Undefined: the body is not a record, or has no such field of its own. */
export function readField(body: unknown, key: string): unknown {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, key)) return undefined
  return Reflect.get(body, key)
}
