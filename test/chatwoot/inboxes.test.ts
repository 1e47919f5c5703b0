/** Reading inboxes: completely or not at all, and never with their secrets. */
import { describe, expect, test } from 'vitest'
import { ALL_PARTS } from '../../src/connect/account.ts'
import { INBOX } from '../../src/core/model/kinds.ts'
import {
  AGENTS,
  type Answers,
  ada,
  answering,
  type Exchange,
  give,
  grace,
  INBOX_MEMBERS,
  INBOXES,
  inTurn,
  MEMBERS,
  PROFILE,
  person,
  profile,
  ROLES,
  read,
  type Settings,
  TEAMS,
  VERSION,
  website,
} from './harness.ts'

const WANTED: Settings = { wanted: { groups: new Set([INBOX]) } }
const inbox = (members: readonly object[]) => ({ json: { payload: members } })
const inboxesOf = ({ snapshot }: Awaited<ReturnType<typeof read>>) =>
  snapshot?.groups.filter(({ of }) => of === INBOX)
const asAgent = {
  ...profile,
  id: 2,
  email: 'grace@acme.com',
  accounts: [{ id: 1, name: 'Acme', role: 'agent' }],
}
const demoted = { ...profile, accounts: [{ id: 1, name: 'Acme', role: 'agent' }] }

describe('inboxes', () => {
  test('are read with channel, automatic assignment and members, and no secret is kept', async () => {
    const outcome = await read({}, WANTED)
    expect(inboxesOf(outcome)).toEqual([
      {
        of: INBOX,
        id: 4,
        name: 'Website',
        settings: { channel: 'web_widget', auto_assign: true },
        members: ['grace@acme.com'],
        ghosts: [],
      },
    ])
    expect(outcome.snapshot?.coverage).toEqual({ teams: 'read', inboxes: 'read' })
    expect(JSON.stringify(outcome.snapshot)).not.toMatch(/SECRET/)
  })

  test.each([
    ['Channel::Api', 'api'],
    ['Channel::TwilioSms', 'twilio_sms'],
    ['Channel::FacebookPage', 'facebook_page'],
    ['Fork::Fax', 'fork::fax'],
  ])('have the channel %s as %s', async (channel_type, channel) => {
    const outcome = await read({ [INBOXES]: inbox([{ ...website, channel_type }]) }, WANTED)
    expect(inboxesOf(outcome)?.[0]?.settings['channel']).toBe(channel)
  })

  test('have no automatic assignment where the server has null', async () => {
    const list = inbox([{ ...website, enable_auto_assignment: null }])
    const outcome = await read({ [INBOXES]: list }, WANTED)
    expect(inboxesOf(outcome)?.[0]?.settings['auto_assign']).toBe(false)
  })

  test('that repeat a name are both read, in the order of their ids', async () => {
    const answers = {
      [INBOXES]: inbox([{ ...website, id: 5 }, website]),
      [INBOX_MEMBERS.replace('4', '5')]: inbox([]),
    }
    expect(inboxesOf(await read(answers, WANTED))?.map(({ id }) => id)).toEqual([4, 5])
  })

  test('are not requested if nobody wants them', async () => {
    const { snapshot, requests } = await read({})
    expect(snapshot?.coverage['inboxes']).toBe('unread')
    expect(requests.filter(({ url }) => url?.includes('inbox'))).toEqual([])
  })

  test('are unreadable with the token of an agent, and are not requested', async () => {
    const outcome = await read({ [PROFILE]: { json: asAgent } }, WANTED)
    expect(outcome.snapshot?.coverage).toEqual({ teams: 'read', inboxes: 'unreadable' })
    expect(inboxesOf(outcome)).toEqual([])
    expect(outcome.requests.filter(({ url }) => url?.includes('inbox'))).toEqual([])
  })

  test('are requested without waiting for the agents, and share the connections with teams', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => i + 1)
    const shared = { open: 0, most: 0 }
    const slow = (json: unknown) => (exchange: Exchange) => {
      shared.open += 1
      shared.most = Math.max(shared.most, shared.open)
      setTimeout(() => {
        shared.open -= 1
        give({ json }, exchange)
      }, 1)
    }
    let release: () => void = () => undefined
    const asked = new Promise<void>((resolve) => {
      release = resolve
    })
    const answers: Answers = {
      ...Object.fromEntries(
        ids.flatMap((id) => [
          [`${TEAMS}/${id}/team_members`, slow([])],
          [INBOX_MEMBERS.replace('4', String(id)), slow({ payload: [] })],
        ]),
      ),
      [TEAMS]: { json: ids.map((id) => ({ id, name: `t${id}`, allow_auto_assign: true })) },
      [INBOXES]: inbox(ids.map((id) => ({ ...website, id }))),
      [`${INBOX_MEMBERS.replace('4', '100')}`]: (exchange) => {
        release()
        give(inbox([]), exchange)
      },
      [AGENTS]: (exchange) => void asked.then(() => give({ json: [ada, grace] }, exchange)),
    }
    const { snapshot } = await read(answers, WANTED)
    expect(snapshot?.groups).toHaveLength(200)
    expect(shared.most).toBeLessThanOrEqual(4)
    expect(shared.most).toBeGreaterThan(1)
  })
})

