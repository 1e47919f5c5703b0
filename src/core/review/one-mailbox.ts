/**
 * Whether a reviewer is the person under review, even with another spelling of the address. Compares
 * only addresses: it cannot know that two different ones belong to one person.
 */
import { normaliseLooks } from '../messages/alike.ts'
import { normaliseEmail } from '../model/names.ts'

/** Whether a text is one address, not several, a pattern, a link or a name with an address. */
export function isAddress(text: string): boolean {
  return /^[^\s@<>()[\]\\,;:*]+@[^\s@<>()[\]\\,;:*/"\u3002\uff61]+$/.test(text)
}

/** Gives the same text for two texts that look the same to a reader: plain letters, without accents. */
export function simplifyText(text: string): string {
  return normaliseLooks(text.normalize('NFKD').replace(/\p{M}/gu, '')).toLowerCase()
}

/**
 * Gives the same text for two addresses of one mailbox, or two that look like one to a reader: removes a
 * `+tag`, quotes, accents and a dot at the end, and replaces look-alike letters with plain ones.
 */
export function simplifyAddress(email: string): string {
  // Domain names can have another dot: that of Chinese and Japanese texts.
  const plain = simplifyText(normaliseEmail(email))
    .replaceAll('\u3002', '.')
    .replace(/["\s]|\.+$|\+.*(?=@)/g, '')
  // Google ignores dots before the @, and has two domains for one mailbox.
  const [, local] = /^(.*)@g(?:oogle)?mail\.com$/.exec(plain) ?? []
  return local === undefined ? plain : `${local.replaceAll('.', '')}@gmail.com`
}

export function judgeOwnDecision(reviewer: string, email: string): 'no' | 'same' | 'variant' {
  if (normaliseEmail(reviewer) === normaliseEmail(email)) return 'same'
  return simplifyAddress(reviewer) === simplifyAddress(email) ? 'variant' : 'no'
}
