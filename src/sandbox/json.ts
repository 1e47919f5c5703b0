/** JSON as a Rails server writes it: what could end a script or a line in a browser is escaped. */

/** Serialises `value`, key order kept, with `<`, `>`, `&`, U+2028 and U+2029 as `\u` escapes. */
export function writeRailsJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
