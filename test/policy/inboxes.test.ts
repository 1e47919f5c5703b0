/** What a policy may say about inboxes, and what it is told otherwise. */
import { describe, expect, test } from 'vitest'
import { formatAddress } from '../../src/core/model/address.ts'
import { INBOX } from '../../src/core/model/kinds.ts'
import { getGroups } from '../../src/core/model/policy.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'

const AGENTS = 'agents: { ada@acme.com: administrator, ken@acme.com: agent }\n'
const parse = (text: string) => parsePolicy('p.yaml', Buffer.from(`version: 1\n${text}`))
const said = (text: string) =>
  parse(text).diagnostics.map(
    ({ code, summary, advice, location }) => `${location?.line} ${code}: ${summary} ${advice}`,
  )

test('an inbox is named by its key, or by an id under a free label', () => {
  const { policy, diagnostics } = parse(`inboxes:
  " Website ": [ada@acme.com]
  Mail EU: { id: 12, name: Mail, channel: email, auto_assign: false, members: [] }
  Chat: { id: 7, members: [] }
`)
  expect(diagnostics).toEqual([])
  const entries = [...((policy && getGroups(policy, INBOX)?.section?.entries.values()) ?? [])]
  expect(entries.map(({ subject }) => formatAddress(subject))).toEqual([
    'inbox/Website',
    'inbox/Mail#12',
    'inbox/Chat#7',
  ])
  expect(entries[1]?.settings).toMatchObject({
    channel: { value: 'email' },
    auto_assign: { value: false },
  })
})

test.each<[string, string, readonly RegExp[]]>([
  [
    'a blank name',
    'inboxes: { " ": [] }',
    [/^2 policy-value: The name of an inbox must not be blank/],
  ],
  ['no value', 'inboxes:', [/^2 policy-empty-key: `inboxes` has no value\. Remove the key if/]],
  [
    'no members',
    'inboxes: { a: { channel: email } }',
    [/^2 policy-missing-key: The entry of inbox `a` needs the key `members`/],
  ],
  [
    'an unknown key',
    'inboxes: { a: { chanel: email, members: [] } }',
    [/^2 policy-unknown-key: .*`?chanel.*Did you mean `channel`/s],
  ],
  [
    'a channel as a class name',
    'inboxes: { a: { channel: "Channel::Email", members: [] } }',
    [
      /^2 policy-value: `channel` of `a` must be the type of a channel in lower case.*`rollcall export`/,
    ],
  ],
  [
    'an id in quotes',
    'inboxes: { a: { id: "12", members: [] } }',
    [/^2 policy-value: `id` of `a` must be a positive whole number.*without quotes/],
  ],
  [
    'the same id under two labels',
    'inboxes:\n  a: { id: 12, members: [] }\n  b: { id: 12, members: [] }',
    [/^4 policy-duplicate-entry: `b` is already listed at /],
  ],
  [
    'names that differ by the spaces around them',
    'inboxes:\n  a: []\n  "a ": []',
    [/^4 policy-duplicate-entry: /],
  ],
  [
    'listed and ignored',
    'inboxes: { Test 1: [] }\nscope: { ignore: { inboxes: ["test *"] } }',
    [/^2 policy-declared-and-ignored: `Test 1` is listed, but the pattern `test \*`/],
  ],
  [
    'a member who is not an agent of the policy',
    `${AGENTS}inboxes: { a: [kem@acme.com] }`,
    [/^3 policy-undeclared-member: `kem@acme.com` is a member of an inbox.*ken@acme.com/],
  ],
  [
    'a member who is not an agent of the policy, in a team',
    `${AGENTS}teams: { a: [zoe@x.org] }`,
    [/^3 policy-undeclared-member: `zoe@x.org` is a member of a team/],
  ],
])('%s is an error with a hint', (_, text, expected) => {
  const found = said(text)
  expect(found).toHaveLength(expected.length)
  expected.forEach((each, index) => {
    expect(found[index]).toMatch(each)
  })
})

test('a name may be shared by entries with different ids, and differ in case', () => {
  const text = `inboxes:
  a: { id: 1, name: Mail, members: [] }
  b: { id: 2, name: Mail, members: [] }
  mail: []
  MAIL: []
`
  expect(said(text)).toEqual([])
})

test('a policy about inboxes alone manages something', () => {
  expect(said('inboxes: {}')).toEqual([])
  expect(said('account: 1')).toEqual([expect.stringContaining('policy-nothing-managed')])
})

describe('two entries for one thing say what they share', () => {
  const explain = (text: string) =>
    parse(text).diagnostics.map(({ detail, advice }) => `${detail} ${advice}`)

  test.each([
    'inboxes: { a: { id: 12, members: [] }, b: { id: 12, members: [] } }',
    'custom_roles: { a: { id: 12, permissions: [] }, b: { id: 12, permissions: [] } }',
  ])('the id: %s', (text) => {
    expect(explain(text)).toEqual(['Both have the id 12. Keep one of them.'])
  })

  test.each([
    'inboxes: { a: { name: Website, members: [] }, b: { name: Website, members: [] } }',
    'inboxes: { Website: [], b: { name: Website, members: [] } }',
    'custom_roles: { a: { name: Clerk, permissions: [] }, b: { name: Clerk, permissions: [] } }',
  ])('the name, which an account can have twice: %s', (text) => {
    expect(explain(text)).toEqual([
      'Both have the same name. Keep one of them. If the account has two with this name, write the id of each, `id: …`.',
    ])
  })

  test('the spelling, if a name is unique on an account', () => {
    expect(explain('teams: { Billing: [], billing: [] }')).toEqual([
      'These are two spellings of the same name. Keep one of them.',
    ])
  })
})
