/**
 * Whatever the account, the policy and the permissions are, and whoever else is at work: an apply does
 * what was approved and nothing else, and never takes the last administrators.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import {
  apply,
  BOT,
  findAllows,
  makeState,
  type Person,
  parseSaid,
  RIVAL,
  RIVAL_TOKEN,
  type Said,
  UNLIMITED,
  writePolicy,
  writesOf,
} from '../cli/applying.ts'
import { readTruth, type Truth } from '../sandbox/truth.ts'
import {
  inTurn,
  type RivalRequest,
  WRITE_FAULTS,
  WRITES,
  withRival,
  withWriteFaults,
} from '../sandbox/write-faults.ts'

const PEOPLE = ['p1@acme.com', 'p2@acme.com', 'p3@acme.com', 'p4@acme.com', 'p5@acme.com']
/** Without the owner of the token, whom no plan may touch. */
const MEMBERS = [RIVAL, ...PEOPLE]

const seenPerson: fc.Arbitrary<Person | null> = fc.constantFrom<(Person | null)[]>(
  null,
  'agent',
  'administrator',
  { role: 'agent', customRole: 1 },
  { role: 'administrator', customRole: 1 },
  { role: 'agent', confirmed: false },
)
const writtenPerson = fc.constantFrom<(string | null)[]>(
  null,
  'agent',
  'administrator',
  '{ role: agent, custom_role: Clerk }',
  '{ role: agent, custom_role: Other }',
  '{ role: agent, pending_until: 2026-12-15 }',
)
const members = fc.subarray(MEMBERS)

interface World {
  readonly state: SandboxState
  readonly policy: string
  /** Which of the permissions that would be needed are given. */
  readonly given: readonly boolean[]
}

const worlds: fc.Arbitrary<World> = fc
  .record({
    seen: fc.tuple(...PEOPLE.map(() => seenPerson)),
    written: fc.tuple(...PEOPLE.map(() => writtenPerson)),
    seenGroups: fc.tuple(members, members, members, members),
    writtenGroups: fc.tuple(members, members, members),
    widened: fc.boolean(),
    given: fc.oneof(fc.constant([true]), fc.array(fc.boolean(), { minLength: 1, maxLength: 12 })),
  })
  .map(({ seen, written, seenGroups, writtenGroups, widened, given }) => {
    const agents = Object.fromEntries(
      PEOPLE.flatMap((email, index) => (seen[index] == null ? [] : [[email, seen[index]]])),
    )
    const listed = Object.fromEntries(
      PEOPLE.flatMap((email, index) => (written[index] == null ? [] : [[email, written[index]]])),
    )
    const on = (list: readonly string[], people: object) =>
      list.filter((email) => email === RIVAL || email in people)
    const [a, b, desk, mail] = seenGroups.map((list) => on(list, agents))
    const [toA, toNew, toDesk] = writtenGroups.map((list) => on(list, listed).join(', '))
    return {
      state: makeState({
        agents,
        teams: { a: a ?? [], b: b ?? [] },
        inboxes: { desk: desk ?? [], mail: mail ?? [] },
        customRoles: { Clerk: widened ? ['contact_manage', 'report_manage'] : ['contact_manage'] },
      }),
      policy: writePolicy(
        listed,
        `custom_roles:
  Clerk: [contact_manage]
  Other: [report_manage]
teams:
  a: [${toA}]
  new: [${toNew}]
inboxes:
  desk: [${toDesk}]
  mail: []
`,
      ),
      given,
    }
  })

/** What one request of ours did: the addresses of what it changed. */
function listDifferences(before: Truth, after: Truth): readonly string[] {
  const found: string[] = []
  for (const email of new Set([...Object.keys(before.people), ...Object.keys(after.people)])) {
    if (JSON.stringify(before.people[email]) !== JSON.stringify(after.people[email])) {
      found.push(`agent/${email}`)
    }
  }
  for (const [kind, key] of [
    ['team', 'teams'],
    ['inbox', 'inboxes'],
  ] as const) {
    const [had, has] = [before[key], after[key]]
    for (const name of new Set([...Object.keys(had), ...Object.keys(has)])) {
      const address = `${kind}/${name.replace(/ \(\d+\)$/, '')}`
      if ((had[name] === undefined) !== (has[name] === undefined)) found.push(address)
      const [one, other] = [had[name] ?? [], has[name] ?? []]
      const changed = [...one, ...other].filter(
        (each) => one.includes(each) !== other.includes(each),
      )
      found.push(...changed.map((email) => `${address}/${email}`))
    }
  }
  for (const name of new Set([...Object.keys(before.roles), ...Object.keys(after.roles)])) {
    if (JSON.stringify(before.roles[name]) !== JSON.stringify(after.roles[name])) {
      found.push(`custom-role/${name.replace(/ \(\d+\)$/, '')}`)
    }
  }
  return found
}

