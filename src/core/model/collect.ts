/** Groups things by what they have in common, in their order. Does not know what they are. */

/** No group is empty. */
export function groupBy<K, T>(
  things: Iterable<T>,
  keyOf: (thing: T) => K,
): ReadonlyMap<K, readonly [T, ...T[]]> {
  const groups = new Map<K, [T, ...T[]]>()
  for (const thing of things) {
    const key = keyOf(thing)
    const known = groups.get(key)
    if (known) known.push(thing)
    else groups.set(key, [thing])
  }
  return groups
}

/** Groups and their members → members and their groups, such as the teams of each person. */
export function invertMap<G, M>(
  groups: Iterable<readonly [G, Iterable<M>]>,
): ReadonlyMap<M, readonly G[]> {
  const of = new Map<M, G[]>()
  for (const [group, members] of groups) {
    for (const member of members) {
      const known = of.get(member)
      if (known) known.push(group)
      else of.set(member, [group])
    }
  }
  return of
}

/** Null: only the other side has it. */
export type Pair<T> =
  | { readonly before: T; readonly after: T | null; readonly latest: T }
  | { readonly before: null; readonly after: T; readonly latest: T }

/** Pairs the same things on two sides: by id, and those that have no pair then by name. */
export function pairEntries<T extends { readonly id: number | null }>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (thing: T) => string,
): readonly Pair<T>[] {
  const pairs: Pair<T>[] = []
  let [had, has] = [before, after]
  for (const keyOf of [({ id }: T) => id, nameOf]) {
    const free = new Map(has.map((thing) => [keyOf(thing), thing]))
    free.delete(null)
    const taken = new Set<T>()
    had = had.filter((thing) => {
      const key = keyOf(thing)
      const same = free.get(key)
      if (same === undefined) return true
      free.delete(key)
      taken.add(same)
      pairs.push({ before: thing, after: same, latest: same })
      return false
    })
    has = has.filter((thing) => !taken.has(thing))
  }
  return [
    ...pairs,
    ...had.map((thing) => ({ before: thing, after: null, latest: thing })),
    ...has.map((thing) => ({ before: null, after: thing, latest: thing })),
  ]
}

/** How many of them come before a value: a binary search. */
export function countBefore<T extends string | number>(sorted: readonly T[], value: T): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const each = sorted[middle]
    if (each !== undefined && each < value) low = middle + 1
    else high = middle
  }
  return low
}

export function computeOnce<T extends object>(compute: () => T): () => T {
  let value: T | null = null
  return () => {
    value ??= compute()
    return value
  }
}
