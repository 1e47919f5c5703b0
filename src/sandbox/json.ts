/** JSON as a Rails server writes it: characters that could end a script or a line are escaped. */

/** Keeps the order of keys, and writes `<`, `>`, `&`, U+2028 and U+2029 as `\u` escapes. */
export function writeRailsJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
