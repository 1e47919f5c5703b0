/** Things by what they have in common, in the order in which they come. Knows nothing of what they are. */

/** Each group has at least the thing that it began with. */
export function grouped<K, T>(
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

/**
 * Groups and their members → members and their groups, such as the teams of each person.
 * @param matters asked once for each membership of somebody who is not known yet; all, if left out
 */
export function inverted<G, M>(
  groups: Iterable<readonly [G, Iterable<M>]>,
  matters: (member: M) => boolean = () => true,
): ReadonlyMap<M, readonly G[]> {
  const of = new Map<M, G[]>()
  for (const [group, members] of groups) {
    for (const member of members) {
      const known = of.get(member)
      if (known) known.push(group)
      else if (matters(member)) of.set(member, [group])
    }
  }
  return of
}
