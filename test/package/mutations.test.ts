/** The table of `npm run mutate`, which takes too long to run here. */
import { expect, test } from 'vitest'
// @ts-expect-error A script without types.
import { listMutations } from '../../scripts/mutations.js'

test('every check that is disabled to try the tests is still in the code', () => {
  const mutations: readonly { text: string; text0: string }[] = listMutations()
  expect(mutations.length).toBeGreaterThan(200)
  expect(mutations.filter(({ text, text0 }) => text === text0)).toEqual([])
})
