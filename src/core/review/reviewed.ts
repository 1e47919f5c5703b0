/**
 * Who is reviewed: everybody who has access, so also members of groups who are not on the account. And
 * which open findings are about none of these people.
 */
import { type Finding, isOpen } from '../messages/finding.ts'
import { makeFinder } from '../model/identity.ts'
import { normaliseEmail } from '../model/names.ts'
import type { Role } from '../model/role.ts'
import type { SnapshotAgent } from '../model/snapshot.ts'
import type { JudgedAccount } from '../report/report.ts'
import { simplifyAddress } from './one-mailbox.ts'

export interface ReviewedPerson {
  /** As the server has it; `#77` for a hidden member, whose user id is all that is known. */
  readonly email: string
  readonly id: number
  /** Of a hidden member: as in the audit log. Empty if the log has no name. */
  readonly name: string
  /** Null: a hidden member, who is not on the account. */
  readonly role: Role | null
}

/**
 * The names of hidden members in the audit log, without a name that is the address of somebody else on
 * the account now.
 */
export function listHiddenNames(people: readonly ReviewedPerson[]): ReadonlyMap<string, string> {
  const find = makeFinder(people, ({ email }) => email, normaliseEmail)
  return new Map(
    people.flatMap(({ email, name, role }) =>
      role === null && name !== '' && find(name) === undefined ? [[email, name] as const] : [],
    ),
  )
}

/** Returns the address that a person had at the review, or the given one. */
export type IdentifyReviewer = (email: string) => string

/**
 * Recognises people who have another address in the later snapshot, by their user ids. An address of
 * the review stays that of the person who had it there.
 */
export function identifyRenamed(
  people: readonly ReviewedPerson[],
  later: { readonly agents: readonly Pick<SnapshotAgent, 'id' | 'email'>[] } | null,
): IdentifyReviewer {
  const names = listHiddenNames(people)
  const had = new Map(people.map(({ id, email }) => [id, names.get(email) ?? email]))
  const renamed = new Map(
    later?.agents.flatMap(({ id, email }) => {
      const before = had.get(id)
      return before === undefined ? [] : [[simplifyAddress(email), before] as const]
    }),
  )
  for (const email of had.values()) renamed.delete(simplifyAddress(email))
  return (email) => renamed.get(simplifyAddress(email)) ?? email
}

export interface ReviewedAccount {
  /** By e-mail address, hidden members first. */
  readonly people: readonly ReviewedPerson[]
  /** The open ones about each person, by e-mail address: first their own, then those of memberships. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>
  /** The open ones that are about none of these people. */
  readonly others: readonly Finding[]
}

export function listReviewed({ getOutcomes, findings }: JudgedAccount): ReviewedAccount {
  const { people, hidden } = getOutcomes()
  const all = [
    ...hidden.map((each) => ({ ...each, role: null })),
    ...people.flatMap(({ seen, findings: own }) =>
      seen === null ? [] : [{ ...seen, findings: own }],
    ),
  ]
  const covered = new Set(all.flatMap((each) => each.findings.map(({ id }) => id)))
  return {
    people: all.map(({ email, id, name, role }) => ({ email, id, name, role })),
    findings: new Map(all.map((each) => [each.email, each.findings.filter(isOpen)])),
    others: findings.filter((each) => isOpen(each) && !covered.has(each.id)),
  }
}
