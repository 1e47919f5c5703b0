/** Servers with several accounts each, their policies, and the fleet file for all of them. */
import { onTestFinished } from 'vitest'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'

export interface ServedFleet {
  readonly servers: readonly Sandbox[]
  /** The fleet file, the policies and, of every second server, the file of its token. */
  readonly files: Readonly<Record<string, string>>
  /** The token of every other server. */
  readonly env: Readonly<Record<string, string>>
  readonly names: readonly string[]
}

export const makeToken = (server: number) => `FLEET-TOKEN-OF-SERVER-${server}`

function makeState(server: number, accounts: number) {
  const people = ['ada', 'grace', 'linus', 'ken'].map((name) => `${name}@acme.com`)
  const document = {
    users: people.map((email, index) => ({
      email,
      name: email.split('@')[0],
      ...(index === 0 ? { token: makeToken(server) } : {}),
    })),
    accounts: Array.from({ length: accounts }, (_, index) => ({
      id: index + 1,
      name: `Brand ${server}-${index + 1}`,
      members: people.map((email, at) => ({ email, role: at === 0 ? 'administrator' : 'agent' })),
      teams: [{ name: `billing ${index + 1}`, members: people.slice(0, 2) }],
      inboxes: [{ name: 'Website', members: people.slice(1) }],
    })),
  }
  return parseState(JSON.stringify(document), 'fleet')
}

/** Every third account has drift. */
export function makePolicy(server: number, account: number): string {
  const ken = account % 3 === 0 ? '' : '  ken@acme.com: agent\n'
  const inbox =
    account % 3 === 0
      ? '[grace@acme.com, linus@acme.com]'
      : '[grace@acme.com, linus@acme.com, ken@acme.com]'
  return `version: 1
account: ${account}
agents:
  ada@acme.com: administrator
  grace@acme.com: agent
  linus@acme.com: agent
${ken}custom_roles: {}
teams:
  billing ${account}: [ada@acme.com, grace@acme.com]
inboxes:
  Website: ${inbox}
# server ${server}
`
}

/** @param options of each server, by its number from 1 */
export async function serveFleet(
  servers: number,
  accounts: number,
  options: (server: number) => SandboxOptions = () => ({}),
): Promise<ServedFleet> {
  const numbers = Array.from({ length: servers }, (_, index) => index + 1)
  const started = await Promise.all(
    numbers.map((server) => startSandbox(makeState(server, accounts), options(server))),
  )
  for (const each of started) onTestFinished(() => each.close())
  const files: Record<string, string> = {}
  const env: Record<string, string> = {}
  const lines = ['version: 1', 'accounts:']
  const names: string[] = []
  for (const [index, { baseUrl }] of started.entries()) {
    const server = index + 1
    if (server % 2 === 0) files[`secrets/${server}`] = `${makeToken(server)}\n`
    else env[`TOKEN_${server}`] = makeToken(server)
    for (let account = 1; account <= accounts; account += 1) {
      const name = `brand ${server}-${account}`
      names.push(name)
      files[`policies/${server}-${account}.yaml`] = makePolicy(server, account)
      const token =
        server % 2 === 0 ? `token_file: secrets/${server}` : `token_env: TOKEN_${server}`
      lines.push(
        `  - name: ${name}`,
        `    policy: policies/${server}-${account}.yaml`,
        `    base_url: ${baseUrl}`,
        `    account: ${account}`,
        `    ${token}`,
      )
    }
  }
  files['fleet.yaml'] = `${lines.join('\n')}\n`
  return { servers: started, files, env, names }
}
