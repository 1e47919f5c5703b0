/** Whether decisions were carried out. More about renamed people is in test/cli/review.test.ts. */
import { describe, expect, test } from 'vitest'
import type { AuditRow } from '../../../src/core/model/activity.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import type { ReviewDecision } from '../../../src/core/review/decisions.ts'
import {
  checkRemediation,
  noteOlderSnapshot,
  noteUnseen,
} from '../../../src/core/review/remediation.ts'
import { member, readLog } from '../audit-rows.ts'
import { type SeenAccount, snapshot } from '../build.ts'

const KEN = 'ken@acme.com'
const ADA = 'ada@acme.com'

function check(
  decision: ReviewDecision['decision'],
  before: SeenAccount,
  later: SeenAccount,
  change: (snapshot: Snapshot) => Snapshot = (each) => each,
) {
  const decided = { email: KEN, decision, reviewer: ADA, date: '2026-11-23', ticket: '', why: 'x' }
  return checkRemediation([decided], snapshot(before), change(snapshot(later)))
}

const BILLING = { 3: { name: 'Billing', permissions: ['conversation_participating_manage'] } }
const WIDE = { 3: { name: 'Billing', permissions: ['conversation_manage'] } }

const BEFORE: SeenAccount = {
  agents: { [ADA]: 'administrator', [KEN]: 'agent' },
  teams: { billing: [KEN], tier: [] },
  inboxes: [
    { name: 'Website', members: [KEN] },
    { name: 'Mail', members: [] },
  ],
  customRoles: BILLING,
}

describe('what the later snapshot does not have', () => {
  const note = (before: SeenAccount, later: SeenAccount) =>
    noteUnseen(snapshot(before), snapshot(later)).map(({ code, summary }) => [code, summary])
  const rest = { agents: BEFORE.agents ?? {}, teams: BEFORE.teams ?? {} }

  test('is noted where the review has it: nobody sees who has more there', () => {
    expect(note(BEFORE, BEFORE)).toEqual([])
    expect(note(rest, rest)).toEqual([])
    expect(note(rest, BEFORE)).toEqual([])
    expect(note(BEFORE, rest)).toEqual([
      [
        'review-note',
        'The later snapshot has no inboxes and no permissions of custom roles, but the review does. rollcall could not compare these, so people may have more access there.',
      ],
    ])
    const logged = { ...snapshot(BEFORE), activity: readLog([]) }
    expect(noteUnseen(logged, logged)).toEqual([])
    expect(noteUnseen(logged, snapshot(BEFORE))).toMatchObject([
      {
        summary: expect.stringContaining('has no audit log, but the review does.'),
        advice: expect.stringContaining('with --activity'),
      },
    ])
    expect(note(BEFORE, { ...rest, customRoles: BILLING })).toMatchObject([
      ['review-note', expect.stringContaining('has no inboxes, but the review does.')],
    ])
  })
})

describe('a later snapshot that is older than decisions', () => {
  const decided = { email: KEN, reviewer: ADA, ticket: '', why: 'x' }
  const note = (...days: readonly (readonly [ReviewDecision['decision'], string])[]) =>
    noteOlderSnapshot(
      days.map(([decision, date]) => ({ ...decided, decision, date })),
      { finishedAt: '2026-11-25T23:00:00.000Z' },
    ).map(({ summary }) => summary)

  test('gets a warning: it cannot show that they were carried out', () => {
    expect(
      note(['remove', '2026-11-27'], ['change', '2026-11-28'], ['keep', '2026-11-28']),
    ).toEqual([
      'The later snapshot was read on 2026-11-25, but 2 changes or removals were decided after that.',
    ])
    expect(note(['remove', '2026-11-27'])[0]).toContain('but 1 change or removal was decided')
  })

  test('may be from the day before, because the day of a reviewer can be ahead of UTC', () => {
    expect(note(['remove', '2026-11-26'], ['keep', '2026-11-28'])).toEqual([])
  })
})

