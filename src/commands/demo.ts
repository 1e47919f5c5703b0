/** `rollcall demo`: the main job in one command, on a made-up company that never leaves memory. */
import { fileURLToPath } from 'node:url'
import type { Report } from '../core/report/report.ts'
import { startSandbox } from '../sandbox/server.ts'
import { credentials } from '../sandbox/state.ts'
import { readArguments } from '../shell/arguments.ts'
import { PLAN_OPTIONS } from '../shell/options.ts'
import type { World } from '../shell/world.ts'
import { plan } from './plan/plan.ts'
import { demoState } from './sandbox.ts'

const FOLDER = fileURLToPath(new URL('../../examples/demo/', import.meta.url))

export async function demo(world: World): Promise<Report> {
  const state = await demoState()
  const server = await startSandbox(state)
  try {
    const env = { CHATWOOT_BASE_URL: server.baseUrl, CHATWOOT_API_TOKEN: credentials(state).token }
    // The policy speaks of days: on every other one the demo would look different.
    const { values } = readArguments(['--today', '2026-11-23', '--quiet'], PLAN_OPTIONS, 'demo')
    return await plan(['demo.yaml'], values, { ...world, cwd: FOLDER, env })
  } finally {
    await server.close()
  }
}

export function whatNext({ exitCode }: Report): string {
  return `
That was a demo: the company is made up and lived in this process only, so this
command ends with 0. A real run would have ended with exit code ${exitCode}.

The policy and the state are in ${FOLDER}
Next, for an account of your own:

  export CHATWOOT_BASE_URL=https://chat.example.com
  export CHATWOOT_API_TOKEN=...   # Profile settings, Access Token
  rollcall plan rollcall.yaml
`
}
