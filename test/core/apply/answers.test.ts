/** What an answer to a write means: the state read afterwards decides, never the status alone. */
import { describe, expect, test } from 'vitest'
import {
  type Answered,
  checkWritten,
  classifyReply,
  decideNext,
  describeHalfDone,
  findConfirmed,
  isAsPlanned,
  mayBeHidden,
  type Reread,
  type WriteAnswer,
} from '../../../src/core/apply/answers.ts'
import { applyWrite } from '../../../src/core/apply/transition.ts'
import type { Write } from '../../../src/core/apply/writes.ts'
import { recognise } from '../../../src/core/model/identity.ts'
import { INBOX, TEAM } from '../../../src/core/model/kinds.ts'
import { type SeenAccount, snapshot, type WrittenPolicy } from '../build.ts'
import { planned } from './apply.ts'

const ask = (answer: WriteAnswer, seen: Answered['seen'] = null, parts: Partial<Answered> = {}) => {
  const next = decideNext({ answer, seen, sent: 1, lateOver: false, ...parts })
  return 'outcome' in next ? `${next.next}: ${next.outcome}` : next.next
}

const person = (email: string) => ({ email, stored: email, id: 1 })
const INVITE: Write = {
  ...{ kind: 'invite', person: person('new@acme.com'), name: 'new' },
  ...{ role: 'agent', customRole: null },
}

describe('a reply', () => {
  test.each<[number, string | null, WriteAnswer]>([
    [200, null, 'accepted'],
    [302, null, 'failed'],
    [401, 'Invalid Access Token', 'token'],
    [401, null, 'token'],
    [401, 'Invalid User IDs', 'refused'],
    [402, null, 'seats'],
    [404, null, 'refused'],
    [408, null, 'lost'],
    [422, null, 'refused'],
    [429, null, 'rate-limit'],
    [500, null, 'failed'],
    [502, null, 'lost'],
  ])('with status %i and the text %s is %s', (status, detail, expected) => {
    expect(classifyReply({ kind: 'answered', status, detail }, INVITE)).toBe(expected)
  })

  test('402 is about seats only for an invitation', () => {
    const reply = { kind: 'answered', status: 402, detail: null } as const
    expect(classifyReply(reply, { kind: 'delete-agent', person: person('new@acme.com') })).toBe(
      'refused',
    )
  })

  test('that never came is lost, and of what was never sent nothing is written', () => {
    expect(classifyReply({ kind: 'lost' }, INVITE)).toBe('lost')
    expect(classifyReply({ kind: 'unsent' }, INVITE)).toBe('refused')
  })
})

describe('a member of an inbox who is not listed after the request', () => {
  const inbox = { of: INBOX, kind: 'group', name: 'Web', id: 3 } as const
  const group = { subject: inbox, id: 3 }
  const join: Write = { kind: 'add-member', person: person('bob@acme.com'), group }
  const now = (agents: readonly string[], members: readonly string[], id = 3): Reread => {
    const read = snapshot({
      agents: Object.fromEntries(agents.map((email) => [email, 'agent' as const])),
      inboxes: [{ name: 'Web', id, members }],
    })
    return recognise(read, { people: [], groups: [inbox] }).snapshot
  }
  const gone = now([], [])

  test('may be in it if the person has left, or the server accepted them', () => {
    expect(mayBeHidden(join, 'accepted', now(['bob@acme.com'], []))).toBe(true)
    expect(mayBeHidden(join, 'failed', gone)).toBe(true)
    expect(mayBeHidden(join, 'failed', now(['bob@acme.com'], []))).toBe(false)
    expect(mayBeHidden(join, 'accepted', now(['bob@acme.com'], ['bob@acme.com']))).toBe(false)
    // Another inbox says nothing about this one.
    expect(mayBeHidden(join, 'accepted', now(['bob@acme.com'], ['bob@acme.com'], 4))).toBe(true)
  })

  test('is in it and listed if they have a new e-mail address since', () => {
    const seen = now(['bob@acme.com'], ['bob@acme.com'])
    const [bob] = seen.agents
    if (bob === undefined) throw new Error('There is nobody.')
    const agents = [{ ...bob, email: 'robert@acme.com' }]
    const groups = seen.groups.map((group) => ({ ...group, members: ['robert@acme.com'] }))
    const known: Write = { ...join, person: { ...person('bob@acme.com'), id: bob.id } }
    expect(mayBeHidden(known, 'accepted', { ...seen, agents, groups })).toBe(false)
    expect(mayBeHidden(known, 'failed', { ...seen, agents })).toBe(false)
    expect(mayBeHidden(known, 'accepted', { ...seen, agents })).toBe(true)
  })

  test('is not in it if the server refused, or nothing was read, or it is a team', () => {
    for (const answer of ['refused', 'token', 'rate-limit'] as const) {
      expect(mayBeHidden(join, answer, gone)).toBe(false)
    }
    expect(mayBeHidden(join, 'accepted', null)).toBe(false)
    expect(mayBeHidden({ ...join, kind: 'remove-member' }, 'accepted', gone)).toBe(false)
    const team = { subject: { ...inbox, of: TEAM }, id: 3 }
    expect(mayBeHidden({ ...join, group: team }, 'accepted', gone)).toBe(false)
  })

  test('somebody who was invited is confirmed if the account says so', () => {
    const seen = now(['new@acme.com'], [])
    expect(findConfirmed(INVITE, seen)).toBe(true)
    expect(findConfirmed(INVITE, gone)).toBe(null)
    expect(findConfirmed(INVITE, null)).toBe(null)
    expect(findConfirmed(join, seen)).toBe(null)
  })
})

