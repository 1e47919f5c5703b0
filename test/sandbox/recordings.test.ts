/**
 * The sandbox against answers of a real Chatwoot: same status, headers that matter and body,
 * byte for byte. A recorded GET that is neither replayed nor left out with a reason fails.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { ask } from './ask.ts'

const FOLDER = new URL('../fixtures/recordings/', import.meta.url)

/** Cases with the state of the server when it was asked. */
type Replayed = readonly {
  readonly start: string
  readonly change: (state: SandboxState) => void
  readonly cases: readonly string[]
}[]

const REPLAYED_OF_4_15: Replayed = [
  {
    start: 'the recorded data',
    change: () => {},
    cases: [
      'account',
      'account-not-a-member',
      'account-suspended',
      'agents',
      'agents-as-agent',
      'agents-ignored-params',
      'api-version',
      'custom-roles',
      'custom-roles-as-agent',
      'error-account-not-a-number',
      'error-bot-token',
      'error-empty-token',
      'error-no-such-route',
      'error-no-such-route-html',
      'error-no-token',
      'error-not-a-member',
      'error-platform-token',
      'error-suspended',
      'error-unknown-account',
      'error-unknown-team',
      'error-wrong-base-path',
      'error-wrong-token',
      'health',
      'inbox-members',
      'inboxes',
      'inboxes-as-agent',
      'profile-admin',
      'profile-agent',
      'profile-superadmin',
      'team-1-members',
      'team-2-members',
      'team-3-members',
      'teams',
      'teams-as-agent',
    ],
  },
  {
    start: 'gone@acme.com was deleted, the background job has not run',
    change: deleteGone,
    cases: ['team-members-with-ghost'],
  },
  {
    start: 'a user is gone whose team membership is still there',
    change: (state) => team(state, 'empty team').members.push(99_999),
    cases: ['team-members-half-deleted-user'],
  },
  {
    start: 'gone@acme.com was deleted, two people were added',
    change: (state) => {
      deleteGone(state)
      const [first] = state.users
      const [member] = firstAccount(state).members
      if (!first || !member) throw new Error('The recorded state has people.')
      const email = 'new.person@acme.com'
      state.users.push({ ...first, id: 5312, email, name: 'New Person', confirmed: false })
      firstAccount(state).members.push({ ...member, email, role: 'agent' })
      firstAccount(state).members.push({ ...member, email: 'margaret@acme.com', role: 'agent' })
    },
    cases: ['agents-after-writes'],
  },
]

const LEFT_OUT_OF_4_15: Readonly<Record<string, string>> = {
  'audit-logs': 'The sandbox has no audit log; rollcall does not read it.',
  'audit-logs-page-2': 'As audit-logs.',
  'audit-logs-after-writes': 'As audit-logs.',
  'error-rate-limited': 'The sandbox never throttles; a test that needs a 429 scripts it.',
}

/** One story of reads and writes: the numbers are its order. */
const REPLAYED_OF_4_16: Replayed = [
  {
    start: 'the recorded data',
    change: () => {},
    cases: [
      '01-api',
      '02-account',
      '03-profile',
      '04-profile-as-agent',
      '05-agents',
      '06-teams',
      '07-team-1-members',
      '08-team-2-members',
      '09-team-3-members',
      '10-inboxes',
      '11-inboxes-as-agent',
      '12-inbox-2-members',
      '13-inbox-3-members',
      '14-inbox-1-members',
      '15-inbox-members-as-member',
      '16-inbox-members-as-stranger',
      '17-inbox-members-unknown',
      '18-custom-roles',
      '19-custom-roles-as-agent',
    ],
  },
  {
    start: 'a custom role was made, given to barbara and deleted',
    change: () => {},
    cases: ['30-agents-after-role-deleted'],
  },
  {
    start: 'a person was deleted, invited again, and taken by the background job',
    change: () => {},
    cases: ['52-agents-after-recreate'],
  },
]

const LEFT_OUT_OF_4_16: Readonly<Record<string, string>> = {
  '20-audit-logs-as-agent': 'The sandbox has no audit log; rollcall does not read it.',
  '21-audit-logs-before': 'As 20-audit-logs-as-agent.',
  '54-audit-logs': 'As 20-audit-logs-as-agent.',
  '55-audit-logs-page-2': 'As 20-audit-logs-as-agent.',
  '56-audit-logs-page-99': 'As 20-audit-logs-as-agent.',
}