/** Of the people in the policy, apart from the owner of the token. */
function countAdministrators(state: SandboxState, policy: string): number {
  const confirmed = new Set(state.users.filter((user) => user.confirmed).map(({ email }) => email))
  return (state.accounts[0]?.members ?? []).filter(
    ({ email, role, custom_role_id }) =>
      role === 'administrator' &&
      custom_role_id === null &&
      email !== BOT &&
      confirmed.has(email) &&
      policy.includes(`  ${email}: `),
  ).length
}

interface Watched {
  readonly said: Said
  readonly code: number
  readonly state: SandboxState
}

/** Runs with what is given, and checks at each of its requests what must hold at every moment. */
async function runWatched(
  { state, policy, given }: World,
  options: SandboxOptions = {},
): Promise<Watched> {
  const calm = await startSandbox(structuredClone(state))
  const wanted = await findAllows(calm, policy)
  await calm.close()
  const allows = wanted.filter(
    (each, index) => each.startsWith('--') === false && given[index % given.length],
  )
  const touched: string[] = []
  const least = Math.min(1, countAdministrators(state, policy))
  const counts: number[] = []
  const watch: NonNullable<SandboxOptions['intercept']> = (request, _response, now, honest) => {
    if (request.method === 'GET' || request.user !== BOT) return false
    const [before, had] = [readTruth(now, 1), countAdministrators(now, policy)]
    honest()
    const has = countAdministrators(now, policy)
    if (has < had) counts.push(has)
    touched.push(...listDifferences(before, readTruth(now, 1)))
    return false
  }
  const intercept = options.intercept === undefined ? watch : inTurn(options.intercept, watch)
  const sandbox = await startSandbox(structuredClone(state), { ...options, intercept })
  try {
    const argv = ['--format=json', '--journal=j.jsonl', '--quiet', ...UNLIMITED]
    const given = allows.flatMap((each) => ['--allow', each])
    const ran = await apply(sandbox, policy, [...argv, ...given])
    const said = parseSaid(ran)
    const named = new Set(said.steps.map(({ address }) => address))
    const gone = said.steps.filter(({ step }) => step === 'remove-agent' || step === 'delete-team')
    // Whoever or whatever is deleted leaves every membership.
    const outside = touched.filter(
      (each) =>
        !named.has(each) &&
        gone.every(
          ({ address }) =>
            !each.startsWith(`${address}/`) && !each.endsWith(address.replace('agent/', '/')),
        ),
    )
    expect(outside, 'touched without a step').toEqual([])
    expect(
      counts.filter((each) => each < least),
      'too few administrators',
    ).toEqual([])
    expect(said.stopped ?? '').not.toContain('bug')
    expect(said.exit_code).toBe(ran.code)
    if (said.end !== 'applied' && said.end !== 'stopped')
      expect(writesOf(sandbox).filter(({ user }) => user === BOT)).toEqual([])
    return { said, code: ran.code, state: sandbox.state }
  } finally {
    await sandbox.close()
  }
}

/** What a run without permissions would write: everything of that was allowed before too. */
async function runAgain(
  state: SandboxState,
  policy: string,
): Promise<Watched & { readonly writes: number }> {
  const sandbox = await startSandbox(state)
  try {
    const ran = await apply(sandbox, policy, ['--format=json', '--journal=j.jsonl', ...UNLIMITED])
    return { said: parseSaid(ran), code: ran.code, state, writes: writesOf(sandbox).length }
  } finally {
    await sandbox.close()
  }
}

const runs = (numRuns: number) =>
  ({ numRuns: process.env['ROLLCALL_MATRIX'] === 'all' ? numRuns * 20 : numRuns }) as const

test('an apply that nothing disturbs ends in sync or says what remains, and again writes nothing', async () => {
  const ends: Record<string, number> = {}
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { said, code, state } = await runWatched(world)
      ends[`${said.end} ${code}`] = (ends[`${said.end} ${code}`] ?? 0) + 1
      if (said.end === 'refused') {
        for (const { code: why } of said.diagnostics) ends[why] = (ends[why] ?? 0) + 1
        expect(code).toBe(1)
        expect(said.diagnostics.length).toBeGreaterThan(0)
        return
      }
      expect(
        said.steps.filter(({ status }) => status !== 'done' && said.end !== 'nothing'),
      ).toEqual([])
      expect([0, 2]).toContain(code)
      const again = await runAgain(state, world.policy)
      expect(again.writes).toBe(0)
      expect(again.said.verdict).toBe(said.verdict)
    }),
    runs(12),
  )
  process.stdout.write(`apply, undisturbed: ${JSON.stringify(ends)}\n`)
})

