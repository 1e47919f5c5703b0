/** What the audit log says about each person, beside who they are. */
import { describe, expect, test } from 'vitest'
import { makePersonRecords } from '../../src/core/model/person-record.ts'
import { describeAccountAccess } from '../../src/core/report/access.ts'
import { listAccount } from '../../src/core/report/listing.ts'
import { listUnaskedActivity } from '../../src/core/report/missing-parts.ts'
import { added, readLog, signedIn } from './audit-rows.ts'
import { snapshot } from './build.ts'

const seen = snapshot({ agents: { 'ada@acme.com': 'administrator', 'eve@acme.com': 'agent' } })
const NOTHING = { lastSignIn: null, addedAt: null, addedBy: null }

const recordOf = (id: number, ...rows: Parameters<typeof readLog>[0]) =>
  makePersonRecords({ ...seen, activity: readLog(rows) })(id)

describe('what the log says about a person', () => {
  test('is the last sign-in, when they were added, and by whom', () => {
    expect(recordOf(2, signedIn(20, 2), added(9, 2))).toEqual({
      lastSignIn: '2026-11-20T14:02:00.000Z',
      addedAt: '2026-11-09T14:02:00.000Z',
      addedBy: 'ada@acme.com',
    })
  })

  test('is nothing for somebody of whom it has no row', () => {
    expect(recordOf(2)).toEqual(NOTHING)
    expect(recordOf(2, signedIn(20, 2))).toMatchObject({ addedAt: null, addedBy: null })
  })

  test('names nobody where the server added them, and an id where nobody has a name', () => {
    expect(recordOf(2, added(9, 2, { by: null }))).toMatchObject({ addedBy: null })
    const by = (id: number) => ({ by: { id, name: null } })
    expect(recordOf(2, added(9, 2, by(1)))).toMatchObject({ addedBy: 'ada@acme.com' })
    expect(recordOf(2, added(9, 2, by(99)))).toMatchObject({ addedBy: 'user 99' })
  })

  test('names who has the id, not who has the address that they had then', () => {
    const by = (id: number, name: string) => ({ by: { id, name } })
    const moved = recordOf(2, added(9, 2, by(1, 'ada.old@acme.com')))
    expect(moved).toMatchObject({ addedBy: 'ada@acme.com' })
    const reused = recordOf(2, added(9, 2, by(99, 'ada@acme.com')))
    expect(reused).toMatchObject({ addedBy: 'ada@acme.com (user 99)' })
    const unknown = recordOf(2, added(9, 2, { by: { id: null, name: 'ada@acme.com' } }))
    expect(unknown).toMatchObject({ addedBy: 'ada@acme.com' })
  })

  test('names who invited them where the log names no user', () => {
    expect(recordOf(2, added(9, 2, { by: null, inviterId: 1 }))).toMatchObject({
      addedBy: 'ada@acme.com',
    })
  })

  test('is in the list and in the answer of access, and null where the log was not read', () => {
    const read = { ...seen, activity: readLog([added(9, 2)]) }
    const listed = (of: typeof read | typeof seen) =>
      listAccount(of).people.map(({ record }) => record?.addedBy)
    const answered = (of: typeof read | typeof seen) =>
      describeAccountAccess(of, null, null).sections.flatMap(({ people }) =>
        people.map(({ record }) => record?.addedBy),
      )
    expect([listed(read), answered(read)]).toEqual([
      [null, 'ada@acme.com'],
      [null, 'ada@acme.com'],
    ])
    expect([listed(seen), answered(seen)]).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
  })
})

test('a snapshot without the log says so to a run that asks for it, and to no other', () => {
  const said = listUnaskedActivity(seen, true, 's.json')
  expect(said).toMatchObject([
    { code: 'read-partial', summary: 'The snapshot s.json was taken without the audit log.' },
  ])
  expect(listUnaskedActivity(seen, false, 's.json')).toEqual([])
  expect(listUnaskedActivity({ activity: { state: 'off' } }, true, 's.json')).toEqual([])
})
