/** Accounts, policies and a clock for tests of `rollcall apply`: whole runs over real HTTP. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseState } from '../../src/sandbox/parse-state.ts'
import type { Sandbox, SandboxRequest } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import type { World } from '../../src/shell/world.ts'
import { folder, type Ran, run, type Setting } from './world.ts'

/** Whose token writes. */
export const BOT = 'bot@acme.com'
export const TOKEN = 'TOKEN-OF-BOT-thatMustNeverShow'
/** Another administrator, with a token too. */
export const RIVAL = 'rita@acme.com'
export const RIVAL_TOKEN = 'TOKEN-OF-RITA-thatMustNeverShow'

export interface Made {
  readonly edition?: 'enterprise' | 'community'
  readonly seats?: number
  /** Without them: nobody but the two administrators who have tokens. */
  readonly agents?: Readonly<Record<string, Person>>
  /** Who has a login here, but is on no account, or on account 2. */
  readonly others?: readonly string[]
  readonly teams?: Readonly<Record<string, readonly string[]>>
  readonly inboxes?: Readonly<Record<string, readonly string[]>>
  /** By name; ids from 1. */
  readonly customRoles?: Readonly<Record<string, readonly string[]>>
}

export type Person =
  | 'agent'
  | 'administrator'
  | {
      readonly role?: 'agent' | 'administrator'
      readonly customRole?: number
      readonly confirmed?: boolean
      readonly name?: string
      readonly provider?: string
    }

export function makeState(made: Made): SandboxState {
  const agents: Readonly<Record<string, Person>> = {
    [BOT]: 'administrator',
    [RIVAL]: 'administrator',
    ...made.agents,
  }
  const people = Object.entries(agents).map(([email, person]) => ({
    email,
    ...(typeof person === 'string' ? { role: person } : person),
  }))
  const tokens: Readonly<Record<string, string>> = { [BOT]: TOKEN, [RIVAL]: RIVAL_TOKEN }
  const others = made.others ?? []
  const users = [
    ...people.map(({ email, confirmed = true, name, provider }) => ({
      email,
      confirmed,
      ...(name !== undefined && { name }),
      ...(provider !== undefined && { provider }),
      ...(tokens[email] !== undefined && { token: tokens[email] }),
    })),
    ...others.map((email) => ({ email })),
  ]
  const groups = (list: Readonly<Record<string, readonly string[]>> = {}) =>
    Object.entries(list).map(([name, members]) => ({ name, members }))
  const account = {
    id: 1,
    name: 'Acme',
    features: { audit_logs: true, custom_roles: true },
    ...(made.seats !== undefined && { seats: made.seats }),
    custom_roles: Object.entries(made.customRoles ?? {}).map(([name, permissions]) => ({
      name,
      permissions,
    })),
    members: people.map(({ email, role = 'agent', customRole }) => ({
      email,
      role,
      ...(customRole !== undefined && { custom_role_id: customRole }),
    })),
    teams: groups(made.teams),
    inboxes: groups(made.inboxes),
  }
  const second = { id: 2, name: 'Other', members: others.map((email) => ({ email })) }
  const state = {
    edition: made.edition ?? 'enterprise',
    version: '4.16.2',
    caller: BOT,
    users,
    accounts: others.length > 0 ? [account, second] : [account],
  }
  return parseState(JSON.stringify(state), 'made')
}

/** A policy for account 1 whose administrators are the two of every account, and more. */
export function writePolicy(agents: Readonly<Record<string, string>>, rest = ''): string {
  const lines = Object.entries({
    [BOT]: 'administrator',
    [RIVAL]: 'administrator',
    ...agents,
  }).map(([email, entry]) => `  ${email}: ${entry}\n`)
  return `version: 1\naccount: 1\nagents:\n${lines.join('')}${rest}`
}

/** A clock that moves while somebody waits. Waits end at once. */
export function makeClock(from = '2026-11-23T08:00:00.000Z') {
  let now = Date.parse(from)
  return {
    now: () => new Date(now),
    sleep: async (ms: number, signal: AbortSignal) => {
      signal.throwIfAborted()
      now += ms
      // The jobs of the sandbox get their turn.
      await new Promise((resolve) => setImmediate(resolve))
    },
  } satisfies Partial<World>
}

/** What somebody types who read the question. */
const asAsked = async (question: string): Promise<string> => /"(.*)"/.exec(question)?.[1] ?? ''

/** Limits that stop nothing. */
export const UNLIMITED = ['--max-people=1000', '--max-share=100', '--max-gain=1000']

export interface Applied extends Ran {
  readonly cwd: string
}

