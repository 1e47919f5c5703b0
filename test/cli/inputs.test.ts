/** Names on the command line: an empty one is an error, and what is read may come through a pipe. */
import { execFile, execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCommands } from '../../src/cli/command-list.ts'
import type { Option } from '../../src/shell/options.ts'
import { BIN } from './spawn.ts'
import { ADA, connection, EXACT, folder, type Ran, run, serve } from './world.ts'

const DRIFTED = EXACT.replace(/ {2}mallory.*\n/, '')
const OTHER = 'version: 1\naccount: 3\nteams: {}\n'

const COMMANDS = await loadCommands()

const words = (text: string) => text.replace(/\s+/g, ' ')

describe('an empty name', () => {
  test.each(
    Object.keys(COMMANDS).flatMap((command) => ['', ' ', '\t'].map((name) => [command, name])),
  )('is an error of `rollcall %s %j`, never the working directory', async (command, name) => {
    const sandbox = await serve()
    const cwd = folder({ 'rollcall.yaml': EXACT, 'out.json': 'fine' })
    const argv = [...command.split(' '), name]
    const { code, stdout, stderr } = await run(argv, { env: connection(sandbox), world: { cwd } })
    expect([code, stdout, sandbox.requests]).toEqual([1, '', []])
    expect(stderr).toBe(
      `error: rollcall ${command} has an empty argument.\n  If it comes from a shell variable, check that the variable is set. Or remove\n  it.\n`,
    )
    expect(readdirSync(cwd).sort()).toEqual(['out.json', 'rollcall.yaml'])
  })

  test.each(
    Object.entries(COMMANDS).flatMap(([command, { options }]) =>
      Object.entries(options).flatMap(([name, { type }]) =>
        type === 'boolean' ? [] : [[command, `--${name}`] as const],
      ),
    ),
  )('is an error of `rollcall %s %s`', async (command, option) => {
    for (const value of ['', '  ']) {
      for (const argv of [[option, value], [`${option}=${value}`]]) {
        const ran = await run([...command.split(' '), ...argv], {
          files: { 'rollcall.yaml': EXACT },
        })
        expect([ran.code, ran.stdout]).toEqual([1, ''])
        expect(ran.stderr).toContain(`${option} has no value.`)
      }
    }
  })

  test('is an error beside a policy that can be read, in the format that is asked for', async () => {
    const files = { 'rollcall.yaml': EXACT }
    const argv = ['plan', 'rollcall.yaml', '', '--format', 'json']
    const { code, stdout } = await run(argv, { files })
    expect(code).toBe(1)
    expect(JSON.parse(stdout).diagnostics).toMatchObject([
      { code: 'usage-argument', summary: 'rollcall plan has an empty argument.' },
    ])
    const github = await run(['plan', '', '--format', 'github'], { files })
    expect(github.stdout).toContain(
      '::error title=usage-argument::rollcall plan has an empty argument',
    )
    const report = await run(['plan', '--report', 'json= '], { files })
    expect(report.stderr).toContain('--report has the invalid value "json= ".')
  })
})

