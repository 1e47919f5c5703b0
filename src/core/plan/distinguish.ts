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
    [
      ...(policy.agents?.entries.keys() ?? []),
      ...listed.flatMap(({ members }) => [...members.keys()]),
      ...agents.keys(),
    ],
    [...listed, ...groups.values(), ...listCustomRoles(policy), ...customRoles.values()].map(
      ({ subject }) => subject,
    ),
  )
  const address = findResemblances(findings.map((each) => each.address))
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
  people: Iterable<string>,
  named: Iterable<NamedSubject>,
): (subject: Subject) => readonly string[] {
  const person = findResemblances(people)
  const kinds = new Map(
    [...groupBy(named, getKind)].map(([kind, same]) => [
      kind,
      findResemblances(same.map(({ name }) => name)),
    ]),
  )
  return (subject) => {
    const own = findNamed(subject)
    return [
      'email' in subject ? person(subject.email) : null,
      own && (kinds.get(getKind(own))?.(own.name) ?? null),
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
