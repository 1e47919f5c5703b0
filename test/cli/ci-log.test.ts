/** What commands print may become the log of a CI job, whose runner carries out lines of it. */
import { expect, test } from 'vitest'
import { quoteAddress } from '../../src/core/messages/shell-word.ts'
import { normaliseAddress } from '../../src/core/model/address.ts'
import { connection, EXACT, recordedState, run, serve } from './world.ts'

/** `::` after any white space or `##[` anywhere on GitHub, `##vso[` on Azure, `##teamcity[`. */
const COMMAND = /^\s*::|##\w*\[/m

const NAMES = [
  '::error::pwn',
  `x ${'::set-output name=verdict::in_sync '.repeat(9)}`,
  'x ##[add-mask]x',
  'x ##vso[task.complete result=Succeeded]',
  ':'.repeat(200),
]

const COMMANDS = [
  'list',
  'access',
  'plan',
  'plan --approval',
  'plan --format github',
  'plan --format json',
  'plan --format markdown',
  'plan --format html',
  'plan --format junit',
  'list --format html',
  'list --format json',
  'access --format html',
  'snapshot',
  'snapshot -o snapshot.json',
  'doctor',
  'export',
  'adopt',
  'review -o review/',
]

test.each(COMMANDS.flatMap((command) => NAMES.map((name) => [command, name] as const)))(
  '%s prints no command, even if a name is %j',
  async (command, name) => {
    const state = recordedState()
    const [account] = state.accounts
    if (account === undefined) throw new Error('no account')
    account.name = name
    for (const each of state.users) each.name = name
    const groups = [...account.custom_roles, ...account.teams, ...account.inboxes]
    for (const [index, group] of groups.entries()) group.name = `${name}${index}`
    const sandbox = await serve({}, state)
    const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
    const policy = `${EXACT.replace(/ {2}(mallory|ken).*\n/g, '')}inboxes: {}\n`
    const ran = await run(command.split(' '), { env, files: { 'rollcall.yaml': policy } })
    const printed = `${ran.stdout}\n${ran.stderr}`
    expect(
      printed
        .split('\n')
        .filter((line) => !/^::(error|warning) (file|title)=/.test(line))
        .join('\n'),
    ).not.toMatch(COMMAND)
    expect(printed).toMatch(/\w/)
    // The document is the same, however it is written.
    if (/format json$|^snapshot$/.test(command)) {
      expect(JSON.stringify(JSON.parse(ran.stdout))).toContain(JSON.stringify(name).slice(1, -1))
    }
  },
)

test('an error shows no command that somebody wrote into a policy or an option', async () => {
  for (const name of NAMES) {
    const files = { 'rollcall.yaml': `version: 1\n"${name}": 1\nagents: { "${name}": agent }\n` }
    for (const argv of [
      ['validate'],
      ['plan'],
      ['plan', name],
      ['plan', '--format', name],
      [name],
    ]) {
      const { stdout, stderr } = await run(argv, { files })
      expect(`${stdout}\n${stderr}`).not.toMatch(COMMAND)
    }
  }
})

test('a policy that is printed into a log reads back as the account', async () => {
  const state = recordedState()
  const [team] = state.accounts[0]?.teams ?? []
  if (team === undefined) throw new Error('no team')
  team.name = '##[error]##vso[x]'
  const sandbox = await serve({}, state)
  const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
  const { stdout } = await run(['export'], { env })
  expect(stdout).not.toMatch(COMMAND)
  const { code } = await run(['plan', '-'], { env, stdin: stdout })
  expect(code).toBe(0)
})

test('a command shows the name of a file that it wrote in one harmless line', async () => {
  const sandbox = await serve()
  const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
  const name = 'x\n::error::\u001b[31m##[error]y'
  for (const command of ['export', 'list', 'access', 'snapshot']) {
    const { code, stdout } = await run([command, '-o', name], { env })
    expect(code).toBe(0)
    expect(stdout).not.toMatch(COMMAND)
    expect(stdout).toMatch(/^(Written: |Wrote )x\\u\{a\}::error::\\u\{1b\}/)
  }
})

test('an address that is copied from a log still works', () => {
  for (const address of ['agent/##[a@b.c', 'team/x ##[y', 'team/##[/##vso[@b.c']) {
    const shown = quoteAddress(address)
    expect(shown).not.toMatch(COMMAND)
    expect(normaliseAddress(shown.replaceAll("'", ''))).toBe(normaliseAddress(address))
  }
})
