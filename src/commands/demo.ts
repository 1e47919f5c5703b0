/** `rollcall demo`: plans a made-up company on a server in memory, to show what rollcall does. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { concludeDemo, type Report } from '../core/report/report.ts'
import { readDemoState } from '../sandbox/parse-state.ts'
import { startSandbox } from '../sandbox/server.ts'
import { findCredentials } from '../sandbox/state.ts'
import { readArguments } from '../shell/arguments.ts'
import { define } from '../shell/command.ts'
import { color } from '../shell/options.ts'
import { show, type Views } from '../shell/show.ts'
import type { World } from '../shell/world.ts'
import { makeReport } from './shared/make-report.ts'
import { PLAN_OPTIONS } from './shared/plan-options.ts'

const FOLDER = fileURLToPath(new URL('../../examples/demo/', import.meta.url))

const DAY = Date.UTC(2026, 10, 23, 9)

const VIEWS: Views<{ readonly report: Report }, 'text'> = {
  text: async ({ report }, paint) =>
    (await import('../views/demo.ts')).renderDemo(report, FOLDER, paint),
}

export const command = define('demo', {
  positional: '',
  describe: 'Show a plan for a made-up company',
  options: { color },
  examples: {
    'rollcall demo': 'Show the plan; needs no server, token or policy',
    'rollcall demo --color never': 'Show it without colours',
  },
  run: async ({ values }, world) => {
    return show(concludeDemo(await planDemo(world)), VIEWS, values, world)
  },
})

export async function planDemo(world: World): Promise<Report> {
  const state = await readDemoState()
  // The policy and the audit log contain dates: on another day, the demo would look different.
  const ahead = DAY - world.now().getTime()
  const now = () => new Date(world.now().getTime() + ahead)
  const server = await startSandbox(state, { now })
  try {
    const env = {
      CHATWOOT_BASE_URL: server.baseUrl,
      CHATWOOT_API_TOKEN: findCredentials(state).token,
    }
    // The earlier snapshot is of this server, but the port changes each time.
    const earlier = await readFile(join(FOLDER, 'last-month.json'), 'utf8')
    const stdin = Readable.from([earlier.replace(/"https:[^"]+"/, JSON.stringify(server.baseUrl))])
    const words = ['--previous', '-', '--quiet']
    const { values } = readArguments(words, PLAN_OPTIONS, 'demo')
    // A read waits before it looks for a change again, and nothing changes on this server.
    const sleep = async () => undefined
    const made = { ...world, now, sleep, cwd: FOLDER, env, stdin }
    return await makeReport(['demo.yaml'], values, made)
  } finally {
    await server.close()
  }
}
