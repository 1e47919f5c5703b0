/** The state of the sandbox that is shipped with rollcall. */
import { readFile } from 'node:fs/promises'
import { parseState } from './parse-state.ts'
import type { SandboxState } from './state.ts'

const DEMO_STATE = new URL('../../examples/demo/state.json', import.meta.url)

/** The state of the demo company. */
export async function readDemoState(version?: string): Promise<SandboxState> {
  return parseState(await readFile(DEMO_STATE, 'utf8'), 'examples/demo/state.json', version)
}