/** Headers whose value says something. Etags and ids are the recorded server's own. */
const COMPARED = ['content-type', 'content-length', 'cache-control', 'vary']

interface Server {
  /** Of the recordings. */
  readonly folder: string
  readonly edition: SandboxState['edition']
  readonly state: string
  /** When it was asked for its version: the only answer that names the time. */
  readonly askedAt: string
  /** Those that the recordings keep. */
  readonly headers: readonly string[]
  readonly replayed: Replayed
  readonly leftOut: Readonly<Record<string, string>>
}

const SERVERS: readonly Server[] = [
  {
    folder: '4.15.1-enterprise',
    edition: 'enterprise',
    state: 'state.json',
    askedAt: '2026-11-23T07:23:17Z',
    headers: COMPARED,
    replayed: REPLAYED_OF_4_15,
    leftOut: LEFT_OUT_OF_4_15,
  },
  {
    folder: '4.15.1-community',
    edition: 'community',
    state: 'state.json',
    askedAt: '2026-11-23T07:23:16Z',
    headers: COMPARED,
    replayed: REPLAYED_OF_4_15,
    leftOut: LEFT_OUT_OF_4_15,
  },
  {
    folder: '4.16.2-enterprise',
    edition: 'enterprise',
    state: 'state-4.16.2.json',
    askedAt: '2026-11-25T18:15:38Z',
    headers: ['content-type', 'content-length'],
    replayed: REPLAYED_OF_4_16,
    leftOut: LEFT_OUT_OF_4_16,
  },
]

interface Recording {
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
  }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
}

function recording(folder: string, name: string): Recording {
  return JSON.parse(readFileSync(new URL(`${folder}/${name}.json`, FOLDER), 'utf8'))
}

function recordedNames(folder: string): readonly string[] {
  return readdirSync(new URL(`${folder}/`, FOLDER)).map((file) => file.replace(/\.json$/, ''))
}

function firstAccount(state: SandboxState): SandboxState['accounts'][number] {
  const [account] = state.accounts
  if (account === undefined) throw new Error('The recorded state has accounts.')
  return account
}

function team(state: SandboxState, name: string): { members: (string | number)[] } {
  const found = firstAccount(state).teams.find((each) => each.name === name)
  if (found === undefined) throw new Error(`The recorded state has no team ${name}.`)
  return found
}

function deleteGone(state: SandboxState): void {
  const account = firstAccount(state)
  account.members = account.members.filter((member) => member.email !== 'gone@acme.com')
}

for (const { folder, edition, state: file, askedAt, headers, replayed, leftOut } of SERVERS) {
  describe(`the sandbox answers as the recorded ${folder}`, () => {
    const recorded = recordedNames(folder)

    for (const { start, change, cases } of replayed) {
      for (const name of cases.filter((each) => recorded.includes(each))) {
        test(`${name}: ${start}`, async () => {
          const { request, response } = recording(folder, name)
          const state = parseState(readFileSync(new URL(file, FOLDER), 'utf8'), file)
          state.edition = edition
          change(state)
          const sandbox = await startSandbox(state, { now: () => new Date(askedAt) })
          try {
            const reply = await ask(sandbox, request.path, request.headers, request.method)
            expect(reply.status).toBe(response.status)
            expect(reply.body).toBe(response.body)
            for (const header of headers) {
              expect([header, reply.headers[header]]).toEqual([header, response.headers[header]])
            }
          } finally {
            await sandbox.close()
          }
        })
      }
    }

    test('and no recorded GET is forgotten', () => {
      const known = new Set([...replayed.flatMap(({ cases }) => cases), ...Object.keys(leftOut)])
      expect(recorded.filter((name) => !known.has(name))).toEqual([])
      expect(recorded.length).toBeGreaterThan(25)
    })
  })
}

test.each(SERVERS.filter(({ edition }) => edition === 'enterprise'))(
  'every case of $folder is a recorded one, and stands there once',
  ({ folder, replayed, leftOut }) => {
    const cases = [...replayed.flatMap((each) => each.cases), ...Object.keys(leftOut)]
    expect(cases.toSorted()).toEqual(recordedNames(folder).toSorted())
  },
)
