/**
 * Runs the sandbox in its own process, with a made-up account. Arguments: the size as JSON, and the
 * milliseconds that every answer takes. Prints address and token as JSON, then serves.
 */
import { setTimeout } from 'node:timers/promises'
import { parseState } from '../build/sandbox/parse-state.js'
import { startSandbox } from '../build/sandbox/server.js'
import { findCredentials } from '../build/sandbox/state.js'
import { makeSandboxState } from './made-up.js'

const [size = '', latency = '0'] = process.argv.slice(2)
const state = parseState(JSON.stringify(makeSandboxState(JSON.parse(size))), 'made up')
const { baseUrl } = await startSandbox(state, {
  intercept: async () => {
    if (latency !== '0') await setTimeout(Number(latency))
    return false
  },
})
console.log(JSON.stringify({ baseUrl, token: findCredentials(state).token }))
