/**
 * What stays around a value where nobody takes it off: `docker --env-file` keeps quotes, and a
 * copied line begins with the name of its variable. Pure; never repeats the value, which may be a
 * secret.
 */

export interface Leftover {
  /** The rest of a sentence that begins with the name of the value. */
  readonly flaw: string
  readonly advice: string
}

const QUOTE = /^["'`“”„‘’]|["'`“”„‘’]$/
/** A token may end in `=`, so something has to follow. */
const ASSIGNMENT = /^(?:export\s+)?[a-z_]\w*\s*=+\s*[^\s=]/i

/** @param value without spaces around it. Null: nothing is left. */
export function findLeftover(value: string): Leftover | null {
  if (QUOTE.test(value)) {
    return {
      flaw: 'begins or ends with a quotation mark',
      advice: 'Remove the quotes around it: `docker --env-file`, for example, keeps them.',
    }
  }
  if (ASSIGNMENT.test(value)) {
    return {
      flaw: 'begins with a name and an equals sign',
      advice: 'Give only what follows the equals sign.',
    }
  }
  return null
}