describe('a read of inboxes that contradicts itself', () => {
  const gone = answering(404, { error: 'Resource could not be found' })
  const torn: readonly [string, string, unknown][] = [
    [
      'a member who is not in the agent list',
      INBOX_MEMBERS,
      { payload: [person(9, 'x@acme.com')] },
    ],
    [
      'a member with another role',
      INBOX_MEMBERS,
      { payload: [{ ...grace, role: 'administrator' }] },
    ],
    ['a member without a role', INBOX_MEMBERS, { payload: [{ ...grace, role: null }] }],
    [
      'a member without a role who is not in the agent list',
      INBOX_MEMBERS,
      { payload: [person(9, 'x@acme.com', { role: null })] },
    ],
  ]

  test.each(torn)('%s: read again, and fine once they agree', async (_, path, json) => {
    const answers = { [path]: inTurn({ json }, inbox([grace])) }
    const outcome = await read(answers, WANTED)
    expect(inboxesOf(outcome)?.[0]?.members).toEqual(['grace@acme.com'])
    expect(outcome.requests.filter(({ url }) => url === AGENTS)).toHaveLength(2)
  })

  test.each(torn)('%s: no snapshot after three reads', async (_, path, json) => {
    const { codes, diagnostics } = await read({ [path]: { json } }, WANTED)
    expect(codes).toEqual(['read-contradiction'])
    expect(diagnostics[0]?.summary).toContain('in inbox Website')
  })

  test('an inbox that vanishes meanwhile is read again', async () => {
    const answers = { [INBOXES]: inTurn(inbox([website]), inbox([])), [INBOX_MEMBERS]: gone }
    expect(inboxesOf(await read(answers, WANTED))).toEqual([])
  })

  test('an inbox whose members are never found leaves no snapshot, and is named', async () => {
    const { codes, diagnostics } = await read({ [INBOX_MEMBERS]: gone }, WANTED)
    expect(codes).toEqual(['read-contradiction'])
    expect(diagnostics[0]?.summary).toMatch(/^Inbox 4 is in the inbox list/)
  })

  // Otherwise the inboxes that an agent does not see would count as missing.
  test('an owner who stops being an administrator meanwhile leaves no snapshot', async () => {
    const answers = {
      [PROFILE]: ({ count, ...rest }: Exchange) => {
        give({ json: count % 2 === 1 ? profile : demoted }, { count, ...rest })
      },
    }
    const { codes, diagnostics } = await read(answers, WANTED)
    expect(codes).toEqual(['read-contradiction'])
    expect(diagnostics[0]?.summary).toContain('stopped being an administrator')
  })

  test('members that fail while a user is being deleted are read again', async () => {
    const broken = answering(500, { status: 500, error: 'Internal Server Error' })
    const answers = { [INBOX_MEMBERS]: inTurn(broken, broken, broken, broken, inbox([grace])) }
    expect(inboxesOf(await read(answers, WANTED))?.[0]?.members).toEqual(['grace@acme.com'])
  })

  test('reports the failure of an inbox, whatever is left of the teams', async () => {
    const teams = Array.from({ length: 100 }, (_, i) => ({
      id: i + 1,
      name: `t${i}`,
      allow_auto_assign: true,
    }))
    const answers = {
      [TEAMS]: { json: teams },
      ...Object.fromEntries(teams.map(({ id }) => [`${TEAMS}/${id}/team_members`, { json: [] }])),
      [INBOX_MEMBERS]: answering(422, { message: 'odd' }),
    }
    expect((await read(answers, WANTED)).codes).toEqual(['server-refused'])
  })
})

describe('everything that a token may see', () => {
  test('includes custom roles that nobody has, with their permissions, and the version', async () => {
    const role = { id: 5, name: 'Clerk', description: null, created_at: 'x' }
    const answers = {
      [ROLES]: { json: [{ ...role, permissions: ['report_manage', 'contact_manage'] }] },
      [VERSION]: { json: { version: '4.16.2', timestamp: 'x' } },
    }
    const { snapshot } = await read(answers, { wanted: { ...ALL_PARTS, version: true } })
    expect(snapshot?.serverVersion).toBe('4.16.2')
    expect(snapshot?.customRoles).toEqual({
      kind: 'read',
      roles: [
        {
          id: 5,
          name: 'Clerk',
          description: '',
          permissions: ['contact_manage', 'report_manage'],
        },
      ],
    })
  })

  test('is read without the version where the server does not give it', async () => {
    const { snapshot } = await read({ [VERSION]: { json: {} } }, { wanted: { version: true } })
    expect(snapshot?.serverVersion).toBeNull()
  })

  test('has its members in both kinds of groups', async () => {
    const { snapshot } = await read({ [MEMBERS]: { json: [grace] } }, WANTED)
    expect(snapshot?.groups.map(({ of, members }) => `${of.label} ${members.join()}`)).toEqual([
      'team grace@acme.com',
      'inbox grace@acme.com',
    ])
  })
})