describe('an answer', () => {
  test.each<[WriteAnswer]>([
    ['accepted'],
    ['refused'],
    ['failed'],
    ['lost'],
    ['token'],
    ['seats'],
    ['rate-limit'],
  ])('%s alone decides nothing: the state is read', (answer) => {
    expect(ask(answer)).toBe('read')
  })

  test.each<[WriteAnswer, Answered['seen'], string]>([
    ['accepted', 'done', 'go-on: done'],
    ['accepted', 'not-done', 'stop: not-done'],
    ['accepted', 'otherwise', 'stop: unknown'],
    ['accepted', 'half-done', 'stop: half-done'],
    ['failed', 'half-done', 'stop: half-done'],
    ['refused', 'half-done', 'go-on: changed-meanwhile'],
    ['lost', 'half-done', 'look-again'],
    ['accepted', 'unread', 'stop: unknown'],
    ['failed', 'done', 'go-on: done'],
    ['failed', 'not-done', 'stop: not-done'],
    ['failed', 'otherwise', 'stop: unknown'],
    ['failed', 'unread', 'stop: unknown'],
    ['refused', 'done', 'go-on: done-by-others'],
    ['refused', 'not-done', 'stop: not-done'],
    ['refused', 'otherwise', 'go-on: changed-meanwhile'],
    ['refused', 'unread', 'stop: unknown'],
    ['lost', 'done', 'go-on: done'],
    ['lost', 'not-done', 'look-again'],
    ['lost', 'otherwise', 'look-again'],
    ['lost', 'unread', 'look-again'],
  ])('%s, and the state is %s: %s', (answer, seen, expected) => {
    expect(ask(answer, seen)).toBe(expected)
  })

  test('that was lost stays unknown, unless it is seen at last', () => {
    for (const seen of ['not-done', 'otherwise', 'unread'] as const) {
      expect(ask('lost', seen, { lateOver: true })).toBe('stop: unknown')
    }
    expect(ask('lost', 'done', { lateOver: true })).toBe('go-on: done')
    expect(ask('lost', 'half-done', { lateOver: true })).toBe('stop: half-done')
  })

  test('about the token stops the run, and about seats only the invitations', () => {
    expect(ask('token', 'unread')).toBe('stop: not-done')
    expect(ask('token', 'not-done')).toBe('stop: not-done')
    expect(ask('token', 'done')).toBe('go-on: done')
    expect(ask('seats', 'not-done')).toBe('skip-invitations: not-done')
    expect(ask('seats', 'done')).toBe('go-on: done-by-others')
    expect(ask('seats', 'unread')).toBe('skip-invitations: not-done')
  })

  test('about seats says who is on the account meanwhile with other rights, and nobody else is invited', () => {
    expect(ask('seats', 'half-done')).toBe('skip-invitations: changed-meanwhile')
    expect(ask('seats', 'otherwise')).toBe('skip-invitations: changed-meanwhile')
  })

  test('about a rate limit is waited for once, unless it is done or is something else now', () => {
    expect(ask('rate-limit', 'not-done')).toBe('send-again: not-done')
    expect(ask('rate-limit', 'not-done', { sent: 2 })).toBe('stop: not-done')
    expect(ask('rate-limit', 'unread')).toBe('send-again: unknown')
    expect(ask('rate-limit', 'unread', { sent: 2 })).toBe('stop: unknown')
    expect(ask('rate-limit', 'done')).toBe('go-on: done-by-others')
    expect(ask('rate-limit', 'otherwise')).toBe('go-on: changed-meanwhile')
  })
})

