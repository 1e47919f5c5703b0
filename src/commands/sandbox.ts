/** `rollcall sandbox`: an in-memory Chatwoot on loopback, until it is stopped. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { reasonOf } from '../files/whole-file.ts'
import { readNamed, shownAs } from '../policy/read/named.ts'
import { parseState } from '../sandbox/parse-state.ts'
import { startSandbox } from '../sandbox/server.ts'
import { credentials, type SandboxState } from '../sandbox/state.ts'
import type { Values } from '../shell/arguments.ts'
import { misused } from '../shell/command.ts'
import type { SANDBOX_OPTIONS } from '../shell/options.ts'
import type { World } from '../shell/world.ts'

const LARGEST = 256 * 1024 * 1024
const DEMO_STATE = new URL('../../examples/demo/state.json', import.meta.url)

export async function sandbox(flags: Values<typeof SANDBOX_OPTIONS>, world: World): Promise<void> {
  const state = await stateOf(flags.state, world)
  if (flags.edition !== null) state.edition = flags.edition
  const server = await startSandbox(state, { port: flags.port })
  const { account, email, token } = credentials(state)
  await world.stdout.write(
    [
      `A Chatwoot in memory (${state.edition}) is listening. Stop it with Ctrl-C.`,
      `The token is ${email}'s.`,
      '',
      `CHATWOOT_BASE_URL=${server.baseUrl}`,
      ...(account === null ? [] : [`CHATWOOT_ACCOUNT_ID=${account}`]),
      `CHATWOOT_API_TOKEN=${token}`,
      '',
    ].join('\n'),
  )
  if (!world.signal.aborted) await once(world.signal, 'abort')
  await server.close()
}

/** The state of the demo company. */
export async function demoState(): Promise<SandboxState> {
  return parseState(await readFile(DEMO_STATE, 'utf8'), 'examples/demo/state.json')
}

async function stateOf(file: string | null, world: World): Promise<SandboxState> {
  if (file === null) return demoState()
  const bytes = await readNamed(file, LARGEST, world).catch(reasonOf)
  if (bytes === null || typeof bytes === 'string') {
    throw misused(
      `The state file ${file} cannot be read (${bytes ?? 'too large'}).`,
      'Give the path of a JSON file; docs/sandbox.md shows one.',
    )
  }
  return parseState(new TextDecoder().decode(bytes), shownAs(file))
}
