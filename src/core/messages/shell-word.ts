/** Words to copy into a POSIX shell, which gives a meaning to many characters outside quotes. */
import { encodeCharacter } from '../model/address.ts'
import { hideMarks, reveal } from '../model/visible.ts'

export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./#-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/**
 * A word that contains an address. Encodes what an address may have and a log must not: characters that
 * nobody sees, and what begins a command of a CI job.
 */
export function quoteAddress(text: string): string {
  return quoteForShell(hideMarks(reveal(text, encodeCharacter), '%23%23'))
}
