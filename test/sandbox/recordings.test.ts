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

/** Every case with the state of the server when it was asked. */
const REPLAYED: readonly {
  readonly start: string
  readonly change: (state: SandboxState) => void
  readonly cases: readonly string[]
}[] = [
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

const LEFT_OUT: Readonly<Record<string, string>> = {
  'audit-logs': 'The sandbox has no audit log; rollcall does not read it.',
  'audit-logs-page-2': 'As audit-logs.',
  'audit-logs-after-writes': 'As audit-logs.',
  inboxes: 'Inboxes are not compared yet, so the sandbox has none.',
  'inboxes-as-agent': 'As inboxes.',
  'inbox-members': 'As inboxes.',
  'error-rate-limited': 'The sandbox never throttles; a test that needs a 429 scripts it.',
}

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

function recording(edition: string, name: string): Recording {
  return JSON.parse(readFileSync(new URL(`4.15.1-${edition}/${name}.json`, FOLDER), 'utf8'))
}

function recordedNames(edition: string): readonly string[] {
  return readdirSync(new URL(`4.15.1-${edition}/`, FOLDER)).map((file) =>
    file.replace(/\.json$/, ''),
  )
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

/** When the recorded server was asked for its version: the only answer that names the time. */
const ASKED_AT = { enterprise: '2026-11-23T07:23:17Z', community: '2026-11-23T07:23:16Z' }

/** Headers whose value says something. Etags and ids are the recorded server's own. */
const COMPARED = ['content-type', 'content-length', 'cache-control', 'vary']

for (const edition of ['enterprise', 'community'] as const) {
  describe(`the sandbox, ${edition} edition, answers as the recorded server`, () => {
    const recorded = recordedNames(edition)

    for (const { start, change, cases } of REPLAYED) {
      for (const name of cases.filter((each) => recorded.includes(each))) {
        test(`${name}: ${start}`, async () => {
          const { request, response } = recording(edition, name)
          const state = parseState(
            readFileSync(new URL('state.json', FOLDER), 'utf8'),
            'test/fixtures/recordings/state.json',
          )
          state.edition = edition
          change(state)
          const now = (): Date => new Date(ASKED_AT[edition])
          const sandbox = await startSandbox(state, { now })
          try {
            const reply = await ask(sandbox, request.path, request.headers, request.method)
            expect(reply.status).toBe(response.status)
            expect(reply.body).toBe(response.body)
            for (const header of COMPARED) {
              expect([header, reply.headers[header]]).toEqual([header, response.headers[header]])
            }
          } finally {
            await sandbox.close()
          }
        })
      }
    }

    test('and no recorded GET is forgotten', () => {
      const replayed = REPLAYED.flatMap(({ cases }) => cases)
      const known = new Set([...replayed, ...Object.keys(LEFT_OUT)])
      expect(recorded.filter((name) => !known.has(name))).toEqual([])
      expect(recorded.length).toBeGreaterThan(30)
    })
  })
}

test('every case of the table is a recorded one, and stands there once', () => {
  const cases = [...REPLAYED.flatMap((each) => each.cases), ...Object.keys(LEFT_OUT)]
  expect(cases.toSorted()).toEqual([...new Set(recordedNames('enterprise'))].toSorted())
})