const ada = { 'ada@acme.com': 'administrator' } as const
const POLICY: WrittenPolicy = {
  agents: {
    ...ada,
    'bob@acme.com': { role: 'agent', customRole: 'Clerk' },
    'dee@acme.com': { role: 'agent', customRole: 'New' },
    'cyd@acme.com': 'agent',
    'new@acme.com': 'agent',
  },
  teams: { a: { description: 'x', members: ['cyd@acme.com'] }, b: [] },
  customRoles: { Clerk: ['contact_manage'], New: ['report_manage'] },
}
const SEEN: SeenAccount = {
  agents: {
    ...ada,
    'bob@acme.com': 'agent',
    'dee@acme.com': 'agent',
    'cyd@acme.com': 'administrator',
    'eve@acme.com': 'agent',
  },
  teams: { a: ['bob@acme.com'], old: [] },
  customRoles: {
    1: { name: 'Clerk', permissions: ['contact_manage', 'report_manage'] },
    2: { name: 'Old', permissions: [] },
  },
}
const ALLOW = [
  'narrow:agent/bob@acme.com',
  'narrow:agent/dee@acme.com',
  'create-custom-role',
  'update-custom-role',
  'delete-custom-role:custom-role/Old',
  'demote:agent/cyd@acme.com',
  'remove-agent:agent/eve@acme.com',
  'delete-team:team/old',
  'remove-member',
]

const { steps } = planned(POLICY, SEEN, ALLOW)
const WRITES = steps.written
  .flatMap(({ writes }) => writes)
  .map((write, index) => ({
    kind: write.kind,
    write,
    before: steps.states[index - 1] ?? steps.before,
    after: steps.states[index] ?? steps.before,
  }))

