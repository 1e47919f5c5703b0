/** Checks whether the parts of a complete state fit together. Changes nothing. */
import type { SandboxState } from './state.ts'

export interface Problem {
  readonly path: readonly (string | number)[]
  /** The end of a sentence that starts with the place: `is not a user of this state`. */
  readonly message: string
  readonly advice?: string
}

type Path = Problem['path']
type Placed<T> = readonly (readonly [T, Path])[]

/** Finds references to unknown users, and values that must be unique but repeat. */
export function findInconsistencies(state: SandboxState): readonly Problem[] {
  const { users, accounts } = state
  const emails = new Set(users.map((user) => user.email))
  const stranger = ([key, path]: readonly [string | number, Path]): readonly Problem[] =>
    typeof key === 'number' || emails.has(key)
      ? []
      : [
          {
            path,
            message: `is not a user of this state: ${JSON.stringify(key)}`,
            advice: 'Add the person to `users`, or correct the address.',
          },
        ]

  const at = <K extends string>(
    items: readonly Readonly<Record<K, string | number>>[],
    path: Path,
    key: K,
  ): Placed<string | number> =>
    items.map((item, index) => [item[key], [...path, index, key]] as const)
  const plain = <V>(items: readonly V[], path: Path): Placed<V> =>
    items.map((item, index) => [item, [...path, index]] as const)

  return [
    ...findRepeated(at(users, ['users'], 'id')),
    ...findRepeated(at(users, ['users'], 'email')),
    ...findRepeated([
      ...at(users, ['users'], 'token'),
      ...plain(state.bot_tokens, ['bot_tokens']),
      ...plain(state.platform_tokens, ['platform_tokens']),
    ]),
    ...findRepeated(at(accounts, ['accounts'], 'id')),
    ...(['teams', 'custom_roles', 'inboxes'] as const).flatMap((kind) =>
      findRepeated(
        accounts.flatMap((account, a) => at(account[kind], ['accounts', a, kind], 'id')),
      ),
    ),
    ...stranger([state.caller, ['caller']]),
    ...accounts.flatMap((account, a) => {
      const here = ['accounts', a]
      const members = at(account.members, [...here, 'members'], 'email')
      const groups = (['teams', 'inboxes'] as const).flatMap((kind) =>
        account[kind].map((group, index) =>
          plain<string | number>(group.members, [...here, kind, index, 'members']),
        ),
      )
      return [
        ...members.flatMap(stranger),
        ...findRepeated(members),
        ...findRepeated(at(account.teams, [...here, 'teams'], 'name')),
        ...groups.flatMap((group) => [...group.flatMap(stranger), ...findRepeated(group)]),
      ]
    }),
  ]
}

function findRepeated(entries: Placed<string | number>): readonly Problem[] {
  const seen = new Set<string | number>()
  return entries.flatMap(([value, path]) => {
    if (seen.has(value)) return [{ path, message: `appears twice: ${JSON.stringify(value)}` }]
    seen.add(value)
    return []
  })
}
