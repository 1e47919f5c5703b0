/**
 * Whether the parts of a review are about the same account and the same things: what no file shows
 * twice, and so is not found by writing the files again. Reads no files.
 */
import { groupBy } from '../model/collect.ts'
import type { Policy } from '../model/policy.ts'
import type { Snapshot } from '../model/snapshot.ts'
import type { Disorder } from './moments.ts'
import type { ManifestContent } from './record.ts'

/** What is wrong with the policy, as a clause after its name. Null: it is for the account that was read. */
export function findForeignPolicy(
  policy: Pick<Policy, 'account' | 'server'>,
  { account, server }: Pick<Snapshot, 'account' | 'server'>,
): string | null {
  if (policy.account !== null && policy.account.value !== account.id) {
    return `is for account ${policy.account.value}, but snapshot.json is of account ${account.id}`
  }
  if (policy.server !== null && policy.server.value !== server) {
    return `is for ${policy.server.value}, but snapshot.json is of ${server}`
  }
  return null
}

/**
 * Empty if the manifest counts what the snapshot has.
 * @param getPath where the server has a list, by its key in coverage
 */
export function findMiscounts(
  { record, people }: ManifestContent,
  { agents, groups, customRoles }: Snapshot,
  getPath: (list: string) => string,
): readonly Disorder[] {
  const found: Disorder[] = []
  if (people !== agents.length) {
    const problem = `is ${people}, but snapshot.json has ${agents.length} people`
    found.push({ place: 'summary.people', problem })
  }
  const numbers = new Map<string, number>([
    ['agents', agents.length],
    ...[...groupBy(groups, ({ of }) => of.section)].map(
      ([section, { length }]) => [section, length] as const,
    ),
    ...(customRoles.kind === 'read' ? [['custom_roles', customRoles.roles.length] as const] : []),
  ])
  for (const [list, number] of numbers) {
    const end = getPath(list)
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
