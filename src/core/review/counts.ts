/**
 * Compares how many things the manifest of a review says that the server listed with how many the
 * snapshot has. Reads no files.
 */
import type { Snapshot } from '../model/snapshot.ts'
import type { Disorder } from './moments.ts'
import type { ManifestContent } from './record.ts'

/** Empty if the numbers agree. */
export function findMiscounts(
  { record, people }: ManifestContent,
  { account, agents, groups, customRoles }: Snapshot,
): readonly Disorder[] {
  const found: Disorder[] = []
  if (people !== agents.length) {
    const problem = `is ${people}, but snapshot.json has ${agents.length} people`
    found.push({ place: 'summary.people', problem })
  }
  const numbers = new Map([
    ['agents', agents.length],
    ...[...new Set(groups.map(({ of }) => of))].map(
      (of) => [of.section, groups.filter((each) => each.of === of).length] as const,
    ),
    ...(customRoles.kind === 'read' ? [['custom_roles', customRoles.roles.length] as const] : []),
  ])
  for (const [list, number] of numbers) {
    const end = `/api/v1/accounts/${account.id}/${list}`
    const index = record.requests.findLastIndex(
      ({ path, status }) => status === 200 && path.endsWith(end),
    )
    const items = record.requests[index]?.items ?? number
    if (items === number) continue
    const problem = `is ${items}, but snapshot.json has ${number} of ${list}`
    found.push({ place: `requests[${index}].items`, problem })
  }
  return found
}
