/** The other commands, in-process: validate, schema, sandbox, demo, help. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { loadCommands } from '../../src/cli/command-list.ts'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { ADA, EXACT, folder, run, serve } from './world.ts'

const SCHEMAS = readdirSync(new URL('../../schemas', import.meta.url)).map(
  (file) => file.split('.')[0] ?? '',
)

const schemaOf = (name: string) =>
  readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')
const compiled = (name: string) =>
  new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(schemaOf(name)))

describe('validate', () => {
  test('two policies of one account are refused, each at its line, as a plan refuses them', async () => {
    const of = (account: string) => `version: 1\n${account}teams: {}\n`
    const eu = 'server: https://eu.acme.com\n'
    const [one, other] = [of('account: 1\n'), of('account: 2\n')]
    const files = { 'p/eu.yaml': one, 'p/other.yaml': other, 'p/us.yaml': one }
    const { code, stdout } = await run(['validate', 'p'], { files })
    expect(code).toBe(1)
    expect(stdout.split('\n').filter((line) => /^error|^ {2}at|VALID/.test(line))).toEqual([
      'error: p/eu.yaml is a policy for the same account as p/us.yaml.',
      '  at p/eu.yaml:2:1',
      'error: p/us.yaml is a policy for the same account as p/eu.yaml.',
      '  at p/us.yaml:2:1',
      'INVALID  p/eu.yaml',
      'VALID    p/other.yaml: agents not managed, 0 teams, inboxes not managed',
      'INVALID  p/us.yaml',
      'INVALID, 2 errors, exit code 1',
    ])
    const env = { CHATWOOT_BASE_URL: 'http://127.0.0.1:9', CHATWOOT_API_TOKEN: 'x' }
    const planned = await run(['plan', 'p'], { files, env })
    expect(planned.stdout).toContain('p/eu.yaml is a policy for the same account as p/us.yaml.')

    const servers = async (first: string, second: string) =>
      (
        await run(['validate', 'a.yaml', 'b.yaml'], {
          files: { 'a.yaml': of(`account: 1\n${first}`), 'b.yaml': of(`account: 1\n${second}`) },
        })
      ).code
    // The same number on two servers is two accounts; a policy without a server is of any.
    expect(await servers(eu, 'server: https://us.acme.com\n')).toBe(0)
    expect(await servers(eu, 'server: https://EU.acme.com/\n')).toBe(1)
    expect(await servers(eu, '')).toBe(1)
  })

  const files = {
    'good.yaml': EXACT,
    'bad.yaml': 'version: 1\nagnets: {}\n',
    'worse.yaml': 'version: 2\nteams:\n',
  }

  test('needs no settings, and ends with 0 when every policy can be used', async () => {
    const { code, stdout, stderr } = await run(['validate', 'good.yaml'], { files })
    expect([code, stdout, stderr]).toEqual([
      0,
      'VALID    good.yaml: 9 agents, 3 teams, inboxes not managed\nVALID, exit code 0\n',
      '',
    ])
  })

  test('reports every problem of every file in one run', async () => {
    const { code, stdout } = await run(['validate', 'good.yaml', 'bad.yaml', 'worse.yaml'], {
      files,
    })
    expect(code).toBe(1)
    for (const place of ['bad.yaml:2:1', 'worse.yaml:1:10', 'worse.yaml:2:1']) {
      expect(stdout).toContain(`at ${place}`)
    }
    expect(stdout).toContain('Did you mean `agents`?')
    expect(stdout).toMatch(/INVALID, 3 errors, exit code 1\n$/)
  })

  test.each([
    [['good.yaml'], true],
    [['good.yaml', 'bad.yaml'], false],
    [['none.yaml'], false],
    [['good.yaml', '--colr', 'x'], false],
  ])('%j as JSON fits its schema', async (names, valid) => {
    const { code, stdout } = await run(['validate', '--format', 'json', ...names], { files })
    const document = JSON.parse(stdout)
    const conforms = compiled('validation')
    conforms(document)
    expect(conforms.errors).toBeNull()
    expect([document.format, document.valid, code]).toEqual([
      'rollcall.validation',
      valid,
      valid ? 0 : 1,
    ])
    expect(document.diagnostics.length > 0).toBe(!valid)
  })

  test('a policy that leaves a section out says what it does not manage', async () => {
    const { stdout } = await run(['validate'], {
      files: { 'rollcall.yaml': 'version: 1\nteams: {}\n' },
    })
    expect(stdout).toContain('rollcall.yaml: agents not managed, 0 teams')
    const other = 'version: 1\nagents: { ada@acme.com: administrator }\n'
    expect((await run(['validate'], { files: { 'rollcall.yaml': other } })).stdout).toContain(
      'teams not managed',
    )
  })
})

describe('schema', () => {
  test.each(SCHEMAS)('prints the schema of the %s', async (name) => {
    const { code, stdout } = await run(['schema', name])
    expect([code, stdout]).toEqual([0, schemaOf(name)])
    compiled(name)
  })

  test.each([
    [['schema'], 'The schema is missing.'],
    [['schema', 'polcy'], 'There is no schema "polcy".'],
    [['schema', 'policy', 'report'], 'Unexpected argument "report"'],
  ])('%j is wrong usage', async (argv, says) => {
    const { code, stdout, stderr } = await run(argv)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(says)
  })
})

describe('demo', () => {
  test('shows every kind of finding, says what a real run would end with, and ends with 0', async () => {
    const { code, stdout, stderr } = await run(['demo'], {
      env: { CHATWOOT_BASE_URL: 'https://not.used', CHATWOOT_API_TOKEN: 'not used' },
    })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/A real run would end with exit code 2\./)
    expect(stdout.startsWith('DRIFT  account 1 "Northwind Support"')).toBe(true)
  })

  test('never waits: on its server, nothing changes', async () => {
    const waits: number[] = []
    const sleep = async (ms: number) => {
      waits.push(ms)
    }
    expect(await run(['demo'], { world: { sleep } })).toMatchObject({ code: 0, stderr: '' })
    expect(waits).toEqual([])
  })

  test('says how to get a first verdict about an account of your own', async () => {
    const { stdout } = await run(['demo'])
    const [, lines = ''] = stdout.split('Next, check your own account:\n')
    const sandbox = await serve()
    expect(lines).toContain('CHATWOOT_BASE_URL=https://chat.example.com/app/accounts/1/dashboard')
    const env = {
      CHATWOOT_BASE_URL: `${sandbox.baseUrl}/app/accounts/1/dashboard`,
      CHATWOOT_API_TOKEN: ADA,
    }
    const world = { cwd: folder({}) }
    const ran = [...lines.matchAll(/^ {2}rollcall (.*)$/gm)].map(([, words = '']) => words)
    for (const words of ran) {
      expect([words, (await run(words.split(' '), { env, world })).code]).toEqual([words, 0])
    }
    expect(ran.at(-1)).toBe('plan')
  })

  test('holds every finding of the catalogue that needs no other file', async () => {
    const { planDemo: demo } = await import('../../src/commands/demo.ts')
    const world = {
      now: () => new Date('2026-11-23T08:00:00Z'),
      sleep: async () => undefined,
      random: () => 0,
      signal: new AbortController().signal,
    }
    const report = await demo(world as never)
    const shown = new Set(report.accounts[0]?.findings.map(({ code }) => code))
    const others = ['not-in-roster']
    expect([...shown, ...others].sort()).toEqual(Object.keys(FINDINGS).sort())
    expect(report.accounts[0]?.ignored.length).toBeGreaterThan(0)
  })
})

describe('sandbox', () => {
  test('prints where it listens and as whom to ask, until it is stopped', async () => {
    const stop = new AbortController()
    const told = new EventTarget()
    let said = ''
    const running = run(['sandbox'], {
      world: {
        signal: stop.signal,
        stdout: {
          isTerminal: false,
          write: async (text) => {
            said += text
            told.dispatchEvent(new Event('said'))
          },
        },
      },
    })
    await once(told, 'said')
    const [, base] = /CHATWOOT_BASE_URL=(\S+)/.exec(said) ?? []
    const [, token] = /CHATWOOT_API_TOKEN=(\S+)/.exec(said) ?? []
    const [, id] = /CHATWOOT_ACCOUNT_ID=(\d+)/.exec(said) ?? []
    const ran = await run(['plan', 'p.yaml', '--account-id', id ?? ''], {
      files: { 'p.yaml': 'version: 1\nteams: {}\n' },
      env: { CHATWOOT_BASE_URL: base ?? '', CHATWOOT_API_TOKEN: token ?? '' },
    })
    expect(ran.code).toBe(2)
    stop.abort(130)
    expect((await running).code).toBe(130)
  })

  test('prints settings that work when they are pasted into a shell', async () => {
    const token = `it's$HOME"x"&y`
    const state = {
      users: [{ email: 'ada@acme.com', token }],
      accounts: [{ members: [{ email: 'ada@acme.com', role: 'administrator' }] }],
    }
    const stop = new AbortController()
    let said = ''
    await run(['sandbox', '--state', 's.json'], {
      files: { 's.json': JSON.stringify(state) },
      world: {
        signal: stop.signal,
        stdout: {
          isTerminal: false,
          write: async (text) => {
            said += text
            stop.abort(130)
          },
        },
      },
    })
    const pasted = said.slice(said.indexOf('export'))
    const show = 'printf "%s\\n" "$CHATWOOT_ACCOUNT_ID" "$CHATWOOT_API_TOKEN"'
    const asked = `${pasted}\nsh -c '${show}'`
    expect(execFileSync('sh', ['-euc', asked], { encoding: 'utf8' })).toBe(`1\n${token}\n`)
  })

  test('reads and writes as the release that --chatwoot names, whatever the state says', async () => {
    const state = {
      version: '4.15.1',
      users: [{ email: 'ada@acme.com' }],
      accounts: [
        {
          members: [{ email: 'ada@acme.com', role: 'administrator' }],
          teams: [{ name: ' Night\tShift ' }],
        },
      ],
    }
    for (const [more, name] of [
      [[], ' night\tshift '],
      [['--chatwoot', '4.16.2'], 'nightshift'],
    ] as const) {
      const stop = new AbortController()
      const told = new EventTarget()
      let said = ''
      const write = async (text: string) => {
        said += text
        told.dispatchEvent(new Event('said'))
      }
      const running = run(['sandbox', '--state', 's.json', ...more], {
        files: { 's.json': JSON.stringify(state) },
        world: { signal: stop.signal, stdout: { isTerminal: false, write } },
      })
      await once(told, 'said')
      const [, base] = /CHATWOOT_BASE_URL=(\S+)/.exec(said) ?? []
      const headers = { 'api-access-token': 'sandbox-token-of-user-1' }
      const teams = await fetch(`${base}/api/v1/accounts/1/teams`, { headers })
      expect(await teams.json()).toEqual([expect.objectContaining({ name })])
      const created = await fetch(`${base}/api/v1/accounts/1/teams`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ name: `Late${name}` }),
      })
      expect(await created.json()).toMatchObject({ id: 2, name: `late${name}` })
      expect(said).toContain(`(${more[1] ?? '4.15.1'}, enterprise)`)
      stop.abort(130)
      await running
    }
  })

  test.each([
    [['sandbox', '--state', 'none.json'], 'none.json cannot be read (no such file or folder)'],
    [['sandbox', '--state', 'bad.json'], 'bad.json'],
    [['sandbox', '--state', 'latin.json'], 'latin.json is not valid UTF-8'],
    [['sandbox', '--port', '70000'], '--port has the invalid value "70000"'],
    [['sandbox', '--edition', 'cloud'], 'Choices: enterprise, community.'],
    [['sandbox', '--chatwoot', '4.16'], 'Choices: 3.13.0, 4.15.1, 4.16.2.'],
    [['sandbox', 'now'], 'Unexpected argument "now"'],
  ])('%j is refused with the next step', async (argv, says) => {
    const cwd = folder({ 'bad.json': '{"users":' })
    writeFileSync(join(cwd, 'latin.json'), '{"users":[{"email":"zoë@acme.com"}]}', 'latin1')
    const { code, stdout, stderr } = await run(argv, { world: { cwd } })
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(says)
  })
})

describe('help', () => {
  test.each([
    ['--help'],
    ['-h'],
    ['plan', '--help'],
    ['validate', '-h'],
    ['doctor', '--help'],
    ['sandbox', '--help'],
    ['demo', '--help'],
    ['list', '--help'],
    ['schema', '--help'],
    ['snapshot', '--help'],
    ['diff', '--help'],
    ['review', '--help'],
    ['review', 'close', '--help'],
    ['review', 'verify', '--help'],
  ])('%s fits 80 columns and is no error', async (...argv) => {
    const { code, stdout, stderr } = await run(argv)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('shows every command once, under what somebody wants to do', async () => {
    const { stdout } = await run(['--help'])
    const commands = await loadCommands()
    const headings = stdout.match(/^[A-Z][a-z ]+$/gm)
    expect(headings).toEqual(['Start', 'Check', 'Keep up to date', 'Review', 'Try out'])
    const shown = Object.values(commands).filter(({ name, positional }) => {
      const line = `  rollcall ${name} ${positional}`.trimEnd()
      return stdout.split('\n').filter((each) => each.startsWith(`${line}  `)).length === 1
    })
    expect(shown.map(({ name }) => name)).toEqual(Object.keys(commands))
  })

  test('shows what the value of an option looks like, under its last spelling', async () => {
    const { stdout } = await run(['plan', '--help'])
    expect(stdout).toContain('--report FORMAT=PATH  ')
    expect(stdout).toContain('--today YYYY-MM-DD  ')
    expect(stdout).toContain('--timeout DURATION  ')
    expect(stdout).toContain('--base-url, --chatwoot-base-url URL  ')
    expect((await run(['review', '--help'])).stdout).toContain('-o, --output DIR  ')
  })

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    )
    expect((await run(['--version'])).stdout).toBe(`${version}\n`)
  })

  test.each([
    [[], ['--help']],
    [['help'], ['--help']],
    [['help', 'help'], ['--help']],
    [
      ['help', 'plan'],
      ['plan', '--help'],
    ],
    [
      ['help', 'review', 'close'],
      ['review', 'close', '--help'],
    ],
  ])('%j shows what %j shows, and is no error', async (argv, asked) => {
    const shown = await run(argv)
    expect([shown.code, shown.stderr]).toEqual([0, ''])
    expect(shown).toEqual(await run(asked))
  })

  test.each([
    [['help', 'plam'], 'rollcall has no command "plam".'],
    [['--format', 'json', 'plan'], 'The command must come first'],
  ])('%j is wrong usage', async (argv, says) => {
    const { code, stdout, stderr } = await run(argv)
    expect(code).toBe(1)
    expect(stdout + stderr).toContain(says)
  })

  test.each([
    ['review verfy', 'rollcall has no command "review verfy". Did you mean review verify?'],
    ['review Close a -o b', 'rollcall has no command "review Close". Did you mean review close?'],
    ['review verfy --manifest a b', 'Did you mean review verify?'],
    ['review veri', 'Did you mean review verify?'],
    ['verify', 'rollcall has no command "verify". Did you mean review verify?'],
    ['clsoe', 'rollcall has no command "clsoe". Did you mean review close?'],
    ['schema polcy', 'There is no schema "polcy". Did you mean policy? Choices: '],
  ])('a typo of the second word is recognised: %s', async (line, says) => {
    const { code, stderr } = await run(line.split(' '))
    expect(code).toBe(1)
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(says)
  })

  test('a policy may be called like a part of a command', async () => {
    const { stderr } = await run(['review', 'verif', '-o', 'out'], { files: { verif: EXACT } })
    expect(stderr).not.toContain('Did you mean')
    const missing = await run(['review', 'verify.yaml', '-o', 'out'])
    expect(missing.stderr).toContain('There is no policy `verify.yaml`.')
  })

  test('shows for every option what its value looks like, unless it takes none', async () => {
    const commands = Object.values(await loadCommands())
    for (const { name, options } of commands) {
      const page = (await run([...name.split(' '), '--help'])).stdout
      for (const { placeholder } of Object.values(options)) {
        expect(page).toContain(placeholder ?? '')
      }
    }
  })
})

describe('colour', () => {
  const files = { 'rollcall.yaml': EXACT }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colour is made of
  const COLOR = /\u001b\[/

  test.each([
    ['auto', {}, false, false],
    ['auto', {}, true, true],
    ['auto', { NO_COLOR: '1' }, true, false],
    ['auto', { NO_COLOR: '', FORCE_COLOR: '1' }, false, true],
    ['auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['auto', { FORCE_COLOR: '0' }, true, false],
    ['auto', { TERM: 'dumb' }, true, false],
    ['auto', { TERM: 'dumb', FORCE_COLOR: '1' }, true, true],
    ['auto', { TERM: 'xterm' }, true, true],
    ['always', { TERM: 'dumb' }, true, true],
    ['always', { NO_COLOR: '1' }, false, true],
    ['never', { FORCE_COLOR: '1' }, true, false],
  ])('--color %s with %j and a terminal (%j) paints: %j', async (color, env, terminal, painted) => {
    const { stdout } = await run(['validate', '--color', color], { files, env, terminal })
    expect(COLOR.test(stdout)).toBe(painted)
  })

  test('holds for stderr too, each stream by its own terminal', async () => {
    expect((await run(['plan', '--nope'], { terminal: true })).stderr).toMatch(COLOR)
    expect((await run(['plan', '--nope', '--color=never'], { terminal: true })).stderr).not.toMatch(
      COLOR,
    )
    expect((await run(['plan', '--nope', '--color', 'always'])).stderr).toMatch(COLOR)
  })
})