describe('a change', () => {
  const judge = (later: Partial<SeenAccount>, before: Partial<SeenAccount> = {}) =>
    check('change', { ...BEFORE, ...before }, { ...BEFORE, ...before, ...later }).fates.map(
      ({ happened, what }) => [happened, what],
    )
  const holder = (role: 'agent' | 'administrator', customRoleId: number | null) => ({
    agents: { [ADA]: 'administrator', [KEN]: { role, customRoleId } } as const,
  })
  const inboxes = (website: readonly string[], mail: readonly string[]) => ({
    inboxes: [
      { name: 'Website', members: website },
      { name: 'Mail', members: mail },
    ],
  })

  test.each<[string, boolean, string, Partial<SeenAccount>, Partial<SeenAccount>?]>([
    ['less: a team', true, 'billing: no longer a member', { teams: { billing: [], tier: [] } }],
    ['less: an inbox', true, 'Website: no longer a member', inboxes([], [])],
    [
      'less: a custom role that narrows',
      true,
      'no custom role → custom role "Billing"',
      holder('agent', 3),
    ],
    [
      'less: what the custom role permits',
      true,
      'reaches less than before',
      { customRoles: BILLING },
      { ...holder('agent', 3), customRoles: WIDE },
    ],
    [
      'less: no administrator any more',
      true,
      'administrator → agent',
      holder('agent', null),
      holder('administrator', null),
    ],
    [
      'no access that counts, as an administrator leaves a team',
      true,
      'billing: no longer a member',
      { teams: { billing: [], tier: [] } },
      holder('administrator', null),
    ],
    ['nothing', false, 'nothing was changed', {}],
    [
      'more: an administrator',
      false,
      'agent → administrator; more access than before',
      holder('administrator', null),
    ],
    [
      'more: another inbox',
      false,
      'Mail: new member; more access than before',
      inboxes([KEN], [KEN]),
    ],
    [
      'more: an inbox that is new',
      false,
      'Chat: new member; more access than before',
      { inboxes: [...(BEFORE.inboxes ?? []), { name: 'Chat', members: [KEN] }] },
    ],
    [
      'more: what the custom role permits',
      false,
      'more access than before',
      { customRoles: WIDE },
      holder('agent', 3),
    ],
    [
      'more: a custom role that was taken away',
      false,
      'custom role "Billing" → no custom role; more access than before',
      holder('agent', null),
      holder('agent', 3),
    ],
    [
      'less in one place and more in another',
      false,
      'Mail: new member; Website: no longer a member; less access in one place, but more in another',
      inboxes([], [KEN]),
    ],
    [
      'another team, as an administrator moves',
      false,
      'billing: no longer a member; tier: new member',
      { teams: { billing: [], tier: [KEN] } },
      holder('administrator', null),
    ],
    [
      'a team that gives an administrator nothing',
      false,
      'tier: new member',
      { teams: { billing: [KEN], tier: [KEN] } },
      holder('administrator', null),
    ],
  ])('to %s: done is %s, %s', (_, done, what, later, before) => {
    expect(judge(later, before)).toEqual([[done, what]])
  })

  test('is not what only one of the snapshots has read', () => {
    const { inboxes: _, ...without } = BEFORE
    expect(check('change', BEFORE, without).fates[0]?.what).toBe('nothing was changed')
    const left = { ...without, teams: { billing: [], tier: [] } }
    expect(check('change', BEFORE, left).fates).toMatchObject([
      {
        happened: false,
        what: 'billing: no longer a member; may have more elsewhere: the later snapshot has no inboxes',
      },
    ])
    expect(check('change', without, left).fates).toMatchObject([{ happened: true }])
    const demoted = check('change', { ...BEFORE, ...holder('administrator', null) }, without)
    expect(demoted.fates).toMatchObject([{ happened: true, what: 'administrator → agent' }])
    const unread = { ...BEFORE, ...holder('agent', 3), customRoles: 'unread' } as const
    const read = { ...BEFORE, ...holder('agent', 3) }
    expect(check('change', read, unread).fates[0]?.happened).toBe(false)
  })

  test('is not what an upgrade of the server opens or closes', () => {
    const older = (each: Snapshot) => ({ ...each, serverVersion: '4.7.0' })
    expect(check('change', BEFORE, BEFORE, older).fates[0]?.what).toBe('nothing was changed')
  })

  test('is not the new name of an inbox or of a team', () => {
    const later = {
      ...BEFORE,
      teams: { invoices: [KEN], tier: [] },
      inboxes: [
        { name: 'Shop', members: [KEN] },
        { name: 'Mail', members: [] },
      ],
    }
    expect(check('change', BEFORE, later).fates[0]?.what).toBe('nothing was changed')
  })

  test('of somebody who has left is done', () => {
    const { fates } = check('change', BEFORE, {
      ...BEFORE,
      agents: { [ADA]: 'administrator' },
      teams: {},
      inboxes: [],
    })
    expect(fates).toMatchObject([{ happened: true, what: 'no longer on the account' }])
  })
})

describe('a removal', () => {
  const without = (...came: readonly string[]) => ({
    agents: {
      [ADA]: 'administrator' as const,
      ...Object.fromEntries(
        came.map((email, index) => [email, { role: 'agent' as const, id: 90 + index }]),
      ),
    },
  })

  test('is done if neither the person nor another spelling of the address is there', () => {
    const { fates } = check('remove', BEFORE, without('kenny@acme.com'))
    expect(fates).toMatchObject([{ happened: true, what: 'no longer on the account' }])
  })

  test.each(['ken+1@acme.com', 'k\u0435n@acme.com'])('is not done if %s has come', (spelled) => {
    const { fates } = check('remove', BEFORE, without('kenny@acme.com', spelled))
    const what = `no longer on the account, but another spelling of the address is on the account: ${spelled}`
    expect(fates).toMatchObject([{ happened: false, what }])
  })
})

