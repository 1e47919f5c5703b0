/**
 * Whether a reviewer is the person under review, also under another spelling of the address. Compares
 * addresses only: nobody can see that two different ones belong to one person.
 */
import { normaliseLooks } from '../messages/alike.ts'
import { normaliseEmail } from '../model/names.ts'

/**
 * Gives the same text for two addresses of one mailbox, or two that look like one to a reader: removes a
 * `+tag`, quotes, accents and a dot at the end, and replaces look-alike letters with plain ones.
 */
export function simplifyAddress(email: string): string {
  const plain = normaliseEmail(email).normalize('NFKD').replace(/\p{M}/gu, '')
  return normaliseLooks(plain)
    .toLowerCase()
    .replace(/["\s]|\.+$|\+.*(?=@)/g, '')
}

export type OwnDecision = 'no' | 'same' | 'variant'

/** Whether the reviewer is the person that the decision is about. */
export function judgeOwnDecision(reviewer: string, email: string): OwnDecision {
  if (normaliseEmail(reviewer) === normaliseEmail(email)) return 'same'
  return simplifyAddress(reviewer) === simplifyAddress(email) ? 'variant' : 'no'
}
