/** The requests of an apply: as little as possible, with ids as numbers, and nothing beyond the plan. */
import { describe, expect, test } from 'vitest'
import type { Id } from '../../src/chatwoot/group-endpoints.ts'
import { makeWriteRequest, matchesPattern, UNKNOWN_IDS } from '../../src/chatwoot/write-requests.ts'
import type { CustomRoleFacts, Settings, Write } from '../../src/core/apply/writes.ts'
import { type GroupKind, INBOX, TEAM } from '../../src/core/model/kinds.ts'
import type { Role } from '../../src/core/model/snapshot.ts'

/** By what a write names; with the id `any`, the plan does not know it yet. */
const makeRequests = (accountId: number) => {
  const make = (write: Write, held: Id | null = null) =>
    makeWriteRequest(write, accountId, UNKNOWN_IDS, held)
  const known = (id: Id) => (id === 'any' ? null : id)
  const person = (id: Id, email = 'x@acme.com') => ({ email, stored: email, id: known(id) })
  const group = (of: GroupKind, id: Id) => ({
    subject: { kind: 'group', of, name: 'x', id: null } as const,
    id: known(id),
  })
  const definition = { subject: { kind: 'custom-role', name: 'x', id: null } as const, id: null }
  const join = (kind: 'add-member' | 'remove-member') => (of: GroupKind, id: Id, user: Id) =>
    make({ kind, group: group(of, id), person: person(user) })
  return {
    setRole: (id: Id, role: Role, held: Id | null) =>
      make({ kind: 'set-role', person: person(id), role }, held),
    setCustomRole: (id: Id, customRole: null) =>
      make({ kind: 'set-custom-role', person: person(id), customRole }),
    addMember: join('add-member'),
    removeMember: join('remove-member'),
    updateGroup: (of: GroupKind, id: Id, settings: Settings) =>
      make({ kind: 'update-group', group: group(of, id), settings }),
    removeAgent: (id: Id) => make({ kind: 'delete-agent', person: person(id) }),
    invite: (email: string, name: string, role: Role, customRole: Id) =>
      make({
        ...{ kind: 'invite', person: person('any', email), name, role },
        customRole: { id: known(customRole), name: 'x' },
      }),
    createCustomRole: (facts: CustomRoleFacts) =>
      make({ kind: 'create-custom-role', definition, facts }),
  }
}

const requests = makeRequests(3)

describe('a request', () => {
  test('changes a role together with the custom role that was read, and nothing else', () => {
    expect(requests.setRole(7, 'agent', 2).body).toEqual({ role: 'agent', custom_role_id: 2 })
    expect(requests.setRole(7, 'agent', null).body).toEqual({ role: 'agent', custom_role_id: null })
  })

  test('changes a custom role without the role', () => {
    expect(requests.setCustomRole(7, null)).toEqual({
      method: 'PATCH',
      path: '/api/v1/accounts/3/agents/7',
      body: { custom_role_id: null },
    })
  })

  test('changes only the members it names, never the whole list', () => {
    const all = [requests.addMember, requests.removeMember].flatMap((each) => [
      each(TEAM, 4, 7),
      each(INBOX, 4, 7),
    ])
    expect(
      all.map(({ method, path, body }) => `${method} ${path} ${JSON.stringify(body)}`),
    ).toEqual([
      'POST /api/v1/accounts/3/teams/4/team_members {"user_ids":[7]}',
      'POST /api/v1/accounts/3/inbox_members {"inbox_id":4,"user_ids":[7]}',
      'DELETE /api/v1/accounts/3/teams/4/team_members {"user_ids":[7]}',
      'DELETE /api/v1/accounts/3/inbox_members {"inbox_id":4,"user_ids":[7]}',
    ])
  })

  test.each([
    ['neu@münchen.example', 'neu@xn--mnchen-3ya.example'],
    ['zoë@straße.example', 'zoë@xn--strae-oqa.example'],
    ['neu@xn--mnchen-3ya.example', 'neu@xn--mnchen-3ya.example'],
    // Another domain for rollcall, so the server decides.
    ['neu@münchen\u3002example', 'neu@münchen\u3002example'],
    ['neu@1.2', 'neu@1.2'],
  ])('invites %s as %s: Chatwoot refuses a domain in Unicode', (email, sent) => {
    expect(requests.invite(email, 'x', 'agent', 2).body).toMatchObject({ email: sent })
  })

  test('leaves a setting alone that the plan does not change', () => {
    expect(requests.updateGroup(TEAM, 4, { auto_assign: false }).body).toEqual({
      allow_auto_assign: false,
    })
  })
})

describe('a pattern', () => {
  const add = requests.addMember(INBOX, 'any', 'any')
  test('allows the same request with any id', () => {
    expect(matchesPattern(add, requests.addMember(INBOX, 4, 7))).toBe(true)
    expect(matchesPattern(requests.removeAgent('any'), requests.removeAgent(9))).toBe(true)
    expect(
      matchesPattern(
        requests.invite('a@b.example', 'any', 'agent', 'any'),
        requests.invite('a@b.example', 'any', 'agent', 2),
      ),
    ).toBe(true)
  })

  test.each([
    ['a string as an id', { ...add, body: { inbox_id: 4, user_ids: ['7'] } }],
    ['two ids', { ...add, body: { inbox_id: 4, user_ids: [7, 8] } }],
    ['no ids', { ...add, body: { inbox_id: 4, user_ids: [] } }],
    ['one more key', { ...add, body: { inbox_id: 4, user_ids: [7], role: 'administrator' } }],
    ['no body', { ...add, body: null }],
    ['zero', { ...add, body: { inbox_id: 0, user_ids: [7] } }],
    ['another account', makeRequests(4).addMember(INBOX, 4, 7)],
    ['the other verb', requests.removeMember(INBOX, 4, 7)],
  ])('does not allow %s', (_, write) => {
    expect(matchesPattern(add, write)).toBe(false)
  })

  test('with an id allows only that id', () => {
    expect(matchesPattern(requests.removeAgent(7), requests.removeAgent(7))).toBe(true)
    expect(matchesPattern(requests.removeAgent(7), requests.removeAgent(8))).toBe(false)
    expect(
      matchesPattern(requests.removeAgent('any'), {
        ...requests.removeAgent(7),
        path: '/api/v1/accounts/3/agents/7?x',
      }),
    ).toBe(false)
  })

  test('compares names and permissions as they are, even where they are called "any"', () => {
    const role = { name: 'any', description: '', permissions: ['any'] }
    const pattern = requests.createCustomRole(role)
    expect(matchesPattern(pattern, requests.createCustomRole(role))).toBe(true)
    expect(matchesPattern(pattern, requests.createCustomRole({ ...role, name: 'other' }))).toBe(
      false,
    )
    expect(
      matchesPattern(pattern, requests.createCustomRole({ ...role, permissions: ['b'] })),
    ).toBe(false)
  })
})
