/** Answers of `rollcall access` for its views: an account with every sort of access, and hostile names. */
import type { AccessTopic } from '../../src/core/access/topics.ts'
import { findTopics, listTopics } from '../../src/core/access/topics.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { describeAccountAccess } from '../../src/core/report/access.ts'
import { snapshot } from '../core/build.ts'
import { HOSTILE } from './reports.ts'

const role = (id: number, name: string, permissions: readonly string[] | null) => ({
  id,
  name,
  description: '',
  permissions,
})

export const HOUSE = {
  ...snapshot({
    agents: {
      'ada@acme.com': { role: 'administrator', name: 'Ada', provider: 'saml' },
      'mallory@evil.example': { role: 'administrator', name: '', provider: null },
      'old-admin@acme.com': { role: 'administrator', customRoleId: 2, confirmed: false },
      'grace@acme.com': { role: 'agent', name: 'Grace', provider: 'google_oauth2' },
      'ken@acme.com': { role: 'agent', name: 'Ken', customRoleId: 1 },
      'reports@acme.com': { role: 'agent', name: 'Rita', customRoleId: 2 },
      'unread@acme.com': { role: 'agent', name: 'Una', customRoleId: 3 },
      'foreign@acme.com': { role: 'agent', name: 'Fay', customRoleId: 99 },
      'host@acme.com': { role: 'agent', name: 'Host' },
      'linus@acme.com': { role: 'agent', name: 'Linus', confirmed: false },
    },
    teams: {
      billing: ['ken@acme.com', 'grace@acme.com', 'ada@acme.com'],
      'tier 1': ['host@acme.com', 'grace@acme.com'],
      empty: [],
    },
    inboxes: [
      {
        name: 'Website',
        members: [
          'ada@acme.com',
          'grace@acme.com',
          'reports@acme.com',
          'unread@acme.com',
          'foreign@acme.com',
        ],
      },
      { name: 'Mail', members: ['ken@acme.com'] },
      { name: 'Mail', members: [] },
    ],
  }),
  customRoles: {
    kind: 'read',
    roles: [
      role(1, 'Clerk', ['conversation_participating_manage']),
      role(2, 'Auditor', ['report_manage']),
      role(3, 'Old', null),
      role(4, 'Empty', []),
    ],
  },
} satisfies Snapshot

export const NAMED = 'ken@acme.com'

export const ask = (of: Snapshot, word: string | null, file: string | null = null) => {
  const topic: AccessTopic | null =
    word === null ? null : (findTopics(word, listTopics(of))[0] ?? null)
  return describeAccountAccess(of, topic, file)
}

const HOSTILE_ACCOUNT = {
  ...snapshot({
    agents: {
      'ada@acme.com': { role: 'administrator', name: HOSTILE, provider: HOSTILE },
      [`${HOSTILE.replace(/\s/g, '')}@evil.example`]: {
        role: 'agent',
        name: HOSTILE,
        customRoleId: 1,
      },
    },
    teams: {
      [HOSTILE]: ['ada@acme.com', `${HOSTILE.replace(/\s/g, '')}@evil.example`.toLowerCase()],
    },
    inboxes: [
      {
        name: HOSTILE,
        members: ['ada@acme.com', `${HOSTILE.replace(/\s/g, '')}@evil.example`.toLowerCase()],
      },
      { name: HOSTILE, members: [] },
      { name: 'شاهین', members: ['ada@acme.com'] },
    ],
  }),
  account: { id: 1, name: HOSTILE },
  serverVersion: HOSTILE,
  customRoles: { kind: 'read', roles: [role(1, HOSTILE, [HOSTILE])] },
} satisfies Snapshot

export const UNREAD_GROUPS = {
  coverage: { teams: 'unread', inboxes: 'unread' },
  groups: [],
} as const
const UNREAD_INBOXES = {
  coverage: { teams: 'read', inboxes: 'unreadable' },
  groups: HOUSE.groups.filter(({ of }) => of.section !== 'inboxes'),
} as const

export const ACCESSES = {
  house: ask(HOUSE, null),
  person: ask(HOUSE, NAMED),
  administrator: ask(HOUSE, 'ada@acme.com'),
  nobody: ask(HOUSE, 'linus@acme.com'),
  inbox: ask(HOUSE, 'inbox/Website'),
  team: ask(HOUSE, 'team/billing'),
  role: ask(HOUSE, 'custom-role/Clerk'),
  'unheld-role': ask(HOUSE, 'custom-role/Empty'),
  'unread-role': ask(HOUSE, 'custom-role/Old'),
  'older-version': ask({ ...HOUSE, serverVersion: '4.7.0' }, null),
  'unknown-version': ask({ ...HOUSE, serverVersion: null }, null, 'old.json'),
  unread: ask(
    {
      ...HOUSE,
      caller: { email: 'grace@acme.com', role: 'agent' },
      ...UNREAD_INBOXES,
      customRoles: { kind: 'unreadable' },
    },
    null,
  ),
  'unread-groups': ask({ ...HOUSE, ...UNREAD_GROUPS }, 'linus@acme.com'),
  'unread-inboxes': ask({ ...HOUSE, ...UNREAD_INBOXES }, 'grace@acme.com'),
  hostile: ask(HOSTILE_ACCOUNT, null),
  'hostile-inbox': ask(HOSTILE_ACCOUNT, `inbox/${HOSTILE}`),
  'hostile-role': ask(HOSTILE_ACCOUNT, `custom-role/${HOSTILE}`),
  'nobody-at-all': ask(snapshot({ inboxes: [] }), null),
}

/** 300 people in this share of all inboxes, in no order. */
export const LARGE = (share: number, inboxes = 40) => {
  const people = Array.from(
    { length: 300 },
    (_, index) => `person.number${index}@department.acme.com`,
  )
  let seed = 1
  const draw = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const members = (wanted: number) => people.filter(() => draw() < wanted)
  return ask(
    snapshot({
      agents: Object.fromEntries(
        people.map((email) => [email, { role: 'agent', name: 'Some Longer Name' }]),
      ),
      teams: Object.fromEntries(
        Array.from({ length: 12 }, (_, index) => [`team ${index}`, members(0.1)]),
      ),
      inboxes: Array.from({ length: inboxes }, (_, index) => ({
        name: `Support mail EU ${index}`,
        members: members(share),
      })),
    }),
    null,
  )
}
