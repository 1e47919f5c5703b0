/** Words to copy into a POSIX shell, which gives a meaning to many characters outside quotes. */
import { encodeCharacter } from '../model/address.ts'
import { reveal } from '../model/visible.ts'

export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./#-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * What contains an address. Characters that nobody sees are encoded, as an address may have them, and
 * `##[`, which the log of a CI job must not have.
 */
export function quoteAddress(text: string): string {
  return quoteForShell(reveal(text, encodeCharacter).replaceAll('##[', '%23%23['))
}