const rivalRequests: fc.Arbitrary<RivalRequest> = fc.oneof(
  fc.record({
    method: fc.constant('PATCH'),
    path: fc.integer({ min: 3, max: 7 }).map((id) => `/api/v1/accounts/1/agents/${id}`),
    body: fc.constantFrom<unknown[]>(
      { role: 'agent' },
      { role: 'administrator' },
      { custom_role_id: 1 },
    ),
  }),
  fc.record({
    method: fc.constant('DELETE'),
    path: fc.integer({ min: 3, max: 7 }).map((id) => `/api/v1/accounts/1/agents/${id}`),
    body: fc.constant(null),
  }),
  fc.record({
    method: fc.constant('POST'),
    path: fc.constant('/api/v1/accounts/1/agents'),
    body: fc.constantFrom(...PEOPLE).map((email) => ({ email, name: 'x', role: 'agent' })),
  }),
  fc.record({
    method: fc.constantFrom('POST', 'DELETE'),
    path: fc.integer({ min: 1, max: 3 }).map((id) => `/api/v1/accounts/1/teams/${id}/team_members`),
    body: fc.integer({ min: 2, max: 7 }).map((id) => ({ user_ids: [id] })),
  }),
  fc.record({
    method: fc.constant('PATCH'),
    path: fc.integer({ min: 1, max: 2 }).map((id) => `/api/v1/accounts/1/teams/${id}`),
    body: fc.constantFrom('renamed', 'new', 'a').map((name) => ({ name })),
  }),
  fc.record({
    method: fc.constant('DELETE'),
    path: fc.integer({ min: 1, max: 3 }).map((id) => `/api/v1/accounts/1/teams/${id}`),
    body: fc.constant(null),
  }),
)

test('beside another administrator who changes the same things, it still does nothing else', async () => {
  const ends: Record<string, number> = {}
  const plans = fc.array(fc.tuple(fc.integer({ min: 15, max: 60 }), rivalRequests), {
    minLength: 1,
    maxLength: 5,
  })
  await fc.assert(
    fc.asyncProperty(worlds, plans, async (world, rivals) => {
      const left = [...rivals]
      // Right before the list of agents is read: later is a race that this API cannot exclude.
      const intercept = withRival(RIVAL_TOKEN, (number, _state, { path }) => {
        const index = left.findIndex(([at]) => at <= number)
        if (index < 0 || !path.endsWith('/agents')) return null
        return left.splice(index, 1)[0]?.[1] ?? null
      })
      const { said, code, state } = await runWatched(world, { intercept })
      ends[`${said.end} ${code}`] = (ends[`${said.end} ${code}`] ?? 0) + 1
      if (code === 0) expect((await runAgain(state, world.policy)).said.verdict).toBe('in_sync')
    }),
    runs(8),
  )
  process.stdout.write(`apply, with a rival: ${JSON.stringify(ends)}\n`)
})

test('on a server that answers late, is cut off or carries out later, its words stay true', async () => {
  const ends: Record<string, number> = {}
  const lost = WRITE_FAULTS.filter(({ name }) => /^(reset before|closed before|503)/.test(name))
  const faults = fc.array(
    fc.record({
      fault: fc.constantFrom(...lost),
      moment: fc.constantFrom('never', 'before', 'later'),
      write: fc.constantFrom(...WRITES),
      times: fc.constant(1),
    }),
    { minLength: 1, maxLength: 4 },
  )
  await fc.assert(
    fc.asyncProperty(worlds, faults, async (world, switched) => {
      const intercept = withWriteFaults(...switched)
      const { said, code, state } = await runWatched(world, { intercept })
      ends[`${said.end} ${code}`] = (ends[`${said.end} ${code}`] ?? 0) + 1
      if (code === 0) expect((await runAgain(state, world.policy)).said.verdict).toBe('in_sync')
      if (said.end === 'applied') {
        expect(said.steps.filter(({ status }) => status !== 'done')).toEqual([])
      }
    }),
    runs(8),
  )
  process.stdout.write(`apply, late: ${JSON.stringify(ends)}\n`)
})

test('while the jobs of the server stand still, it says that the clean-up is not over', async () => {
  const ends: Record<string, number> = {}
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => {
      const { said, code } = await runWatched(world, { jobDelay: null })
      ends[`${said.end} ${code}`] = (ends[`${said.end} ${code}`] ?? 0) + 1
      if (said.end === 'applied') {
        expect(said.steps.filter(({ status }) => status !== 'done')).toEqual([])
        expect([0, 2]).toContain(code)
      }
    }),
    runs(6),
  )
  process.stdout.write(`apply, without jobs: ${JSON.stringify(ends)}\n`)
})
