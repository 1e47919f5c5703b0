/**
 * Applies waivers: which findings a policy accepts until a day, and the findings about the waivers
 * themselves. A waiver changes whether a finding counts, never whether it is shown.
 */

import { type Finding, isOpen } from '../messages/finding.ts'
import type { FindingCode } from '../messages/finding-records.ts'
import { makeFinding } from '../messages/phrase.ts'
import { findGroupOf, formatAddress, normaliseAddress } from '../model/address.ts'
import { groupBy } from '../model/collect.ts'
import { endsSoon, isOver } from '../model/dates.ts'
import type { Recognised } from '../model/identity.ts'
import { isPattern, matches } from '../model/pattern.ts'
import type { Policy, PolicyWaiver } from '../model/policy.ts'

type Ambiguous = Pick<Recognised, 'people' | 'groups'>

/**
 * All findings, in their order, and those about the waivers themselves (`own`).
 * @param unjudged codes that this run cannot find: their waivers may still accept something
 */
export function waive(
  all: readonly Finding[],
  { waivers, rules, groups }: Policy,
  ambiguous: Ambiguous,
  today: string,
  unjudged: ReadonlySet<string>,
) {
  const kinds = groups.map(({ of }) => of)
  const normalise = (address: string) => normaliseAddress(address, kinds)
  const codes = new Set(waivers.map((waiver) => waiver.finding))
  const open = all.filter((each) => isOpen(each) && codes.has(each.code))
  const candidates = {
    byCode: groupBy(open, ({ code }) => code),
    byPlace: groupBy(open, ({ code, address }) => `${code} ${normalise(address)}`),
  }
  const covered = waivers.map((waiver, index) => ({
    waiver,
    number: index + 1,
    over: isOver(waiver.expires.value, today),
    found: findCovered(waiver, candidates, ambiguous, normalise),
  }))
  const accepting = new Map<string, PolicyWaiver>()
  for (const { waiver, found } of covered.filter(({ over }) => !over)) {
    for (const { id } of found) {
      const known = accepting.get(id)
      // If several fit, the one that lasts longest decides the date.
      if (known === undefined || known.expires.value < waiver.expires.value) {
        accepting.set(id, waiver)
      }
    }
  }
  const own = covered.flatMap(({ waiver, number, over, found }): readonly Finding[] => {
    const { expires, location } = waiver
    const say = (code: FindingCode, what: string) => [
      makeFinding(
        code,
        { kind: 'waiver', number },
        location,
        `${waiver.finding} at ${waiver.address}: ${what}`,
      ),
    ]
    if (over && found.some(({ id }) => !accepting.has(id))) {
      return say('waiver-expired', `ended after ${expires.value}`)
    }
    if (unjudged.has(waiver.finding)) return []
    if (over) return say('waiver-unused', 'ended and accepts nothing')
    if (found.length === 0) return say('waiver-unused', 'accepts nothing')
    if (!endsSoon(expires.value, today, rules.expiresSoonDays)) return []
    return say('waiver-expires-soon', `ends after ${expires.value}`)
  })
  const findings = all.map((each): Finding => {
    const by = accepting.get(each.id)
    if (by === undefined) return each
    const { reason, owner, expires, location } = by
    const waiver = { reason, owner, expires: expires.value, location }
    return { ...each, disposition: 'waived', waiver }
  })
  return { findings, own }
}

type Normalise = (address: string) => string

/** `byPlace`: by code and address, in the spelling in which addresses are compared. */
type Candidates = Readonly<Record<'byCode' | 'byPlace', ReadonlyMap<string, readonly Finding[]>>>

/** Only its exact address waives a critical finding. */
function findCovered(
  { finding: code, address }: PolicyWaiver,
  { byCode, byPlace }: Candidates,
  ambiguous: Ambiguous,
  normalise: Normalise,
): readonly Finding[] {
  if (isPattern(address)) {
    return (byCode.get(code) ?? []).filter(
      (each) => each.risk !== 'critical' && matches(address, each.address, normalise),
    )
  }
  return (byPlace.get(`${code} ${normalise(address)}`) ?? []).filter(
    (each) =>
      // If addresses differ only in spelling, the waiver counts only for the one that it spells exactly.
      each.address.toLowerCase() === address.toLowerCase() || !isAmbiguous(each, ambiguous),
  )
}

function isAmbiguous({ subject }: Finding, { people, groups }: Ambiguous): boolean {
  const group = findGroupOf(subject)
  return (
    ('email' in subject && people.has(subject.email)) ||
    (group !== null && groups.has(formatAddress(group)))
  )
}
