/**
 * Explains the difference between people, groups and waivers that look alike to a reader. Does not
 * change what is found.
 */

import { findResemblances } from '../messages/alike.ts'
import type { Finding } from '../messages/finding.ts'
import {
  type CustomRoleSubject,
  findGroupOf,
  type GroupSubject,
  type Subject,
} from '../model/address.ts'
import { groupBy } from '../model/collect.ts'
import { listCustomRoles, listGroups, type Policy } from '../model/policy.ts'
import type { State } from '../model/state.ts'

/** The same findings, each with its difference from similar names in the policy or on the account. */
export function distinguishTexts(
  findings: readonly Finding[],
  policy: Policy,
  { agents, groups, customRoles }: State,
): readonly Finding[] {
  const listed = listGroups(policy)
  const notes = findLookAlikes(
    findings.map(({ subject }) => subject),
    [
      ...(policy.agents?.entries.keys() ?? []),
      ...listed.flatMap(({ members }) => [...members.keys()]),
      ...agents.keys(),
    ],
    [...listed, ...groups.values(), ...listCustomRoles(policy), ...customRoles.values()].map(
      ({ subject }) => subject,
    ),
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
  named: Iterable<NamedSubject>,
): (subject: Subject) => readonly string[] {
  const person = findResemblances(
    subjects.flatMap((each) => ('email' in each ? [each.email] : [])),
    people,
  )
  const known = [...named]
  const asked = groupBy(
    subjects.flatMap((each) => findNamed(each) ?? []),
    getKind,
  )
  const names = (of: readonly NamedSubject[]) => of.map(({ name }) => name)
  const resembling = new Map(
    [...asked].map(([kind, same]) => [
      kind,
      findResemblances(names(same), names(known.filter((each) => getKind(each) === kind))),
    ]),
  )
  return (subject) => {
    const own = findNamed(subject)
    return [
      'email' in subject ? person(subject.email) : null,
      own && (resembling.get(getKind(own))?.(own.name) ?? null),
    ].filter((note) => note !== null)
  }
}

type NamedSubject = GroupSubject | CustomRoleSubject

function findNamed(subject: Subject): NamedSubject | null {
  return subject.kind === 'custom-role' ? subject : findGroupOf(subject)
}

/** Names are compared within one kind only. */
function getKind(named: NamedSubject) {
  return named.kind === 'group' ? named.of : named.kind
}
