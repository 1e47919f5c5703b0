/**
 * Reads an account in its own process. Arguments: `rollcall`, or `bare` for only undici and
 * JSON.parse; address, token, connections, and `inboxes` to read these too. Prints the time and the CPU time in milliseconds.
 */
import { Pool } from 'undici'
import { openServer } from '../build/chatwoot/client.js'
import { readSnapshot } from '../build/chatwoot/read.js'
import { seal } from '../build/chatwoot/secret.js'
import { KINDS, TEAM } from '../build/core/model/kinds.js'

const [how, baseUrl = '', token = '', connections = '4', more] = process.argv.slice(2)
const account = '/api/v1/accounts/1'

async function readBare() {
  const pool = new Pool(baseUrl, { connections: Number(connections) })
  const get = async (/** @type {string} */ path) => {
    const headers = { 'Api-Access-Token': token }
    const { body } = await pool.request({ method: 'GET', path, headers })
    return JSON.parse(await body.text())
  }
  const [, , teams] = await Promise.all([
    get('/api/v1/profile'),
    get(`${account}/agents`),
    get(`${account}/teams`),
  ])
  const lists = teams.map((/** @type {any} */ { id }) => `${account}/teams/${id}/team_members`)
  if (more === 'inboxes') {
    const { payload } = await get(`${account}/inboxes`)
    lists.push(...payload.map((/** @type {any} */ { id }) => `${account}/inbox_members/${id}`))
    await get('/api/v1/profile')
  }
  const remaining = lists.values()
  const worker = async () => {
    for (const path of remaining) await get(path)
  }
  await Promise.all(Array.from({ length: Number(connections) }, worker))
  await pool.destroy()
}

async function readAccount() {
  const now = () => new Date()
  const server = openServer({
    baseUrl,
    userAgent: 'rollcall-bench',
    connections: Number(connections),
    maxRpm: null,
    retryForMs: 0,
    network: { proxy: null, authorities: null, trustAllAsked: false },
    headers: {},
    onRequest: () => undefined,
    signal: new AbortController().signal,
    now,
    sleep: () => Promise.reject(new Error('No request should wait.')),
    random: Math.random,
    onWait: () => undefined,
  })
  const client = server.client({ token: seal(token), timeoutMs: 600_000 })
  const parts = /** @type {const} */ ({ customRoles: 'none', version: false })
  await readSnapshot(client, {
    ...parts,
    groups: new Set(more === 'inboxes' ? KINDS : [TEAM]),
    accountId: 1,
    concurrency: Number(connections),
    now,
    origin: baseUrl,
  })
  await client.close()
  await server.close()
}

const cpu = process.cpuUsage()
const from = performance.now()
await (how === 'bare' ? readBare() : readAccount())
const ms = performance.now() - from
const { user, system } = process.cpuUsage(cpu)
console.log(JSON.stringify({ ms, cpu: (user + system) / 1000 }))