test('a removal is not done if the audit log shows that the person still gets the messages of an inbox', () => {
  const left = { ...BEFORE, agents: { [ADA]: 'administrator' }, teams: {} } as const
  const log = (inbox: number) => (later: Snapshot) => ({
    ...later,
    activity: readLog([member(20, 'added', 2, inbox)], {}, [1]),
  })
  const website = snapshot(left).groups.find(({ name }) => name === 'Website')
  const fates = (id: number) =>
    check('remove', BEFORE, left, log(id)).fates.map(({ happened, what }) => [happened, what])
  expect(fates(website?.id ?? 0)).toEqual([
    [false, 'no longer on the account, but still gets the messages of Website'],
  ])
  // The inbox was deleted since.
  expect(fates(99)).toEqual([[true, 'no longer on the account']])
})

describe('a hidden member', () => {
  const seen = (rows: readonly AuditRow[], more: Partial<SeenAccount> = {}, present = [1, 2]) => ({
    ...snapshot({ ...BEFORE, ...more }),
    activity: readLog(rows, {}, present),
  })
  const [website, mail] = ['Website', 'Mail'].map(
    (name) => snapshot(BEFORE).groups.find((each) => each.name === name)?.id ?? 0,
  ) as [number, number]
  const before = seen([member(10, 'added', 77, website)])
  const decided = { email: '#77', reviewer: ADA, date: '2026-11-23', ticket: '', why: 'x' }
  const judge = (decision: ReviewDecision['decision'], later: Snapshot) =>
    checkRemediation([{ ...decided, decision }], before, later)
  const fate = (decision: 'change' | 'remove', later: Snapshot) =>
    judge(decision, later).fates.map(({ happened, what }) => [happened, what])

  test('who is on the account now was not removed', () => {
    const agents = { ...BEFORE.agents, 'mal@evil.example': { role: 'agent', id: 77 } } as const
    const later = seen([member(10, 'added', 77, website)], { agents }, [1, 2, 77])
    const what = 'now on the account as agent: mal@evil.example'
    expect(fate('remove', later)).toEqual([[false, what]])
    expect(judge('keep', later)).toMatchObject({ fates: [], came: [{ id: 77, role: 'agent' }] })
  })

  test('who moved to another inbox was neither removed nor changed', () => {
    const moved = [
      member(10, 'added', 77, website),
      member(20, 'removed', 77, website),
      member(21, 'added', 77, mail),
    ]
    const what = 'no longer gets the messages of Website; now gets the messages of Mail'
    expect(fate('remove', seen(moved))).toEqual([[false, what]])
    expect(fate('change', seen(moved))).toEqual([[false, what]])
    expect(judge('keep', seen(moved)).gained).toEqual(['#77'])
    expect(judge('keep', before).gained).toEqual([])
  })

  test('who was on the account at the review and should have less is named once', () => {
    const gone = { agents: { [ADA]: 'administrator' }, teams: {} } as const
    const later = seen([member(20, 'added', 2, mail)], gone, [1])
    const of = (decision: ReviewDecision['decision']) =>
      checkRemediation([{ ...decided, email: KEN, decision }], snapshot(BEFORE), later)
    expect(of('remove').came).toEqual([])
    expect(of('remove').fates).toMatchObject([{ happened: false }])
    expect(of('keep').came).toMatchObject([{ email: '#2', id: 2, role: null }])
  })
})

describe('since the review', () => {
  test('people who came are named, whoever invited them', () => {
    const agents = { ...BEFORE.agents, 'new@acme.com': 'administrator' } as const
    const { came } = check('keep', BEFORE, { ...BEFORE, agents })
    expect(came.map(({ email, role }) => [email, role])).toEqual([
      ['new@acme.com', 'administrator'],
    ])
    expect(check('keep', BEFORE, BEFORE).came).toEqual([])
  })

  test('who may keep what they had is named if it has become more', () => {
    const agents = { [ADA]: 'administrator', [KEN]: 'administrator' } as const
    expect(check('keep', BEFORE, { ...BEFORE, agents }).gained).toEqual([KEN])
    expect(check('change', BEFORE, { ...BEFORE, agents }).gained).toEqual([])
    const moved = [
      { name: 'Website', members: [] },
      { name: 'Mail', members: [KEN] },
    ]
    expect(check('keep', BEFORE, { ...BEFORE, inboxes: moved }).gained).toEqual([KEN])
    expect(check('keep', BEFORE, { ...BEFORE, teams: {} }).gained).toEqual([])
    expect(check('keep', BEFORE, { agents: { [ADA]: 'administrator' } }).gained).toEqual([])
  })
})
