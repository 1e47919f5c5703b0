/** Runs whole commands in this process: real files, real HTTP, a world made for the test. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import type { World } from '../../src/shell/world.ts'

const RECORDED = readFileSync(new URL('../fixtures/recordings/state.json', import.meta.url), 'utf8')

export const ADA = 'RECORDED-TOKEN-OF-ADA'
export const GRACE = 'RECORDED-TOKEN-OF-GRACE'

/** The account that was recorded, as a policy. */
export const EXACT = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  grace@acme.com: agent
  linus@acme.com: { role: agent, pending_until: 2026-12-15 }
  mallory@evil.example: administrator
  old-admin@acme.com: administrator
  ken@acme.com: { role: agent, custom_role: Billing clerk }
  barbara@acme.com: agent
  host@acme.com: agent
  gone@acme.com: agent
teams:
  billing:
    description: Invoices and refunds
    auto_assign: true
    members: [ada@acme.com, grace@acme.com, gone@acme.com]
  Tier 1:
    auto_assign: false
    members: [grace@acme.com, linus@acme.com, barbara@acme.com]
  empty team: []
`

export function recordedState(): SandboxState {
  return parseState(RECORDED, 'recorded')
}

/** Serves the recorded account until the test is over. */
export async function serve(
  options: SandboxOptions = {},
  state = recordedState(),
): Promise<Sandbox> {
  // The clock of the server is that of `run`.
  const now = () => new Date('2026-11-23T08:00:00.000Z')
  const sandbox = await startSandbox(state, { now, ...options })
  onTestFinished(() => sandbox.close())
  return sandbox
}

/** A folder with these files in it, gone when the test is over. Its path has always one length. */
export function folder(files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync('/tmp/rollcall-')
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return path
}

export interface Setting {
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly terminal?: boolean
  readonly world?: Partial<World>
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export async function run(argv: readonly string[], setting: Setting = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' }
  const output = (stream: keyof typeof written) => ({
    isTerminal: setting.terminal ?? false,
    write: async (text: string) => {
      written[stream] += text
    },
  })
  const code = await main(argv, {
    stdin: Readable.from(setting.stdin === undefined ? [] : [Buffer.from(setting.stdin)]),
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: setting.env ?? {},
    cwd: folder(setting.files ?? {}),
    now: () => new Date('2026-11-23T08:00:00.000Z'),
    // Waits are not waited for.
    sleep: async () => undefined,
    random: () => 0.5,
    signal: new AbortController().signal,
    ask: null,
    finish: (work) => work,
    ...setting.world,
  })
  return { code, ...written }
}

export function connection(sandbox: Sandbox, token = ADA): Record<string, string> {
  return { CHATWOOT_BASE_URL: sandbox.baseUrl, CHATWOOT_API_TOKEN: token }
}