describe('a write', () => {
  test('of every kind is looked at here', () => {
    expect([...new Set(WRITES.map(({ kind }) => kind))].sort()).toEqual([
      'add-member',
      'create-custom-role',
      'create-group',
      'delete-agent',
      'delete-custom-role',
      'delete-group',
      'invite',
      'remove-member',
      'set-custom-role',
      'set-role',
      'update-custom-role',
      'update-group',
    ])
  })

  test.each(WRITES)(
    '$kind is done where the state is as wanted, and not where it is as before',
    ({ write, before, after }) => {
      expect(checkWritten(write, before, after)).toBe('done')
      expect(checkWritten(write, before, before)).toBe('not-done')
      expect(isAsPlanned(write, before, before)).toBe(true)
      expect(isAsPlanned(write, before, after)).toBe(false)
    },
  )

  test.each(WRITES.filter(({ write }) => 'person' in write && write.person.id !== null))(
    '$kind is skipped where the person is another one, has another role or has accepted meanwhile',
    ({ write, before }) => {
      if (!('person' in write)) return
      const others = [
        { id: 99 },
        { role: 'x' as 'agent' },
        { customRoleId: 7 },
        { confirmed: false },
      ].map((parts) => ({
        ...before,
        agents: before.agents.map((agent) =>
          agent.email === write.person.email ? { ...agent, ...parts } : agent,
        ),
      }))
      const half = ['set-role', 'set-custom-role'].includes(write.kind) ? 'half-done' : 'otherwise'
      const seen = ['otherwise', half, half, half]
      expect(others.map((other) => isAsPlanned(write, before, other))).not.toContain(true)
      expect(others.map((other) => checkWritten(write, before, other))).toEqual(seen)
      const gone = {
        ...before,
        agents: before.agents.filter(({ email }) => email !== write.person.email),
      }
      expect(isAsPlanned(write, before, gone)).toBe(false)
    },
  )

  test('an invitation is done whatever id the server gives, and whether or not the user is confirmed already', () => {
    const found = WRITES.find(({ kind }) => kind === 'invite')
    if (found === undefined) throw new Error('Nobody is invited.')
    const seen = (parts: object) => ({
      ...found.after,
      agents: found.after.agents.map((agent) =>
        agent.email === 'new@acme.com' ? { ...agent, id: 4711, ...parts } : agent,
      ),
    })
    expect(checkWritten(found.write, found.before, seen({ confirmed: true }))).toBe('done')
    const half = seen({ role: 'administrator' })
    expect(checkWritten(found.write, found.before, half)).toBe('half-done')
    expect(describeHalfDone(found.write, found.before, half)).toBe(
      'new@acme.com is an administrator with no custom role now, and should be an agent with no custom role: the server did only a part of the request. Correct it in Chatwoot (Settings, Agents), or run apply again and approve what it shows.',
    )
    expect(describeHalfDone(found.write, found.before, found.before)).toBeNull()
  })

  test('is not half done where the person has what was wanted, and something else is different', () => {
    const found = WRITES.find(({ kind }) => kind === 'set-role')
    if (found === undefined) throw new Error('Nobody gets a role.')
    const { write, before, after } = found
    const open = { ...after, agents: after.agents.map((each) => ({ ...each, confirmed: false })) }
    expect(checkWritten(write, before, open)).toBe('otherwise')
    expect(describeHalfDone(write, before, open)).toBeNull()
  })

  test('of a custom role is half done where the person has another one or none', () => {
    const found = WRITES.find(({ kind }) => kind === 'set-custom-role')
    if (found === undefined) throw new Error('Nobody gets a custom role.')
    const held = {
      ...found.before,
      agents: found.before.agents.map((agent) =>
        agent.email === 'bob@acme.com' ? { ...agent, customRoleId: 2 } : agent,
      ),
    }
    expect(describeHalfDone(found.write, found.before, held)).toContain(
      'bob@acme.com is an agent with custom role "Old" now, and should be an agent with custom role "Clerk"',
    )
  })

  test('of settings looks at those that the policy speaks of', () => {
    const found = WRITES.find(({ kind }) => kind === 'update-group')
    if (found === undefined) throw new Error('No team is changed.')
    const seen = (parts: object) => ({
      ...found.after,
      groups: found.after.groups.map((group) =>
        group.name === 'a' ? { ...group, settings: { ...group.settings, ...parts } } : group,
      ),
    })
    expect(checkWritten(found.write, found.before, seen({ icon: 'y' }))).toBe('done')
    expect(checkWritten(found.write, found.before, seen({ description: 'y' }))).toBe('otherwise')
  })

  test('a membership is skipped where its group is gone', () => {
    const found = WRITES.find(({ kind }) => kind === 'add-member')
    if (found === undefined) throw new Error('Nobody joins.')
    expect(isAsPlanned(found.write, found.before, { ...found.before, groups: [] })).toBe(false)
  })

  test('of a custom role is done whatever id the server gives, and whoever gets it has the one of that name', () => {
    const made = WRITES.find(({ kind }) => kind === 'create-custom-role')
    const given = WRITES.find(
      ({ write }) => write.kind === 'set-custom-role' && write.customRole?.name === 'New',
    )
    if (made === undefined || given === undefined) throw new Error('No custom role is created.')
    const seen = (state: typeof made.after, name = 'New', held = 9) => ({
      ...state,
      customRoles: {
        kind: 'read' as const,
        roles: [{ id: 9, name, description: '', permissions: ['report_manage'] }],
      },
      agents: state.agents.map((agent) =>
        agent.email === 'dee@acme.com' ? { ...agent, customRoleId: held } : agent,
      ),
    })
    expect(checkWritten(made.write, made.before, seen(made.after))).toBe('done')
    expect(checkWritten(given.write, given.before, seen(given.after))).toBe('done')
    expect(checkWritten(given.write, given.before, seen(given.after, 'Other'))).toBe('half-done')
    expect(checkWritten(given.write, given.before, seen(given.after, 'New', 8))).toBe('half-done')
    const unread = { ...given.after, customRoles: { kind: 'unread' as const } }
    expect(checkWritten(given.write, given.before, unread)).toBe('half-done')
    expect(checkWritten(made.write, made.before, unread)).toBe('not-done')
  })

  describe('is skipped if it would reach further than was approved:', () => {
    type State = (typeof WRITES)[number]['before']
    const find = (kind: string, name = '') => {
      const found = WRITES.find(
        ({ write }) => write.kind === kind && JSON.stringify(write).includes(name),
      )
      if (found === undefined) throw new Error(`There is no ${kind}.`)
      return found
    }
    const renamed = (state: State, from: string) => ({
      ...state,
      groups: state.groups.map((group) =>
        group.name === from ? { ...group, name: 'secret' } : group,
      ),
    })
    const holding = (state: State, customRoleId: number) => ({
      ...state,
      agents: state.agents.map((agent) =>
        agent.email === 'ada@acme.com' ? { ...agent, customRoleId } : agent,
      ),
    })
    const widened = (state: State) => ({
      ...state,
      customRoles: {
        kind: 'read' as const,
        roles: [{ id: 1, name: 'Clerk', description: '', permissions: ['conversation_manage'] }],
      },
    })

    test.each([
      ['a group has another name', find('add-member'), (state: State) => renamed(state, 'a')],
      [
        'somebody joined a team that goes',
        find('delete-group'),
        (state: State) => ({
          ...state,
          groups: state.groups.map((group) => ({ ...group, members: ['ada@acme.com'] })),
        }),
      ],
      [
        'somebody else holds a custom role that changes',
        find('update-custom-role'),
        (state: State) => holding(state, 1),
      ],
      [
        'somebody else holds a custom role that goes',
        find('delete-custom-role'),
        (state: State) => holding(state, 2),
      ],
      ['a custom role permits more', find('set-custom-role', 'Clerk'), widened],
      [
        'the custom role of a new member permits more',
        {
          write: find('add-member').write,
          before: {
            ...find('add-member').before,
            agents: find('add-member').before.agents.map((each) => ({ ...each, customRoleId: 1 })),
          },
        },
        widened,
      ],
    ])('%s', (_, { write, before }, change) => {
      expect(isAsPlanned(write, before, before)).toBe(true)
      expect(isAsPlanned(write, before, change(before))).toBe(false)
    })

    test('a custom role that this apply has created permits more, or there are two of its name', () => {
      const { write, before } = find('set-custom-role', 'New')
      const { customRoles } = before
      if (customRoles.kind !== 'read') throw new Error('They are not read.')
      const seen = (permissions: string[], ids = [9]) => ({
        ...before,
        customRoles: {
          ...customRoles,
          roles: [
            ...customRoles.roles.filter(({ id }) => id > 0),
            ...ids.map((id) => ({ id, name: 'New', description: '', permissions })),
          ],
        },
      })
      expect(isAsPlanned(write, before, seen(['report_manage']))).toBe(true)
      expect(isAsPlanned(write, before, seen(['conversation_manage', 'report_manage']))).toBe(false)
      expect(isAsPlanned(write, before, seen(['report_manage'], [9, 10]))).toBe(false)
      expect(isAsPlanned(write, before, seen([], []))).toBe(false)
    })

    test('and not because a server without custom roles shows none', () => {
      const { write, before } = find('add-member')
      const customRoles = { kind: 'unsupported' as const }
      expect(isAsPlanned(write, before, { ...before, customRoles })).toBe(true)
    })

    test('a custom role of which there are two by now', () => {
      const { write, before, after } = find('create-custom-role')
      const { customRoles } = after
      if (customRoles.kind !== 'read') throw new Error('They are not read.')
      const twice = { ...customRoles, roles: [...customRoles.roles, ...customRoles.roles] }
      expect(checkWritten(write, before, { ...after, customRoles: twice })).toBe('otherwise')
    })
  })

  test('twice is as once', () => {
    for (const { write, after } of WRITES) {
      if (write.kind === 'invite' || write.kind.startsWith('create-')) continue
      expect(checkWritten(write, after, applyWrite(after, write))).toBe('done')
    }
  })
})
