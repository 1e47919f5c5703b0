/** `rollcall adopt` over real HTTP: what it shows, what it writes, and what it refuses. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connection, EXACT, folder, recordedState, run, serve } from './world.ts'

const MANY = `# yaml-language-server: $schema=rollcall.schema.json
version: 1
account: 1
agents:
  # The bosses
  ada@acme.com: administrator # do not touch
  grace@acme.com: agent

  linus@acme.com: { role: agent }
  ken@acme.com: agent
  barbara@acme.com: agent
  hedy@acme.com: agent # leaves
  gone@acme.com: agent
  old-admin@acme.com: agent
teams:
  billing:
    description: Invoices
    members: [ada@acme.com, grace@acme.com, hedy@acme.com]
  Tier 1:
    - grace@acme.com
    - barbara@acme.com # night
`

async function setting(text: string, name = 'rollcall.yaml') {
  const sandbox = await serve()
  const cwd = folder({ [name]: text })
  const env = connection(sandbox)
  const rollcall = (...argv: readonly string[]) => run(argv, { env, world: { cwd } })
  return { cwd, rollcall, read: () => readFileSync(join(cwd, name), 'utf8') }
}

describe('without addresses', () => {
  test('shows what accepts everything that is not critical, and writes nothing', async () => {
    const { rollcall, read } = await setting(MANY)
    const { code, stdout, stderr } = await rollcall('adopt')
    expect([code, stderr, read()]).toEqual([0, '', MANY])
    await expect(stdout).toMatchFileSnapshot('golden/adopt.diff')
  })

  test('--write changes just these lines, and a plan then finds administrators only', async () => {
    const { rollcall, read } = await setting(MANY)
    const { code, stdout } = await rollcall('adopt', '--write')
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, 'Written: rollcall.yaml'])
    await expect(read()).toMatchFileSnapshot('golden/adopt.yaml')
    const plan = await rollcall('plan', '--format', 'json')
    const codes = JSON.parse(plan.stdout).accounts[0].findings.map(
      (each: { code: string }) => each.code,
    )
    expect([plan.code, codes]).toEqual([2, ['admin-unexpected', 'admin-unexpected']])
  })

  test('there may be nothing to do', async () => {
    const exact = EXACT.replace(/ {2}old-admin.*\n/, '  old-admin@acme.com: administrator\n')
    const { rollcall, read } = await setting(exact)
    const { code, stdout } = await rollcall('adopt', '--write')
    expect([code, read()]).toEqual([0, exact])
    expect(stdout).toContain('Nothing was adopted. rollcall.yaml is unchanged.')
    const teams = 'version: 1\naccount: 1\nteams: {}\nscope: { ignore: { teams: ["*"] } }\n'
    const { rollcall: other } = await setting(teams)
    expect((await other('adopt')).stdout).toBe('Nothing to adopt: there is no open finding.\n')
  })
})

describe('by name', () => {
  test('an administrator is accepted with a reason, which the policy then gives', async () => {
    const { rollcall, read } = await setting(MANY)
    await rollcall('adopt', '--write')
    const by = ['mallory@evil.example', 'agent/old-admin@acme.com', '--reason', 'Audit: SEC-112']
    expect((await rollcall('adopt', ...by, '--write')).code).toBe(0)
    expect(read()).toContain(
      '  mallory@evil.example: { role: administrator, reason: "Audit: SEC-112" }\n',
    )
    expect((await rollcall('plan')).code).toBe(0)
  })

  test.each([
    [['mallory@evil.example'], 'only if\n  you name it and give --reason'],
    [['agent/ada@acme.com'], 'There is no drift at "agent/ada@acme.com".'],
    [['agent/hosts@acme.com'], 'Did you mean agent/host@acme.com?'],
    [['Host'], 'Did you mean agent/host@acme.com?'],
    [['h\u043est@acme.com'], 'Did you mean agent/host@acme.com? They look alike'],
    [['host@acme.com', 'agent/nobody@acme.com'], 'There is no drift at "agent/nobody@acme.com".'],
    [['mallory@evil.example', '--reason', '   '], '--reason has no value.'],
    [['--reason', 'because'], '--reason needs the address of a person.'],
    [['--policy', '-'], '--policy names standard input, which rollcall cannot change.'],
    [['--policy', 'other.yaml'], 'There is no policy `other.yaml`.'],
  ])('%j is refused, and nothing is written', async (argv, says) => {
    const { rollcall, read } = await setting(MANY)
    const { code, stdout, stderr } = await rollcall('adopt', '--write', ...argv)
    expect([code, stdout, read()]).toEqual([1, '', MANY])
    expect(stderr).toContain(says)
  })

  test('what no line of a policy settles is said', async () => {
    const policy = EXACT.replace('  old-admin', '  # gone\n  old-admin')
    const { rollcall } = await setting(policy)
    const { code, stderr } = await rollcall('adopt', 'old-admin@acme.com')
    expect(code).toBe(1)
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'admin-with-custom-role:agent/old-admin@acme.com was not adopted: the policy cannot fix it.',
    )
  })
})

describe('the file', () => {
  test('keeps its byte order mark, its line ends, its rights, and the link to it', async () => {
    const text = `\ufeff${MANY.replaceAll('\n', '\r\n')}`
    const { rollcall, read, cwd } = await setting(text, 'real.yaml')
    chmodSync(join(cwd, 'real.yaml'), 0o640)
    symlinkSync('real.yaml', join(cwd, 'link.yaml'))
    expect((await rollcall('adopt', '--policy', 'link.yaml', '--write')).code).toBe(0)
    expect(lstatSync(join(cwd, 'link.yaml')).isSymbolicLink()).toBe(true)
    expect(statSync(join(cwd, 'real.yaml')).mode & 0o777).toBe(0o640)
    expect(read().startsWith('\ufeff# yaml')).toBe(true)
    expect(read().replaceAll('\r\n', '')).not.toContain('\n')
    expect(read()).toContain('  host@acme.com: agent\r\n')
  })

  test('cannot be changed if it is gone after the account was read', async () => {
    const cwd = folder({ 'rollcall.yaml': MANY })
    const sandbox = await serve()
    const now = () => {
      rmSync(join(cwd, 'rollcall.yaml'), { force: true })
      return new Date('2026-11-23T08:00:00.000Z')
    }
    const world = { cwd, now }
    const { code, stderr } = await run(['adopt', '--write'], { env: connection(sandbox), world })
    expect([code, existsSync(join(cwd, 'rollcall.yaml'))]).toEqual([1, false])
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'rollcall.yaml could not be read again to change it: no such file or folder.',
    )
  })

  test('is left alone when somebody changed it while the account was read', async () => {
    const cwd = folder({ 'rollcall.yaml': MANY })
    const sandbox = await serve()
    const changed = `${MANY}# mine\n`
    let asked = 0
    const { code, stderr } = await run(['adopt', '--write'], {
      env: connection(sandbox),
      world: {
        cwd,
        now: () => {
          asked += 1
          if (asked === 1) writeFileSync(join(cwd, 'rollcall.yaml'), changed)
          return new Date('2026-11-23T08:00:00.000Z')
        },
      },
    })
    expect([code, readFileSync(join(cwd, 'rollcall.yaml'), 'utf8')]).toEqual([1, changed])
    expect(stderr).toContain('rollcall.yaml was changed while rollcall read the account.')
  })

  test('is left alone where its layout is one that only a person can change', async () => {
    const odd = `version: 1
account: 1
agents: { ada@acme.com: administrator,
  grace@acme.com: agent }
`
    const { rollcall, read } = await setting(odd)
    const { code, stderr } = await rollcall('adopt', '--write')
    expect([code, read()]).toEqual([1, odd])
    expect(stderr).toContain('rollcall.yaml safely because of its layout.')
  })

  test('is one of a folder only where it is named', async () => {
    const { rollcall } = await setting(MANY, 'policies/a.yaml')
    expect((await rollcall('adopt', '--policy', 'policies')).code).toBe(0)
    const two = folder({ 'p/a.yaml': MANY, 'p/b.yaml': MANY })
    const { code, stderr } = await run(['adopt', '--policy', 'p'], { world: { cwd: two } })
    expect([code, stderr.includes('p contains 2 policies')]).toEqual([1, true])
  })
})

test('custom roles are named where the policy names them, and works on the community edition', async () => {
  const named = EXACT.replace('Billing clerk', 'Auditor')
  const { rollcall, read } = await setting(named)
  await rollcall('adopt', '--write')
  expect(read()).toContain('  ken@acme.com: { role: agent, custom_role: Billing clerk }\n')
  const sandbox = await serve({}, { ...recordedState(), edition: 'community' })
  const cwd = folder({ 'rollcall.yaml': named })
  const setting2 = { env: connection(sandbox), world: { cwd } }
  expect((await run(['adopt', '--write'], setting2)).code).toBe(0)
  expect((await run(['plan'], setting2)).code).toBe(0)
})
