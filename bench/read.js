/**
 * Reads an account in its own process. Arguments: `rollcall`, or `bare` for only undici and
 * JSON.parse; address, token, connections. Prints the time and the CPU time in milliseconds.
 */
import { Pool } from 'undici'
import { openServer } from '../build/chatwoot/client.js'
import { readSnapshot } from '../build/chatwoot/read.js'
import { seal } from '../build/chatwoot/secret.js'

const [how, baseUrl = '', token = '', connections = '4'] = process.argv.slice(2)
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
  const remaining = teams.values()
  const worker = async () => {
    for (const { id } of remaining) await get(`${account}/teams/${id}/team_members`)
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
    now,
    sleep: () => Promise.reject(new Error('No request should wait.')),
    random: Math.random,
    onWait: () => undefined,
  })
  const client = server.client({ token: seal(token), timeoutMs: 600_000 })
  const wanted = { accountId: 1, customRoleNames: false, concurrency: Number(connections) }
  await readSnapshot(client, { ...wanted, now, origin: baseUrl })
  await client.close()
  await server.close()
}

const cpu = process.cpuUsage()
const from = performance.now()
await (how === 'bare' ? readBare() : readAccount())
const ms = performance.now() - from
const { user, system } = process.cpuUsage(cpu)
console.log(JSON.stringify({ ms, cpu: (user + system) / 1000 }))
