/**
 * How people and named things are compared: the normal forms of e-mail addresses and names, and the
 * order of texts. A normal form only finds things that are the same; what is shown is the text as
 * the policy or the server has it.
 */
import { decodePunycode } from './punycode.ts'

/** Letter by letter, as the server does it: JavaScript turns a final Σ into ς, Ruby into σ. */
function lowerCase(text: string): string {
  return text.includes('Σ')
    ? Array.from(text, (letter) => letter.toLowerCase()).join('')
    : text.toLowerCase()
}

/** Some letters are composed differently once they are lower-cased, so that is done last. */
export function foldName(text: string): string {
  return lowerCase(text.normalize('NFC')).normalize('NFC')
}

const OUTER_SPACE = /^[\t-\r ]+|[\t-\r ]+$/g

/** An address as Chatwoot stores it, and as it is shown: trimmed, lower-cased. */
export function spellEmail(text: string): string {
  return lowerCase(text.replace(OUTER_SPACE, ''))
}

const ASCII = /^[!-~]*$/

/** The same for two addresses of one person: NFC and NFD, punycode and Unicode of one domain. */
export function normaliseEmail(text: string): string {
  const spelled = lowerCase(text.trim())
  if (ASCII.test(spelled) && !spelled.includes('xn--')) return spelled
  const normal = foldName(spelled).trim()
  const domain = normal.lastIndexOf('@') + 1
  return domain === 0 ? normal : normal.slice(0, domain) + toUnicode(normal.slice(domain))
}

/** What follows the last @ of an address, in the form in which domains are compared. */
export function normaliseDomain(text: string): string {
  return toUnicode(foldName(text.trim()))
}

/** Unicode, not punycode, so that a pattern can contain a part of a label. */
function toUnicode(domain: string): string {
  return domain.includes('xn--') ? domain.split('.').map(labelToUnicode).join('.') : domain
}

/** Only if the label decodes to exactly this text: otherwise it is another domain. */
function labelToUnicode(label: string): string {
  const decoded = label.startsWith('xn--') ? decodePunycode(label.slice(4)) : null
  return decoded !== null && foldName(decoded).trim() === decoded ? decoded : label
}

const LABEL = /(?<![^@.*?])xn--[a-z0-9-]+(?![^./])/g

/** The fixed parts of a pattern in the form in which addresses are compared. */
export function normalisePattern(pattern: string): string {
  const normal = foldName(pattern)
  const domain = normal.lastIndexOf('@') + 1
  return normal.slice(0, domain) + normal.slice(domain).replace(LABEL, labelToUnicode)
}

/** As a policy's team is shown and addressed. The server lower-cases a final Σ to σ, JavaScript to ς. */
export function spellTeamName(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the server removes control characters
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g

/** As Chatwoot 4.16 and later store it; older versions only lower-case it. */
export function normaliseTeamName(text: string): string {
  return spellTeamName(text.replace(CONTROL, '').replace(/^ +| +$/g, ''))
}

/** A name that Chatwoot stores as it was entered: of custom roles. */
export function spellName(text: string): string {
  return text.trim()
}

/** What follows the last @; the whole text if there is none. */
export function getDomain(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1)
}

/** Order by UTF-16 code units: the same everywhere, whatever the locale. */
export function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
