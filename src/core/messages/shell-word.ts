/** Words to copy into a POSIX shell, which gives a meaning to many characters outside quotes. */
import { encodeCharacter } from '../model/address.ts'
import { hideMarks, reveal } from '../model/visible.ts'

export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./#-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * What contains an address. Characters that nobody sees are encoded, as an address may have them, and
 * what begins a command in the log of a CI job.
 */
export function quoteAddress(text: string): string {
  return quoteForShell(hideMarks(reveal(text, encodeCharacter), '%23%23'))
}
