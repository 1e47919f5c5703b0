/** What a read has nothing of, or cannot show in a list of people, is said with the next step. */

import { expect, test } from 'vitest'
import { foldActivity } from '../../src/core/model/fold-activity.ts'
import { INBOX } from '../../src/core/model/kinds.ts'
import type { Activity, CustomRoles, GroupCoverage, Role } from '../../src/core/model/snapshot.ts'
import {
  describeHiddenMembers,
  listMissingActivity,
  listMissingParts,
} from '../../src/core/report/missing-parts.ts'
import { snapshot } from './build.ts'

const agent = { email: 'ken@acme.com', role: 'agent' } as const
const because = { summary: 'The token was refused.', detail: null, requestId: 'abc' }
const time = '2026-11-23T08:00:00.000Z'
const read = { state: 'read', from: time, to: time, reach: 'beginning', rows: 0 } as const

test.each<[Activity, string | null, string | null]>([
  [{ state: 'not-asked' }, null, null],
  [{ ...read, ...foldActivity().finish(), hidden: [] }, null, null],
  [{ state: 'off' }, 'The feature audit_logs of the account is off', 'Switch the feature on.'],
  [{ state: 'unsupported' }, 'no enterprise code', 'Keep snapshots'],
  [{ state: 'unreadable', because }, 'The token was refused.', 'the token of an administrator'],
  [
    { state: 'unreadable', because: { ...because, detail: 'It is of an agent.' } },
    'The token was refused. It is of an agent.',
    'the token of an administrator',
  ],
])('a read whose log is %j', (activity, detail, advice) => {
  const found = listMissingActivity({ activity, caller: agent }, 'The snapshot')
  expect(found).toEqual(
    detail === null
      ? []
      : [
          expect.objectContaining({
            code: 'read-partial',
            summary: 'The snapshot contains nothing from the audit log.',
            detail: expect.stringContaining(detail),
            advice: expect.stringContaining(advice ?? ''),
            requestId: activity.state === 'unreadable' ? 'abc' : null,
          }),
        ],
  )
})

test('an administrator whose log cannot be read is not told to use the token of one', () => {
  const caller = { email: 'ada@acme.com', role: 'administrator' } as const
  const advise = (more: object) => {
    const activity = { state: 'unreadable', because: { ...because, ...more } } as const
    return listMissingActivity({ activity, caller }, 'The snapshot')[0]?.advice
  }
  expect(advise({})).toBe('Check the server, and the proxy in front of it if there is one.')
  expect(advise({ retryable: true })).toMatch(/^Run again in a few minutes\..* check the server\.$/)
})

test('a hidden member is named with the inbox, unless the inbox is gone', () => {
  const added = (groupId: number) => ({
    id: 5,
    at: '2026-11-20T17:10:00.000Z',
    by: null,
    apply: null,
    of: INBOX,
    groupId,
    userId: 77,
    action: 'added' as const,
  })
  const group = { of: INBOX, id: 3, name: 'Website', settings: {}, members: [], ghosts: [] }
  const activity = { ...read, ...foldActivity().finish(), hidden: [added(3), added(4)] }
  expect(describeHiddenMembers({ activity, groups: [group] }, 'This answer')).toMatchObject([
    {
      severity: 'warning',
      summary: 'This answer leaves out a hidden member of inbox "Website": user 77.',
      detail: expect.stringContaining('added on 2026-11-20'),
      advice: expect.stringContaining('inbox-member-hidden'),
    },
  ])
  expect(describeHiddenMembers({ activity: { state: 'off' }, groups: [group] }, 'This')).toEqual([])
})

test.each<[Role, GroupCoverage, CustomRoles['kind'], readonly string[]]>([
  [
    'agent',
    'unreadable',
    'unreadable',
    ['The token belongs to an agent', 'the owner of the token, may not read custom roles'],
  ],
  ['administrator', 'unread', 'unread', ['taken without inboxes', 'taken without custom roles']],
  ['administrator', 'read', 'unreadable', ['The server refused to show custom roles']],
  ['administrator', 'read', 'unsupported', []],
])(
  'what the token of an %s leaves out: inboxes %s, custom roles %s',
  (role, inboxes, kind, says) => {
    const whole = snapshot({ agents: { 'ada@acme.com': role }, inboxes: [] })
    const customRoles = kind === 'read' ? whole.customRoles : { kind }
    const read = { ...whole, coverage: { ...whole.coverage, inboxes }, customRoles }
    const found = listMissingParts({ ...read, caller: { ...whole.caller, role } }, 'This list')
    expect(found.map(({ detail }) => detail)).toEqual(
      says.map((each) => expect.stringContaining(each)),
    )
  },
)
