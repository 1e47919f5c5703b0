/**
 * Finds entries in lists of a state, which tests change between requests. An index only says where to
 * look: the entry there is checked, and a miss searches the whole list. So every change has an effect
 * at once, and large states stay fast.
 */
function makeFinder<By extends 'id' | 'email' | 'token'>(by: By) {
  const indexes = new WeakMap<object, ReadonlyMap<unknown, number>>()

  return <Item extends Readonly<Record<By, unknown>>>(
    list: readonly Item[],
    key: Item[By],
  ): Item | null => {
    const place = indexes.get(list)?.get(key)
    const expected = place === undefined ? undefined : list[place]
    if (expected?.[by] === key) return expected

    const found = list.find((item) => item[by] === key)
    if (found === undefined) return null
    indexes.set(list, new Map(list.map((item, index) => [item[by], index])))
    return found
  }
}

export const findById = makeFinder('id')
export const findByEmail = makeFinder('email')
export const findByToken = makeFinder('token')
