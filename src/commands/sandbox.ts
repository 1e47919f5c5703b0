/** `rollcall sandbox`: serves a Chatwoot in memory, only to this machine, until it is stopped. */
import { isUtf8 } from 'node:buffer'
import { once } from 'node:events'
import { explainError } from '../files/whole-file.ts'
import { readNamed, showName } from '../policy/read/named-file.ts'
import { parseState, readDemoState } from '../sandbox/parse-state.ts'
import { startSandbox } from '../sandbox/server.ts'
import { findCredentials, type SandboxState } from '../sandbox/state.ts'
import type { Values } from '../shell/arguments.ts'
import { define, makeUsageFailure } from '../shell/command.ts'
import { groupOptions, inputFile } from '../shell/options.ts'
import { readCount } from '../shell/values.ts'
import type { World } from '../shell/world.ts'
import { renderSandbox } from '../views/sandbox.ts'

const LARGEST = 256 * 1024 * 1024

/** As on a real server with little to do: after a removal, ghosts are seen for a moment. */
const JOB_DELAY = 1000

const OPTIONS = groupOptions('Sandbox', {
  port: {
    type: 'number',
    placeholder: 'N',
    default: 0,
    coerce: readCount(0, 65_535),
    describe: 'Port to listen on; 0 uses a free port',
  },
  state: {
    ...inputFile,
    describe: 'State to start with (`rollcall schema sandbox`); default: the demo company',
  },
  edition: {
    type: 'string',
    choices: ['enterprise', 'community'],
    describe: 'Edition that the server imitates; default: that of the state',
  },
  chatwoot: {
    type: 'string',
    choices: ['3.13.0', '4.15.1', '4.16.2'],
    describe: 'Release that the server imitates; default: that of the state',
  },
})

export const command = define('sandbox', {
  positional: '',
  describe: 'Run a Chatwoot in memory on this machine until you stop it',
  options: OPTIONS,
  examples: {
    'rollcall sandbox': 'Serve the made-up company of the demo',
    'rollcall sandbox --state state.json --port 3000': 'Serve your own state',
  },
  run: async ({ values }, world) => {
    await serve(values, world)
    return { output: '', exitCode: 0 }
  },
})

async function serve(flags: Values<typeof OPTIONS>, world: World): Promise<void> {
  const state = await readState(flags.state, flags.chatwoot ?? undefined, world)
  if (flags.edition !== null) state.edition = flags.edition
  const server = await startSandbox(state, { port: flags.port, jobDelay: JOB_DELAY })
  const { account, email, token } = findCredentials(state)
  const settings = {
    CHATWOOT_BASE_URL: server.baseUrl,
    ...(account !== null && { CHATWOOT_ACCOUNT_ID: String(account) }),
    CHATWOOT_API_TOKEN: token,
  }
  const { version, edition } = state
  await world.stdout.write(renderSandbox({ version, edition, email, settings }))
  if (!world.signal.aborted) await once(world.signal, 'abort')
  await server.close()
}

async function readState(
  file: string | null,
  version: string | undefined,
  world: World,
): Promise<SandboxState> {
  if (file === null) return readDemoState(version)
  const bytes = await readNamed(file, LARGEST, world).catch(explainError)
  if (bytes === null || typeof bytes === 'string') {
    throw makeUsageFailure(
      `The state file ${file} cannot be read (${bytes ?? 'too large'}).`,
      'Use a JSON file; docs/sandbox.md shows an example.',
    )
  }
  if (!isUtf8(bytes)) {
    throw makeUsageFailure(`The state file ${file} is not valid UTF-8.`, 'Save it as UTF-8.')
  }
  return parseState(new TextDecoder().decode(bytes), showName(file), version)
}
