/**
 * People, teams and waivers that a reader would take for others: says what tells them apart.
 * Decides nothing about what is found.
 */

import { resemblances } from '../messages/alike.ts'
import type { Finding } from '../messages/finding.ts'
import type { Subject } from '../model/address.ts'
import type { Policy } from '../model/policy.ts'
import type { State } from '../model/state.ts'

/** The same findings, with what tells them apart from what the policy or the account has besides. */
export function distinguished(
  findings: readonly Finding[],
  policy: Policy,
  { agents, teams }: State,
): readonly Finding[] {
  const listed = [...(policy.teams?.entries.values() ?? [])]
  const notes = lookAlikes(
    findings.map(({ subject }) => subject),
    [
      ...(policy.agents?.entries.keys() ?? []),
      ...listed.flatMap(({ members }) => [...members.keys()]),
      ...agents.keys(),
    ],
    [...listed.map(({ name }) => name), ...teams.keys()],
  )
  const waived = findings.flatMap((finding) => waivedBy(finding, policy))
  const address = resemblances(
    waived,
    findings.map((each) => each.address),
  )
  return findings.map((finding) => {
    const own = [
      finding.difference,
      ...notes(finding.subject),
      ...waivedBy(finding, policy).map(address),
    ].filter((note) => note !== null)
    return own.length === 0 ? finding : { ...finding, difference: own.join('; ') }
  })
}

/** What a waiver that accepts nothing names. */
function waivedBy({ code, subject }: Finding, { waivers }: Policy): readonly string[] {
  if (code !== 'waiver-unused' || subject.kind !== 'waiver') return []
  return waivers.slice(subject.number - 1, subject.number).map(({ address }) => address)
}

/** For each of the subjects, whom and what of the known ones a reader would take it for. */
export function lookAlikes(
  subjects: readonly Subject[],
  people: Iterable<string>,
  teams: Iterable<string>,
): (subject: Subject) => readonly string[] {
  const person = resemblances(
    subjects.flatMap((each) => ('email' in each ? [each.email] : [])),
    people,
  )
  const team = resemblances(
    subjects.flatMap((each) => ('team' in each ? [each.team] : [])),
    teams,
  )
  return (subject) =>
    [
      'email' in subject ? person(subject.email) : null,
      'team' in subject ? team(subject.team) : null,
    ].filter((note) => note !== null)
}