/** In bash, with everything that a shell can put in the place of a file. */
function inBash(script: string, cwd: string, env: Readonly<Record<string, string>> = {}) {
  const options = { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } }
  const rollcall = `rollcall() { "${process.execPath}" "${BIN}" "$@"; }`
  return new Promise<Ran>((resolve) => {
    execFile('bash', ['-c', `${rollcall}\n${script}`], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}

describe('what is read may come through a pipe', () => {
  async function company() {
    const sandbox = await serve()
    const env = connection(sandbox)
    const snapshot = (await run(['snapshot', '--account-id', '1'], { env })).stdout
    const cwd = folder({
      'rollcall.yaml': EXACT.replace('2026-12-15', '2999-12-31'),
      'drifted.yaml': DRIFTED.replace('2026-12-15', '2999-12-31'),
      'other.yaml': OTHER,
      's.json': snapshot,
      token: ADA,
    })
    return { cwd, env, sandbox }
  }

  test.each([
    [
      'validate <(cat rollcall.yaml)',
      0,
      /^VALID {4}\/dev\/fd\/\d+: 9 agents, 3 teams, inboxes not\s+managed\nVALID/,
    ],
    ['plan <(cat rollcall.yaml)', 0, /^IN SYNC/],
    ['plan <(cat drifted.yaml)', 2, /^DRIFT/],
    ['plan /dev/stdin < drifted.yaml', 2, /line:column in <stdin>/],
    ['plan /dev/fd/0 < <(cat drifted.yaml)', 2, /line:column in <stdin>/],
    ['plan rollcall.yaml <(cat other.yaml)', 1, /2 accounts: 1 in sync, 0 with drift, 1 without/],
    ['plan <(cat rollcall.yaml) <(cat other.yaml)', 1, /2 accounts: 1 in sync/],
    ['plan rollcall.yaml other.yaml --api-token-file <(cat token)', 1, /2 accounts: 1 in sync/],
    ['plan drifted.yaml --snapshot <(cat s.json)', 2, /From the snapshot\s+\/dev\/fd\//],
    ['plan drifted.yaml --snapshot - < s.json', 2, /From the snapshot\s+<stdin>/],
    ['plan - --snapshot <(cat s.json) < drifted.yaml', 2, /^DRIFT/],
    ['diff <(cat drifted.yaml) rollcall.yaml', 2, /\+ mallory@evil\.example/],
    ['diff rollcall.yaml <(cat drifted.yaml)', 2, /- mallory@evil\.example/],
    ['diff <(cat rollcall.yaml) <(cat drifted.yaml)', 2, /- mallory@evil\.example/],
    ['diff - <(cat drifted.yaml) < rollcall.yaml', 2, /Before: <stdin>\. After: \/dev\/fd\//],
    ['diff <(cat s.json) <(cat s.json)', 0, /^EQUAL/],
    ['diff s.json /dev/stdin < <(cat s.json)', 0, /^EQUAL/],
    ['sandbox --port 1 --state <(echo "{")', 1, /^$/],
  ])('%s', async (command, code, says) => {
    const { cwd, env } = await company()
    const asked = command.startsWith('plan') && command.includes('--snapshot') ? {} : env
    const ran = await inBash(`rollcall ${command}`, cwd, asked)
    expect(ran.stdout).toMatch(says)
    expect(ran.code).toBe(code)
    expect(ran.stderr).not.toMatch(/cannot be read|internal/)
  })

  test('a review is closed with decisions and a later snapshot from pipes', async () => {
    const { cwd, env } = await company()
    const script = `rollcall review -o r && rollcall snapshot --account-id 1 -o later2.json &&
      rollcall review close r --decisions <(cat r/decisions.csv) --after <(cat later2.json)`
    const ran = await inBash(script, cwd, env)
    expect(ran.code).toBe(1)
    expect(ran.stdout).toContain('NOT CLOSED  r: 0 of 9 decided')
    expect(words(ran.stdout)).toMatch(/has no decision\. at \/dev\/fd\/\d+:2:1/)
  })

  test('a named pipe is read once, whatever it holds', async () => {
    const { cwd } = await company()
    for (const [name, code] of [
      ['s.json', 0],
      ['rollcall.yaml', 1],
    ] as const) {
      execFileSync('mkfifo', [join(cwd, `${name}.pipe`)])
      const text = readFileSync(join(cwd, name))
      // Another process: opening a pipe waits for whoever reads it.
      const writer = spawn('sh', ['-c', `cat > ${name}.pipe`], { cwd })
      writer.stdin.end(text)
      const { stdout, code: ended } = await run(['diff', `${name}.pipe`, 's.json'], {
        world: { cwd },
      })
      expect([ended, stdout.split(' ')[0]]).toEqual([code, code === 0 ? 'EQUAL' : ''])
    }
  })

  test.each([
    [['plan', '-', '--snapshot', '-'], '- and -.'],
    [['plan', '/dev/stdin', '-'], '/dev/stdin and -.'],
    [['diff', '-', '/dev/fd/0'], '- and /dev/fd/0.'],
    [['snapshot', '--ca-file', '-', '--api-token-file', '-'], '- and -.'],
  ])('%j: standard input is read once', async (argv, says) => {
    const { code, stdout, stderr } = await run(argv, { stdin: EXACT })
    expect([code, stdout]).toEqual([1, ''])
    expect(words(stderr)).toContain(
      `Standard input can be read only once, but two arguments name it: ${says}`,
    )
  })

  test('a token or headers can come from standard input', async () => {
    const { cwd, sandbox } = await company()
    const env = { CHATWOOT_BASE_URL: sandbox.baseUrl }
    const argv = [
      'plan',
      'rollcall.yaml',
      'other.yaml',
      '--api-token-file',
      '-',
      '--format',
      'json',
    ]
    const { stdout } = await run(argv, { env, stdin: `${ADA}\n`, world: { cwd } })
    const { accounts } = JSON.parse(stdout)
    expect(accounts.map(({ verdict }: { verdict: string }) => verdict)).toEqual(['in_sync', 'none'])
    expect(accounts[1].diagnostics[0].code).not.toMatch(/^settings/)
  })

  test('what adopt changes is a file: a pipe is refused before anything is read', async () => {
    const { cwd, sandbox, env } = await company()
    execFileSync('mkfifo', [join(cwd, 'pipe')])
    for (const [name, what] of [
      ['pipe', 'a pipe or a device'],
      ['/dev/null', 'a pipe or a device'],
      ['/dev/stdin', 'standard input'],
    ] as const) {
      const ran = await run(['adopt', '--policy', name], { env, world: { cwd } })
      expect([ran.code, sandbox.requests.length]).toEqual([1, 12])
      expect(ran.stderr).toContain(`--policy names ${what}, which rollcall cannot change.`)
    }
  })
})

describe('without a server to read,', () => {
  const SAMPLES: Readonly<Record<string, string>> = { timeout: '90s', 'retry-for': '1m' }
  const cases = Object.entries(COMMANDS).flatMap(([command, { options }]) => {
    const all = Object.entries<Option>(options)
    const names = (wanted: Option['server']) =>
      all.filter(([, { server }]) => server === wanted).map(([name]) => name)
    return names('never').flatMap((offline) =>
      names('only').map((name) => [command, offline, name, options] as const),
    )
  })

  test('plan, access and export can work', () => {
    expect(new Set(cases.map(([command, offline]) => `${command} --${offline}`))).toEqual(
      new Set(['access --snapshot', 'export --snapshot', 'plan --snapshot', 'plan --snapshots']),
    )
    expect(cases).toHaveLength(4 * 9)
  })

  test.each(cases)(
    '%s --%s refuses --%s, which has no effect',
    async (command, offline, name, options) => {
      const option: Option | undefined = options[name]
      const value = option?.type === 'boolean' ? [] : [SAMPLES[name] ?? '4']
      const argv = [command, `--${offline}`, 's.json', `--${name}`, ...value]
      const { code, stderr } = await run(argv, { files: { 'rollcall.yaml': EXACT } })
      expect([code, stderr.replace(/\s+/g, ' ')]).toEqual([
        1,
        expect.stringContaining(
          `error: --${name} has no effect with --${offline}, because no server is read. Remove --${name}, or run without --${offline}.`,
        ),
      ])
    },
  )

  test('environment variables are allowed, and options that check the account or set the output', async () => {
    const sandbox = await serve()
    const env = connection(sandbox)
    const taken = await run(['snapshot', '--account-id', '1'], { env })
    const files = { 'rollcall.yaml': EXACT, 's.json': taken.stdout }
    const argv = [
      'plan',
      '--snapshot',
      's.json',
      '--account-id',
      '1',
      '--base-url',
      sandbox.baseUrl,
    ]
    const proxy = { HTTPS_PROXY: 'http://127.0.0.1:1', CHATWOOT_API_TOKEN: 'x' }
    const ran = await run([...argv, '--quiet', '--verbose'], { env: { ...env, ...proxy }, files })
    expect([ran.code, ran.stderr]).toEqual([0, ''])
  })
})
