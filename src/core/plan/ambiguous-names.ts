/**
 * Names in a policy that several things on the account share. Whichever was meant: guessing could give a
 * false verdict.
 */
import { type LocatedDiagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { groupBy } from '../model/collect.ts'
import { listIds } from '../model/custom-role.ts'
import { isOver } from '../model/dates.ts'
import { listAgents, listCustomRoles, listGroups, type Policy } from '../model/policy.ts'
import type { Snapshot } from '../model/snapshot.ts'

export function findAmbiguousNames(
  policy: Policy,
  { customRoles, groups }: Snapshot,
  today: string,
): readonly LocatedDiagnostic[] {
  const roles = { code: 'policy-ambiguous-custom-role', plural: 'custom roles' } as const
  const rolesOfPeople = listAgents(policy).flatMap(({ email, customRole, expires }) => {
    if (customRole === null || !('name' in customRole.value) || isOver(expires, today)) return []
    const { value, location } = customRole
    const ids = listIds(value.name, customRoles)
    return { ...roles, name: value.name, ids, location, which: `${email} should have` }
  })
  const listedRoles = listCustomRoles(policy).map(({ subject: { name, id }, location }) => {
    const ids = id === null ? listIds(name, customRoles) : []
    return { ...roles, name, ids, location, ...LISTED }
  })
  const sharing = groupBy(groups, ({ of, name }) => `${of.section} ${of.normalise(name)}`)
  const listedGroups = listGroups(policy).flatMap(({ subject: { of, name, id }, location }) => {
    if (of.repeats === null || id !== null) return []
    const same = sharing.get(`${of.section} ${of.normalise(name)}`) ?? []
    const ids = same.map((each) => each.id).sort((a, b) => a - b)
    return { code: of.repeats, plural: of.plural, name, ids, location, ...LISTED }
  })
  return [...rolesOfPeople, ...listedRoles, ...listedGroups]
    .filter(({ ids }) => ids.length > 1)
    .map(({ plural, name, ids, which, ...rest }) =>
      makeDiagnostic({
        summary: `The account has ${ids.length} ${plural} named "${name}". It is not clear which one ${which}.`,
        detail: `Their ids are ${ids.join(', ')}.`,
        ...rest,
      }),
    )
}

const LISTED = {
  which: 'the policy means',
  advice: 'Write the id of each, `id: …`, or rename one of them.',
} as const
