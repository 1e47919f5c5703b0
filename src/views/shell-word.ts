/** Writes text as one word of a POSIX shell, which gives a meaning to many characters outside quotes. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./#-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
