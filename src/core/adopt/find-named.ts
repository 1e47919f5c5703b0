/** Finds the finding that somebody names: by its address, with or without its code, or by e-mail. */
import type { Finding } from '../messages/finding.ts'
import { isFindingCode } from '../messages/finding-records.ts'
import { decodeAddress, formatAddress, normaliseAddress } from '../model/address.ts'
import { makeFinder } from '../model/identity.ts'
import { spellEmail } from '../model/names.ts'

/** What a user wrote: `CODE:ADDRESS`, `ADDRESS` or an e-mail address. */
export interface FindingName {
  /** Null: any. */
  readonly code: string | null
  /** Spelled as in the finding, if there is one. */
  readonly address: string
}

/** In any spelling, also with a slash that reports show as `%2F`. */
export function makeNameReader(findings: readonly Finding[]): (text: string) => FindingName {
  const known = new Set(findings.map(({ address }) => address))
  const find = makeFinder(known, (address) => address, normaliseAddress)
  const findDecoded = makeFinder(known, decodeAddress, (address) => address.toLowerCase())
  return (text) => {
    const [, prefix = '', rest = ''] = /^([a-z-]+):(.+)$/s.exec(text) ?? []
    const [code, name] = isFindingCode(prefix) ? [prefix, rest] : [null, text]
    // An e-mail address means a person.
    const person = name.includes('@')
      ? formatAddress({ kind: 'agent', email: spellEmail(name) })
      : name
    const known = find(name) ?? findDecoded(name) ?? find(person)
    return { code, address: known ?? (name.includes('/') ? name : person) }
  }
}

export function isNamed({ code, address }: FindingName, finding: Finding): boolean {
  return finding.address === address && (code === null || finding.code === code)
}

/** `Did you mean CODE:ADDRESS? ` of open findings about the same thing or person; else empty. */
export function suggestRelated({ address }: FindingName, findings: readonly Finding[]): string {
  const related = findings.filter(
    ({ disposition, address: own, subject }) =>
      disposition === 'open' &&
      (own === address ||
        ('email' in subject && formatAddress({ kind: 'agent', email: subject.email }) === address)),
  )
  const ids = related.slice(0, MOST_RELATED).map(({ id }) => id)
  return ids.length === 0 ? '' : `Did you mean ${ids.join(' or ')}? `
}

const MOST_RELATED = 3

export function showNamed({ code, address }: FindingName): string {
  return code === null ? address : `${code}:${address}`
}
