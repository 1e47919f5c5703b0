/**
 * Waivers: which findings a policy accepts until a day, and what there is to say of the waivers
 * themselves. A waiver changes whether a finding counts, never whether it is shown.
 */
import { endsSoon, isOver } from './dates.ts'
import { type Finding, isOpen } from './finding.ts'
import { normaliseTeamName } from './names.ts'
import { isPattern, matches } from './pattern.ts'
import { finding } from './phrase.ts'
import type { Policy, PolicyWaiver } from './policy.ts'

export interface Waived {
  /** All of them, in their order. */
  readonly findings: readonly Finding[]
  /** Findings about waivers. */
  readonly own: readonly Finding[]
}

export function waive(all: readonly Finding[], { waivers, rules }: Policy, today: string): Waived {
  const candidates = byCode(all.filter(isOpen))
  const covers = waivers.map((waiver) => reached(waiver, candidates))
  const accepting = new Map<string, PolicyWaiver>()
  for (const [index, waiver] of waivers.entries()) {
    if (isOver(waiver.expires.value, today)) continue
    for (const { id } of covers[index] ?? []) {
      const known = accepting.get(id)
      // Of several, the one that lasts longest says until when.
      if (known === undefined || known.expires.value < waiver.expires.value) {
        accepting.set(id, waiver)
      }
    }
  }
  const own = waivers.flatMap((waiver, index): readonly Finding[] => {
    const subject = { kind: 'waiver', number: index + 1 } as const
    const { expires, location } = waiver
    const about = `${waiver.finding} at ${waiver.address}`
    const found = covers[index] ?? []
    if (isOver(expires.value, today)) {
      const open = found.filter(({ id }) => !accepting.has(id)).length
      return open > 0
        ? [finding('waiver-expired', subject, location, `${about}: ended after ${expires.value}`)]
        : [finding('waiver-unused', subject, location, `${about}: ended, and accepts nothing`)]
    }
    if (found.length === 0) {
      return [finding('waiver-unused', subject, location, `${about}: accepts nothing`)]
    }
    if (!endsSoon(expires.value, today, rules.expiresSoonDays)) return []
    const summary = `${about}: ends after ${expires.value}`
    return [finding('waiver-expires-soon', subject, location, summary)]
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

type Candidates = ReadonlyMap<string, ReadonlyMap<string, Finding>>

/** What is critical is reached by its exact address only. */
function reached({ finding: code, address }: PolicyWaiver, all: Candidates): readonly Finding[] {
  const same = all.get(code)
  if (same === undefined) return []
  if (!isPattern(address)) {
    const found = same.get(normaliseTeamName(address))
    return found === undefined ? [] : [found]
  }
  return [...same.values()].filter(
    (each) => each.risk !== 'critical' && matches(address, each.address),
  )
}

/** By code, then by address as it is compared. */
function byCode(findings: readonly Finding[]): Candidates {
  const by = new Map<string, Map<string, Finding>>()
  for (const each of findings) {
    const known = by.get(each.code) ?? new Map<string, Finding>()
    by.set(each.code, known.set(normaliseTeamName(each.address), each))
  }
  return by
}
