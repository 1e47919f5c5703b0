/** Finds the finding that somebody names: by its address, with or without its code, or by e-mail. */
import { askIfMeant } from '../messages/alike.ts'
import { type Finding, isOpen } from '../messages/finding.ts'
import { type FindingCode, isFindingCode } from '../messages/finding-records.ts'
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
    const [code, name] = splitName(text)
    // An e-mail address means a person.
    const person = name.includes('@')
      ? formatAddress({ kind: 'agent', email: spellEmail(name) })
      : name
    const known = find(name) ?? findDecoded(name) ?? find(person)
    return { code, address: known ?? (name.includes('/') ? name : person) }
  }
}

/** The code, or null if the text does not begin with one, and the rest. */
export function splitName(text: string): readonly [FindingCode | null, string] {
  const [, code = '', rest = ''] = /^([a-z-]+):(.+)$/s.exec(text) ?? []
  return isFindingCode(code) ? [code, rest] : [null, text]
}

export function isNamed({ code, address }: FindingName, finding: Finding): boolean {
  return finding.address === address && (code === null || finding.code === code)
}

/**
 * `Did you mean …? ` for a finding that does not exist. Empty if no open finding is about the same thing
 * or person, looks similar or contains the text.
 */
export function suggestFinding(
  named: FindingName,
  findings: readonly Finding[],
  findNearest: (text: string, known: readonly string[]) => string | null,
): string {
  const open = findings.filter(isOpen)
  const related = open.filter(
    ({ address, subject }) =>
      address === named.address ||
      ('email' in subject &&
        formatAddress({ kind: 'agent', email: subject.email }) === named.address),
  )
  const ids = related.slice(0, MOST_RELATED).map(({ id }) => id)
  if (ids.length > 0) return `Did you mean ${ids.join(' or ')}? `
  const known = [...open.map(({ address }) => address), ...open.map(({ id }) => id)]
  const text = showNamed(named)
  const part = text.toLowerCase()
  const meant = findNearest(text, known) ?? known.find((each) => each.toLowerCase().includes(part))
  return meant === undefined ? '' : `${askIfMeant(text, [meant])} `
}

const MOST_RELATED = 3

export function showNamed({ code, address }: FindingName): string {
  return code === null ? address : `${code}:${address}`
}
