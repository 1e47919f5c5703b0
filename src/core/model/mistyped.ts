/**
 * Addresses and domains that nobody can have: characters that are pasted with an address from an
 * e-mail, a browser or a spreadsheet. Says what was probably meant; an apostrophe is part of a name.
 */

// No real one is longer, and checking a text of megabytes again and again would be slow.
const LONGEST = 1_000

const PAIRS = [
  '""',
  '“”',
  '„“',
  '„”',
  '‟”',
  '‘’',
  '‚‘',
  '«»',
  '»«',
  '‹›',
  '<>',
  '()',
  '[]',
  '{}',
  '``',
]
const DOMAIN_FAULT = /[/\\,;:<>(){}[\]"“”„«»‹›`]|^\.|\.\.|\.$/
/** Matches almost every address: those that need no closer look. */
const PLAIN = /^[a-z0-9_+-][a-z0-9_.+-]*@[a-z0-9-]+(\.[a-z0-9-]+)*$/i
const OPENED = /^["“”„«‹<](?=[^"“”„«»‹›<>@]+@)/

export function isDomain(text: string): boolean {
  return text.length > LONGEST || !DOMAIN_FAULT.test(text)
}

/** Whether somebody can have it. Does not check its encoding. */
export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text) && correctEmail(text) === text
}

/** For a text that is not a domain. */
export function correctDomain(text: string): string {
  return text
    .slice(0, LONGEST)
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\/|^mailto:/i, '')
    .replace(/^.*@/, '')
    .replace(/^[/\\,;.:<>(){}[\]"“”„«»‹›`]+/, '')
    .replace(/^([^.,;]+)[,;]([a-z]+)$/i, '$1.$2')
    .replace(/[/\\?#:,;<>(){}[\]"“”„«»‹›`].*$/, '')
    .replace(/\.+$/, '')
    .replace(/\.{2,}/g, '.')
}

/** If nothing is wrong with the text, the same text without the spaces around it. */
export function correctEmail(text: string): string {
  let given = text.trim()
  if (given.length > LONGEST || PLAIN.test(given)) return given
  given = /<([^<>\s@]+@[^<>\s@]+)>/.exec(given)?.[1] ?? given
  for (let before = ''; before !== given; ) {
    before = given
    given = unwrapEmail(given.replace(/^mailto:/i, '').replace(/^[,;.]+|[,;.]+$/g, ''))
    given = given.replace(OPENED, '')
  }
  const at = given.lastIndexOf('@') + 1
  const domain = given.slice(at)
  // An address at a host, such as ada@[10.0.0.1].
  if (at === 0 || isDomain(domain) || /^\[[^[\]]+\]$/.test(domain)) return given
  return given.slice(0, at) + correctDomain(domain)
}

function unwrapEmail(text: string): string {
  const ends = text.charAt(0) + text.slice(-1)
  return text.length > 2 && PAIRS.includes(ends) ? text.slice(1, -1).trim() : text
}
