/** The day a server pages its lists: never a verdict from a first page. */
import { describe, expect, test } from 'vitest'
import { DIAGNOSTICS } from '../../src/core/messages/diagnostic-records.ts'
import { INBOX } from '../../src/core/model/kinds.ts'
import {
  AGENTS,
  type Answers,
  ada,
  answering,
  billing,
  INBOX_MEMBERS,
  INBOXES,
  inTurn,
  MEMBERS,
  person,
  ROLES,
  read,
  TEAMS,
  website,
} from './harness.ts'

const USUAL = [15, 20, 25, 50, 100, 200, 250, 500, 1000]
const people = (count: number) => [
  ada,
  ...Array.from({ length: count - 1 }, (_, i) => person(i + 10, `p${i}@acme.com`)),
]
const teams = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ ...billing, id: 7 + i, name: `t${i}` }))
const empty = (count: number): Answers =>
  Object.fromEntries(
    teams(count).map(({ id }) => [`${TEAMS}/${id}/team_members`, { json: [] as unknown[] }]),
  )
const page2 = (path: string) => `${path}?page=2`

describe('a list as long as a page', () => {
  test.each(USUAL)('of %i is asked for once more, and fine if it is the same', async (count) => {
    const { codes, requests } = await read({
      [AGENTS]: { json: people(count) },
      [page2(AGENTS)]: { json: people(count).reverse() },
      [MEMBERS]: { json: [] },
    })
    expect(codes).toEqual([])
    expect(requests.filter(({ url }) => url === page2(AGENTS))).toHaveLength(1)
  })

  test.each([14, 16, 24, 26, 49, 51, 99, 101])('of %i is not', async (count) => {
    const { requests } = await read({ [AGENTS]: { json: people(count) }, [MEMBERS]: { json: [] } })
    expect(requests.filter(({ url }) => url?.includes('page'))).toEqual([])
  })

  const others: readonly [string, unknown][] = [
    ['another page', people(25).map((each) => ({ ...each, id: Number(each['id']) + 1000 }))],
    ['nothing', []],
    ['fewer', people(24)],
    ['one other person', [...people(24), person(9, 'other@acme.com')]],
  ]
  const lists: readonly [string, string, unknown, Answers][] = [
    ['agents', AGENTS, people(25), { [MEMBERS]: { json: [] } }],
    ['members', MEMBERS, people(25), { [AGENTS]: { json: people(26) } }],
  ]
  for (const [kind, path, first, more] of lists) {
    test.each(others)(`${kind}: page 2 that is %s gives no verdict`, async (_, second) => {
      const answers = { ...more, [path]: { json: first }, [page2(path)]: { json: second } }
      const { codes, diagnostics } = await read(answers)
      expect(['read-paging', 'server-shape']).toContain(codes[0])
      if (codes[0] === 'read-paging') {
        expect(diagnostics[0]?.detail).toContain(`${path}?page=2`)
        expect(diagnostics[0]?.summary).toContain('25')
      }
    })
  }

  test('of teams or custom roles is guarded too', async () => {
    const twoPages = (path: string, list: readonly object[]) => ({
      [path]: { json: list },
      [page2(path)]: { json: [] },
    })
    expect((await read({ ...empty(15), ...twoPages(TEAMS, teams(15)) })).codes).toEqual([
      'read-paging',
    ])
    const roles = Array.from({ length: 20 }, (_, i) => ({
      id: i + 1,
      name: `r${i}`,
      permissions: [],
    }))
    const ken = person(3, 'ken@acme.com', { custom_role_id: 5 })
    const answers = { [AGENTS]: { json: [ada, ken] }, [MEMBERS]: { json: [] } }
    const names = { wanted: { customRoles: 'held' } } as const
    expect((await read({ ...answers, ...twoPages(ROLES, roles) }, names)).codes).toEqual([
      'read-paging',
    ])
  })

  test('of inboxes or their members is guarded too', async () => {
    const inboxes = Array.from({ length: 15 }, (_, i) => ({ ...website, id: 4 + i }))
    const members = inboxes.map(({ id }) => [
      INBOX_MEMBERS.replace('4', String(id)),
      { json: { payload: [] as unknown[] } },
    ])
    const twoPages = (path: string, payload: readonly object[]) => ({
      [path]: { json: { payload } },
      [page2(path)]: { json: { payload: [] } },
    })
    const wanted = { wanted: { groups: new Set([INBOX]) } }
    const many = { ...Object.fromEntries(members), ...twoPages(INBOXES, inboxes) }
    expect((await read(many, wanted)).codes).toEqual(['read-paging'])
    const crowded = { [AGENTS]: { json: people(26) }, [MEMBERS]: { json: [] } }
    const answers = { ...crowded, ...twoPages(INBOX_MEMBERS, people(25)) }
    expect((await read(answers, wanted)).codes).toEqual(['read-paging'])
  })

  test('means that nothing is known: the cause is an incomplete read', () => {
    expect(DIAGNOSTICS['read-paging'].cause).toBe('incomplete')
  })

  test('is read again first: somebody may have joined in between', async () => {
    const joined = people(26)
    const { codes, snapshot } = await read({
      [AGENTS]: inTurn({ json: people(25) }, { json: joined }),
      [page2(AGENTS)]: { json: joined },
      [MEMBERS]: { json: [] },
    })
    expect(codes).toEqual([])
    expect(snapshot?.agents).toHaveLength(26)
  })

  test('whose second page fails gives no verdict either', async () => {
    const answers = { [AGENTS]: { json: people(25) }, [MEMBERS]: { json: [] } }
    const failing = { ...answers, [page2(AGENTS)]: answering(422, { message: 'page' }) }
    expect((await read(failing)).codes).toEqual(['server-refused'])
  })

  test('is checked once for all teams of one length', async () => {
    const members = Object.fromEntries(
      teams(40).map(({ id }) => [`${TEAMS}/${id}/team_members`, { json: people(20) }]),
    )
    const { codes, requests } = await read({
      ...members,
      [TEAMS]: { json: teams(40) },
      [AGENTS]: { json: people(21) },
    })
    expect(codes).toEqual([])
    expect(requests.filter(({ url }) => url?.includes('page=2'))).toHaveLength(1)
  })
})
