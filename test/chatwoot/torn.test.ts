/** Accounts that change while they are read: the sandbox's state is changed between two requests. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Sandbox, SandboxRequest } from '../../src/sandbox/server.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { recordedState } from '../cli/world.ts'
import { type Outcome, readFrom } from './harness.ts'

type Account = SandboxState['accounts'][number]

const isMembers = ({ path }: SandboxRequest) => path.endsWith('/team_members')
const billing = (account: Account) => account.teams.find(({ name }) => name === 'billing')

/**
 * Reads the recorded account; `change` is called before the answer to each request, with how many
 * there were of its path.
 */
async function readWhile(
  change: (request: SandboxRequest, account: Account, count: number, state: SandboxState) => void,
): Promise<Outcome & { readonly sandbox: Sandbox }> {
  const counts = new Map<string, number>()
  const sandbox = await startSandbox(recordedState(), {
    intercept: (request, _response, state) => {
      const count = (counts.get(request.path) ?? 0) + 1
      counts.set(request.path, count)
      const [account] = state.accounts
      if (account) change(request, account, count, state)
      return false
    },
  })
  onTestFinished(() => sandbox.close())
  const options = { token: 'RECORDED-TOKEN-OF-ADA', connections: 1 }
  return { ...(await readFrom(sandbox.baseUrl, { options })), sandbox }
}

const listed = ({ snapshot }: Outcome) => snapshot?.agents.map(({ email }) => email)
const reads = ({ sandbox }: { readonly sandbox: Sandbox }) =>
  sandbox.requests.filter(({ path }) => path.endsWith('/agents')).length

function join(account: Account, state: SandboxState): void {
  const [user] = state.users
  const [member] = account.members
  if (!user || !member) throw new Error('The recorded state has people.')
  const email = 'new@acme.com'
  state.users.push({ ...user, id: 900, email, name: email, token: 'RECORDED-TOKEN-OF-NEW' })
  account.members.push({ ...member, email, role: 'agent', custom_role_id: null })
  billing(account)?.members.push(email)
}

const leave = (account: Account, email: string) => {
  account.members = account.members.filter((each) => each.email !== email)
}

describe('an account that changes while it is read', () => {
  test('is read once where nothing changes', async () => {
    const outcome = await readWhile(() => undefined)
    expect([outcome.codes, reads(outcome)]).toEqual([[], 1])
  })

  test('somebody joins account and team after the agent list: both show them', async () => {
    const outcome = await readWhile((request, account, count, state) => {
      if (isMembers(request) && count === 1 && !state.users.some(({ id }) => id === 900)) {
        join(account, state)
      }
    })
    expect([outcome.codes, reads(outcome)]).toEqual([[], 2])
    expect(listed(outcome)).toContain('new@acme.com')
    const team = outcome.snapshot?.groups.find(({ name }) => name === 'billing')
    expect(team?.members).toContain('new@acme.com')
  })

  test('somebody leaves after the agent list: read again, and then they are a ghost', async () => {
    const outcome = await readWhile((request, account) => {
      if (isMembers(request)) leave(account, 'grace@acme.com')
    })
    expect([outcome.codes, reads(outcome)]).toEqual([[], 2])
    expect(listed(outcome)).not.toContain('grace@acme.com')
    const team = outcome.snapshot?.groups.find(({ name }) => name === 'billing')
    expect(team?.ghosts).toContain('grace@acme.com')
    expect(team?.members).not.toContain('grace@acme.com')
  })

  test('a role changes between two lists: the later one counts', async () => {
    const outcome = await readWhile((request, account) => {
      const member = account.members.find(({ email }) => email === 'grace@acme.com')
      if (isMembers(request) && member) member.role = 'administrator'
    })
    expect([outcome.codes, reads(outcome)]).toEqual([[], 2])
    const grace = outcome.snapshot?.agents.find(({ email }) => email === 'grace@acme.com')
    expect(grace?.role).toBe('administrator')
  })

  test('a team is deleted after the team list: gone from the snapshot', async () => {
    const outcome = await readWhile((request, account) => {
      if (isMembers(request)) {
        account.teams = account.teams.filter(({ name }) => name !== 'billing')
      }
    })
    expect([outcome.codes, reads(outcome)]).toEqual([[], 2])
    expect(outcome.snapshot?.groups.map(({ name }) => name)).not.toContain('billing')
  })

  test('a team that is listed again and again but never found gives no verdict', async () => {
    const outcome = await readWhile((request, account) => {
      const team = billing(account)
      if (!team) return
      // The list always has a team that is gone when its members are asked for.
      if (isMembers(request)) team.id += 1000
    })
    expect([outcome.codes, reads(outcome)]).toEqual([['read-contradiction'], 3])
  })

  test('a member whose user row is half deleted: read until the server lists the team', async () => {
    const outcome = await readWhile((_request, account, _count, state) => {
      // Gone from account and installation; the team row goes with a later job.
      leave(account, 'gone@acme.com')
      const rows = state.users.findIndex(({ email }) => email === 'gone@acme.com')
      if (rows >= 0) state.users.splice(rows, 1)
      const failed = outcomeOf(state)
      const team = billing(account)
      if (failed >= 5 && team)
        team.members = team.members.filter((each) => each !== 'gone@acme.com')
    })
    expect(outcome.codes).toEqual([])
    expect(listed(outcome)).not.toContain('gone@acme.com')
    expect(reads(outcome)).toBeGreaterThan(1)
  })

  const asked = new WeakMap<SandboxState, number>()
  const outcomeOf = (state: SandboxState) => {
    const count = (asked.get(state) ?? -3) + 1
    asked.set(state, count)
    return count
  }

  test('an account that changes all the time gives no verdict, and says why', async () => {
    const outcome = await readWhile((request, account) => {
      const member = account.members.find(({ email }) => email === 'grace@acme.com')
      const next = isMembers(request) ? 'administrator' : 'agent'
      if (member) member.role = next
    })
    expect([outcome.codes, reads(outcome)]).toEqual([['read-contradiction'], 3])
    expect(outcome.diagnostics[0]?.summary).toContain('grace@acme.com')
    expect(outcome.diagnostics[0]?.advice).toContain('run again in a few minutes')
  })
})