/** One run on the account of the sandbox; `policy` is its only file where no folder is given. */
export async function apply(
  sandbox: Pick<Sandbox, 'baseUrl'>,
  policy: string,
  argv: readonly string[] = [],
  { world, env, ...setting }: Setting = {},
): Promise<Applied> {
  const cwd = world?.cwd ?? folder({ 'rollcall.yaml': policy, ...setting.files })
  const ran = await run(['apply', ...argv], {
    ...setting,
    env: {
      CHATWOOT_BASE_URL: sandbox.baseUrl,
      CHATWOOT_ACCOUNT_ID: '1',
      CHATWOOT_APPLY_TOKEN: TOKEN,
      ...env,
    },
    world: { ...makeClock(), ask: asAsked, ...world, cwd },
  })
  return { ...ran, cwd }
}

/** What the JSON of an apply says, as far as tests look at it. */
export interface Said {
  readonly end: string
  readonly verdict: string
  readonly exit_code: number
  readonly summary: string
  readonly stopped: string | null
  readonly pending: readonly string[]
  readonly approval: { readonly value: string } | null
  readonly diagnostics: readonly { readonly code: string; readonly summary: string }[]
  readonly steps: readonly {
    readonly step: string
    readonly address: string
    readonly status: string
    readonly because: string | null
    readonly writes: readonly {
      readonly kind: string
      readonly outcome: string
      readonly http_status: number | null
      readonly request_id: string | null
    }[]
  }[]
  readonly kept_back: readonly { readonly address: string; readonly allow: string | null }[]
  readonly before: { readonly accounts: readonly unknown[] }
  readonly after: { readonly verdict: string } | null
}

export const parseSaid = ({ stdout, stderr }: Ran): Said => {
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Error(`No JSON: ${stdout}\n${stderr}`)
  }
}

/** Each step of a run with its status: `invite agent/new@acme.com: done`. */
export const listSteps = ({ steps }: Said): readonly string[] =>
  steps.map(({ step, address, status }) => `${step} ${address}: ${status}`)

/** Every `--allow` that a policy asks for, until nothing is kept back that could be allowed. */
export async function findAllows(
  sandbox: Pick<Sandbox, 'baseUrl'>,
  policy: string,
  setting: Setting = {},
): Promise<readonly string[]> {
  const allows = new Set<string>()
  for (;;) {
    const argv = [
      '--format=json',
      ...UNLIMITED,
      ...[...allows].flatMap((each) => ['--allow', each]),
    ]
    const world = { ...setting.world, ask: async () => null }
    const said = parseSaid(await apply(sandbox, policy, argv, { ...setting, world }))
    const more = said.kept_back
      .flatMap(({ allow }) => allow ?? [])
      .filter((each) => !allows.has(each))
    if (more.length === 0) return [...allows].flatMap((each) => ['--allow', each])
    for (const each of more) allows.add(each)
  }
}

/** Everything that the policy wants, with a journal. */
export async function applyAll(
  sandbox: Pick<Sandbox, 'baseUrl'>,
  policy: string,
  more: readonly string[] = [],
  setting: Setting = {},
): Promise<{ readonly ran: Applied; readonly said: Said; readonly argv: readonly string[] }> {
  const allows = await findAllows(sandbox, policy, setting)
  const argv = ['--format=json', '--journal=j.jsonl', ...UNLIMITED, ...allows, ...more]
  const ran = await apply(sandbox, policy, argv, setting)
  return { ran, said: parseSaid(ran), argv }
}

/** Calls `act` once, where a run says that it begins with a step, such as `invite agent/new@acme.com`. */
export function whenStep(step: string, act: () => void): Pick<World, 'stderr'> {
  let acted = false
  const write = async (text: string) => {
    if (acted || text.replace(/^\d+\/\d+ /, '').trimEnd() !== step) return
    acted = true
    act()
  }
  return { stderr: { isTerminal: false, write } }
}

export const writesOf = ({ requests }: Pick<Sandbox, 'requests'>): readonly SandboxRequest[] =>
  requests.filter(({ method }) => method !== 'GET')

/** `POST /teams 200`, without the account's part of the path. */
export const listWrites = (sandbox: Pick<Sandbox, 'requests'>, user = BOT): readonly string[] =>
  writesOf(sandbox)
    .filter((request) => request.user === user)
    .map(
      ({ method, path, status }) => `${method} ${path.replace(/^.*accounts\/\d+/, '')} ${status}`,
    )

export interface Line {
  readonly line: string
  readonly [key: string]: unknown
}

/** The lines of the journal of a run. */
export function readLines(cwd: string, name = 'j.jsonl'): readonly Line[] {
  if (!readdirSync(cwd).includes(name)) return []
  const lines = readFileSync(join(cwd, name), 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}
