/**
 * The sandbox in a process of its own, with a made-up account. Words: the size as JSON, and how
 * many milliseconds every answer takes. Prints address and token as JSON, then serves.
 */
import { setTimeout } from 'node:timers/promises'
import { startSandbox } from '../build/sandbox/server.js'
import { credentials, parseState } from '../build/sandbox/state.js'
import { sandboxState } from './made-up.js'

const [size = '', latency = '0'] = process.argv.slice(2)
const state = parseState(JSON.stringify(sandboxState(JSON.parse(size))), 'made up')
const { baseUrl } = await startSandbox(state, {
  intercept: async () => {
    if (latency !== '0') await setTimeout(Number(latency))
    return false
  },
})
console.log(JSON.stringify({ baseUrl, token: credentials(state).token }))
