/** Who is on an account, without a policy: the order, what stands out, and ties. */
import { expect, test } from 'vitest'
import { listAccount } from '../../src/core/report/listing.ts'
import { snapshot, team } from './build.ts'

const ACCOUNT = snapshot({
  agents: {
    'zoe@acme.com': 'agent',
    'boss@acme.com': { role: 'administrator', confirmed: false, customRoleId: 1 },
    'clerk@acme.com': { role: 'agent', customRoleId: 7, provider: 'saml' },
    'new@other.io': { role: 'agent', confirmed: false, customRoleId: 1, provider: null },
    'ada@acme.com': { role: 'administrator', provider: null },
  },
  teams: {
    b: { members: ['zoe@acme.com', 'ada@acme.com'], ghosts: ['x@acme.com', 'a@acme.com'] },
    a: { members: ['zoe@acme.com'], ghosts: ['x@acme.com'] },
  },
  customRoles: { 1: 'Billing clerk' },
})

test('administrators come first, then open invitations, then custom roles, then everybody else', () => {
  expect(
    listAccount(ACCOUNT).people.map(({ email, rank, status }) => [email, rank, status]),
  ).toEqual([
    ['ada@acme.com', 'administrator', 'active'],
    ['boss@acme.com', 'administrator', 'disabled'],
    ['new@other.io', 'invitation', 'disabled'],
    ['clerk@acme.com', 'custom-role', 'active'],
    ['zoe@acme.com', 'agent', 'active'],
  ])
})

test('a custom role that cannot be named is known by its id', () => {
  const roles = listAccount(ACCOUNT).people.map(({ customRole }) => customRole)
  expect(roles).toEqual([
    null,
    { id: 1, name: 'Billing clerk' },
    { id: 1, name: 'Billing clerk' },
    { id: 7, name: null },
    null,
  ])
})

test('teams, members and ghosts are sorted, and everybody has the names of their teams', () => {
  const { groups, ghosts, people } = listAccount(ACCOUNT)
  expect(groups.map(({ subject, members }) => [subject.name, members])).toEqual([
    ['a', ['zoe@acme.com']],
    ['b', ['ada@acme.com', 'zoe@acme.com']],
  ])
  expect(ghosts).toEqual([
    { email: 'a@acme.com', groups: [team('b')] },
    { email: 'x@acme.com', groups: [team('a'), team('b')] },
  ])
  expect(people.at(-1)?.groups).toEqual([team('a'), team('b')])
})

test('every domain but the most common one is foreign', () => {
  const { domains, homeDomain, people } = listAccount(ACCOUNT)
  expect([domains, homeDomain]).toEqual([
    [
      { value: 'acme.com', people: 4 },
      { value: 'other.io', people: 1 },
    ],
    'acme.com',
  ])
  expect(people.filter(({ foreign }) => foreign).map(({ email }) => email)).toEqual([
    'new@other.io',
  ])
})

test('where two domains are equally common, none is foreign', () => {
  const two = snapshot({ agents: { 'a@x.com': 'administrator', 'b@y.com': 'agent' } })
  const { homeDomain, people } = listAccount(two)
  expect([homeDomain, people.map(({ foreign }) => foreign)]).toEqual([null, [false, false]])
})

test('how people sign in is counted, what the server does not say last among equals', () => {
  expect(listAccount(ACCOUNT).providers).toEqual([
    { value: 'email', people: 2 },
    { value: null, people: 2 },
    { value: 'saml', people: 1 },
  ])
})

test('an account without anybody is an empty listing', () => {
  const { people, domains, homeDomain } = listAccount(snapshot({}))
  expect([people, domains, homeDomain]).toEqual([[], [], null])
})
