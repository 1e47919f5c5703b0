/**
 * The sandbox against answers of a real Chatwoot: same status, headers that matter and body,
 * byte for byte. A recorded case that is neither replayed nor left out with a reason fails.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { ask } from './ask.ts'

const FOLDER = new URL('../fixtures/recordings/', import.meta.url)

/** Cases that one server answers in this order; jobs wait until a case says otherwise. */
interface Story {
  readonly start: string
  readonly cases: readonly string[]
  /** What happened on the server before a case, other than by a recorded request. */
  readonly before?: Readonly<Record<string, (sandbox: Sandbox) => void>>
}

const READS_OF_4_15: Story = {
  start: 'what was read first',
  cases: [
    'account',
    'account-not-a-member',
    'account-suspended',
    'agents',
    'agents-as-agent',
    'agents-ignored-params',
    'api-version',
    'audit-logs',
    'audit-logs-page-2',
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
}

const WRITES_OF_4_15: Story = {
  start: 'the writes',
  cases: [
    'create-agent',
    'create-agent-of-other-account',
    'create-agent-existing',
    'create-agent-bad-email',
    'create-agent-bad-role',
    'create-agent-empty',
    'create-agent-malformed',
    'create-agent-as-agent',
    'create-agent-seat-limit',
    'update-agent-role',
    'update-agent-name-wipes-custom-role',
    'update-agent-custom-role',
    'update-agent-custom-role-unknown',
    'update-agent-custom-role-nested-is-ignored',
    'update-agent-email-is-ignored',
    'update-agent-empty',
    'update-agent-unknown',
    'add-members',
    'add-members-again',
    'add-members-unknown-id',
    'add-members-missing-ids',
    'add-members-as-agent',
    'remove-members',
    'remove-members-not-a-member',
    'replace-members-string-ids-empties-the-team',
    'replace-members',
    'create-team',
    'create-team-plain',
    'create-team-blank',
    'create-team-duplicate',
    'update-team',
    'delete-team',
    'delete-agent',
    'delete-agent-unknown',
    'delete-agent-as-agent',
    'team-members-with-ghost',
    'remove-members-ghost',
    'update-agent-promote',
    'update-agent-demote',
    'agents-after-writes',
    'audit-logs-after-writes',
    'team-members-half-deleted-user',
  ],
  before: {
    'create-agent-seat-limit': ({ state }) => {
      firstAccount(state).seats = firstAccount(state).members.length
    },
    'team-members-half-deleted-user': ({ state }) => {
      firstAccount(state)
        .teams.find(({ id }) => id === 3)
        ?.members.push(99_999)
    },
  },
}

const LEFT_OUT_OF_4_15: Readonly<Record<string, string>> = {
  'error-rate-limited':
    'the sandbox has no limit per minute; a test that needs such a 429 scripts it',
}

/** One story: the numbers are its order. */
const STORY_OF_4_16: Story = {
  start: 'one story',
  cases: recordedNames('4.16.2-enterprise').filter((name) => name !== '22-sign-in'),
  before: {
    '23-create-custom-role': ({ state }) => {
      firstAccount(state).audit_logs.push({
        id: 45,
        auditable_type: 'User',
        auditable_id: 2,
        auditable: null,
        user_id: 2,
        username: 'grace@acme.com',
        action: 'sign_in',
        audited_changes: null,
        version: 1,
        request_uuid: RECORDED_ID,
        created_at: 1_795_630_538,
        remote_address: '127.0.0.1',
      })
    },
    '52-agents-after-recreate': ({ queue }) => {
      while (queue.run());
    },
  },
}

const LEFT_OUT_OF_4_16: Readonly<Record<string, string>> = {
  '22-sign-in': 'the sandbox knows no passwords; its row of the audit log is added instead',
}

/** In the place of every request id of a recording, but not of the audit log of 4.15.1. */
const RECORDED_ID = '00000000-0000-4000-8000-000000000000'

/** Headers whose value says something. Etags and ids are the recorded server's own. */
const COMPARED = ['content-type', 'content-length', 'cache-control', 'vary']

interface Server {
  /** Of the recordings. */
  readonly folder: string
  readonly edition: SandboxState['edition']
  readonly state: string
  /** When it was asked, as far as answers tell: from this case on. */
  readonly clock: Readonly<Record<string, string>>
  /** Those that the recordings keep. */
  readonly headers: readonly string[]
  readonly stories: readonly Story[]
  readonly leftOut: Readonly<Record<string, string>>
}

const SERVERS: readonly Server[] = [
  {
    folder: '4.15.1-enterprise',
    edition: 'enterprise',
    state: 'state.json',
    clock: {
      account: '2026-11-23T07:23:17Z',
      'create-agent': '2026-11-23T07:23:18Z',
      'update-agent-promote': '2026-11-23T07:47:19Z',
    },
    headers: COMPARED,
    stories: [READS_OF_4_15, WRITES_OF_4_15],
    leftOut: LEFT_OUT_OF_4_15,
  },
  {
    folder: '4.15.1-community',
    edition: 'community',
    state: 'state.json',
    clock: { account: '2026-11-23T07:23:16Z' },
    headers: COMPARED,
    stories: [READS_OF_4_15],
    leftOut: LEFT_OUT_OF_4_15,
  },
  {
    folder: '4.16.2-enterprise',
    edition: 'enterprise',
    state: 'state-4.16.2.json',
    clock: {
      '01-api': '2026-11-25T18:15:38Z',
      '23-create-custom-role': '2026-11-25T18:15:38.825Z',
      '24-create-custom-role-same-name': '2026-11-25T18:15:38.852Z',
      '26-widen-custom-role': '2026-11-25T18:15:38.873Z',
      '31-create-agent': '2026-11-25T18:15:39Z',
    },
    headers: ['content-type', 'content-length'],
    stories: [STORY_OF_4_16],
    leftOut: LEFT_OUT_OF_4_16,
  },
]

interface Recording {
  readonly request: {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | null
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
  return readdirSync(new URL(`${folder}/`, FOLDER))
    .map((file) => file.replace(/\.json$/, ''))
    .sort()
}

function firstAccount(state: SandboxState): SandboxState['accounts'][number] {
  const [account] = state.accounts
  if (account === undefined) throw new Error('The recorded state has accounts.')
  return account
}

/**
 * The requests of 4.15.1 kept no id, but the rows that they left in the audit log have one each. And
 * bits of features make numbers that JSON in JavaScript cannot keep.
 */
function normalise(body: string): string {
  return body.replace(/"request_uuid":"[^"]*"/g, '"request_uuid":""').replace(/\d{17,}/g, '0')
}

for (const server of SERVERS) {
  const { folder, edition, state: file, clock, headers, stories, leftOut } = server
  const recorded = recordedNames(folder)
  const all = stories.flatMap(({ cases }) => cases).filter((each) => recorded.includes(each))

  describe(`the sandbox answers as the recorded ${folder}`, () => {
    for (const { start, cases, before } of stories) {
      describe(start, () => {
        let sandbox: Sandbox
        let now = ''

        beforeAll(async () => {
          const state = parseState(readFileSync(new URL(file, FOLDER), 'utf8'), file)
          state.edition = edition
          sandbox = await startSandbox(state, { now: () => new Date(now), jobDelay: null })
        })
        afterAll(() => sandbox.close())

        test.each(cases.filter((each) => recorded.includes(each)))('%s', async (name) => {
          const { request, response } = recording(folder, name)
          before?.[name]?.(sandbox)
          now = clock[name] ?? now
          const sent = { ...request.headers, 'x-request-id': RECORDED_ID }
          const reply = await ask(sandbox, request.path, sent, request.method, request.body)
          expect(reply.status).toBe(response.status)
          expect(normalise(reply.body)).toBe(normalise(response.body))
          expect(reply.headers['x-request-id']).toBe(RECORDED_ID)
          for (const header of headers) {
            expect([header, reply.headers[header]]).toEqual([header, response.headers[header]])
          }
        })
      })
    }

    test('and no recorded case is forgotten', () => {
      const known = new Set([...all, ...Object.keys(leftOut)])
      expect(recorded.filter((name) => !known.has(name))).toEqual([])
      expect(recorded.length).toBeGreaterThan(25)
      process.stdout.write(`${folder}: ${all.length} of ${recorded.length} cases are replayed\n`)
      for (const [name, reason] of Object.entries(leftOut)) {
        if (recorded.includes(name)) process.stdout.write(`  not ${name}: ${reason}\n`)
      }
    })
  })
}

test.each(SERVERS.filter(({ edition }) => edition === 'enterprise'))(
  'every case of $folder is a recorded one, and stands there once',
  ({ folder, stories, leftOut }) => {
    const cases = [...stories.flatMap((each) => each.cases), ...Object.keys(leftOut)]
    expect(cases.toSorted()).toEqual(recordedNames(folder))
  },
)
