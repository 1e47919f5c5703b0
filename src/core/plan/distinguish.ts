/**
 * Explains the difference between people, groups and waivers that look alike to a reader. Does not
 * change what is found.
 */

import { findResemblances } from '../messages/alike.ts'
import type { Finding } from '../messages/finding.ts'
import { type GroupSubject, groupOf, type Subject } from '../model/address.ts'
import { groupBy } from '../model/collect.ts'
import { listGroups, type Policy } from '../model/policy.ts'
import type { State } from '../model/state.ts'

/** The same findings, each with its difference from similar names in the policy or on the account. */
export function distinguishTexts(
  findings: readonly Finding[],
  policy: Policy,
  { agents, groups }: State,
): readonly Finding[] {
  const listed = listGroups(policy)
  const notes = findLookAlikes(
    findings.map(({ subject }) => subject),
    [
      ...(policy.agents?.entries.keys() ?? []),
      ...listed.flatMap(({ members }) => [...members.keys()]),
      ...agents.keys(),
    ],
    [...listed, ...groups.values()].map(({ subject }) => subject),
  )
  const waived = findings.flatMap((finding) => findWaiver(finding, policy))
  const address = findResemblances(
    waived,
    findings.map((each) => each.address),
  )
  return findings.map((finding) => {
    const own = [
      finding.difference,
      ...notes(finding.subject),
      ...findWaiver(finding, policy).map(address),
    ].filter((note) => note !== null)
    return own.length === 0 ? finding : { ...finding, difference: own.join('; ') }
  })
}

/** The subject that an unused waiver names. */
function findWaiver({ code, subject }: Finding, { waivers }: Policy): readonly string[] {
  if (code !== 'waiver-unused' || subject.kind !== 'waiver') return []
  return waivers.slice(subject.number - 1, subject.number).map(({ address }) => address)
}

/** For each subject, the known ones that a reader could confuse it with. */
export function findLookAlikes(
  subjects: readonly Subject[],
  people: Iterable<string>,
  groups: Iterable<GroupSubject>,
): (subject: Subject) => readonly string[] {
  const person = findResemblances(
    subjects.flatMap((each) => ('email' in each ? [each.email] : [])),
    people,
  )
  const known = [...groups]
  const asked = groupBy(
    subjects.flatMap((each) => groupOf(each) ?? []),
    ({ of }) => of,
  )
  const names = (of: readonly GroupSubject[]) => of.map(({ name }) => name)
  const group = new Map(
    [...asked].map(([of, same]) => [
      of,
      findResemblances(names(same), names(known.filter((each) => each.of === of))),
    ]),
  )
  return (subject) => {
    const own = groupOf(subject)
    return [
      'email' in subject ? person(subject.email) : null,
      own && (group.get(own.of)?.(own.name) ?? null),
    ].filter((note) => note !== null)
  }
}
