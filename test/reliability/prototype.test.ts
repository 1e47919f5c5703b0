/** Names that mean something to JavaScript mean nothing to a plan, whoever chose them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { FORMATS } from '../../src/shell/options.ts'
import { ADA, connection, EXACT, run, serve } from '../cli/world.ts'

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf']
const lower = NAMES.map((name) => name.toLowerCase())
const email = (name: string) => `${name}@acme.com`

const POLICY = `version: 1
account: 1
agents:
  ada@acme.com: administrator
${NAMES.map((name) => `  ${email(name)}: agent\n`).join('')}teams:
${NAMES.map((name) => `  ${name}: [${email(name)}]\n`).join('')}`

function account(members: readonly string[], teams: readonly string[]) {
  const emails = ['ada@acme.com', ...members.map(email)]
  const draft = {
    users: emails.map((each) => ({ email: each, token: each === 'ada@acme.com' ? ADA : each })),
    accounts: [
      {
        members: emails.map((each, index) => ({
          email: each,
          role: index === 0 ? 'administrator' : 'agent',
        })),
        teams: teams.map((name) => ({ name, members: [email(name)] })),
      },
    ],
  }
  return serve({}, parseState(JSON.stringify(draft), 'state'))
}

const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype]
const keys = () => prototypes.map((each) => Reflect.ownKeys(each))
let before: ReturnType<typeof keys>
beforeEach(() => {
  before = keys()
})
afterEach(() => {
  expect(keys()).toEqual(before)
  expect({}).not.toHaveProperty('polluted')
})

async function planned(policy: string, sandbox: Awaited<ReturnType<typeof serve>>) {
  const files = { 'rollcall.yaml': policy }
  const env = connection(sandbox)
  const { code, stdout } = await run(['plan', '--format', 'json'], { files, env })
  return { code, document: JSON.parse(stdout) }
}

describe('names such as __proto__ and constructor', () => {
  test('on both sides are in sync', async () => {
    const { code, document } = await planned(POLICY, await account(NAMES, NAMES))
    expect([code, document.accounts[0].findings]).toEqual([0, []])
    expect(document.accounts[0].read).toMatchObject({ agents: 7, teams: 6, memberships: 6 })
  })

  test('in the policy only are missing, each person and each team', async () => {
    const { code, document } = await planned(POLICY, await account([], []))
    expect(code).toBe(2)
    const ids = document.accounts[0].findings.map((each: { id: string }) => each.id)
    expect(ids.toSorted()).toEqual(
      lower
        .flatMap((name) => [`agent-missing:agent/${email(name)}`, `team-missing:team/${name}`])
        .toSorted(),
    )
  })

  test('on the server only are unexpected, each person and each team', async () => {
    const policy = 'version: 1\naccount: 1\nagents: {ada@acme.com: administrator}\nteams: {}\n'
    const { code, document } = await planned(policy, await account(NAMES, NAMES))
    expect(code).toBe(2)
    const ids = document.accounts[0].findings.map((each: { id: string }) => each.id)
    expect(ids.toSorted()).toEqual(
      lower
        .flatMap((name) => [
          `agent-unexpected:agent/${email(name)}`,
          `team-unexpected:team/${name}`,
        ])
        .toSorted(),
    )
  })

  // Metrics name nobody.
  test.each(FORMATS.filter((each) => each !== 'openmetrics'))(
    'are shown as they are in %s',
    async (format) => {
      const files = { 'rollcall.yaml': POLICY }
      const env = connection(await account([], []))
      const { code, stdout } = await run(['plan', '--format', format], { files, env })
      expect(code).toBe(2)
      // Markdown shows underscores as characters of their own.
      const plain = stdout.replaceAll(/\\(?=_)|&#95;(?=_)|\u200b/g, '')
      for (const name of lower.slice(1)) expect(plain).toContain(name)
    },
  )
})

describe('keys of an answer', () => {
  /** The recorded account, with its answers rewritten. */
  const rewriting = (rewrite: (body: string) => string) =>
    serve({
      intercept: (_request, response, _state, honest) => {
        const { status, headers, body } = honest()
        const text = rewrite(body)
        response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) })
        response.end(text)
        return true
      },
    })

  test('that rollcall does not know change nothing, whatever they are called', async () => {
    const junk =
      '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1,'
    const sandbox = await rewriting((body) => body.replaceAll('"id":', `${junk}"id":`))
    const { code, document } = await planned(EXACT, sandbox)
    const honest = await planned(EXACT, await serve())
    expect([code, document.accounts[0].findings]).toEqual([0, honest.document.accounts[0].findings])
  })

  test('never come from what an object inherits', async () => {
    const inherited = '"__proto__":{"role":"administrator","confirmed":true}'
    const sandbox = await rewriting((body) => body.replace('"role":"agent"', inherited))
    const { code, document } = await planned(EXACT, sandbox)
    expect([code, document.cause]).toEqual([1, 'server'])
  })
})
