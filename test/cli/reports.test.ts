/** Reports in files: from one read, whole or not at all, and never over what a run reads. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DOMParser } from '@xmldom/xmldom'
import { parse as parseCsv } from 'csv-parse/sync'
import MarkdownIt from 'markdown-it'
import { parse as parseHtml } from 'parse5'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FORMATS } from '../../src/shell/options.ts'
import { connection, EXACT, folder, run, serve } from './world.ts'

const DRIFTED = EXACT.replace(/ {2}mallory.*\n/, '')
const FILES = { 'rollcall.yaml': DRIFTED }
const ALL = [
  'json',
  'markdown',
  'github',
  'junit',
  'sarif',
  'html',
  'csv',
  'text',
  'openmetrics',
  'slack',
  'msteams',
] as const
const everything = ALL.flatMap((format) => ['--report', `${format}=out.${format}`])

/** A folder that stays, with a run in it. */
function inFolder(files: Readonly<Record<string, string>> = FILES) {
  const cwd = folder(files)
  return {
    cwd,
    read: (name: string) => readFileSync(join(cwd, name), 'utf8'),
    has: (name: string) => existsSync(join(cwd, name)),
    plan: (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      run(['plan', ...argv], { env, world: { cwd } }),
  }
}

describe('--report', () => {
  test('every format comes from one read, and each is what it claims to be', async () => {
    const sandbox = await serve()
    const { plan, read } = inFolder()
    const { code, stdout, stderr } = await plan(everything, connection(sandbox))
    expect([code, stderr]).toEqual([2, ''])
    expect(sandbox.requests.length).toBe(7)
    expect(stdout).toBe(read('out.text'))
    expect(JSON.parse(read('out.json')).verdict).toBe('drift')
    expect(JSON.parse(read('out.sarif')).runs[0].results.length).toBe(2)
    expect(parseCsv(read('out.csv'), { columns: true }).length).toBe(2)
    expect(
      new MarkdownIt().parse(read('out.markdown'), {}).some(({ type }) => type === 'table_open'),
    ).toBe(true)
    expect(parseHtml(read('out.html')).childNodes.length).toBeGreaterThan(1)
    const xml = new DOMParser().parseFromString(read('out.junit'), 'text/xml')
    expect(xml.documentElement?.getAttribute('failures')).toBe('1')
    expect(read('out.openmetrics')).toContain('rollcall_verdict{verdict="drift"} 1\n')
    expect(JSON.parse(read('out.slack')).text).toContain('rollcall: DRIFT. ')
    expect(JSON.parse(read('out.msteams')).attachments.length).toBe(1)
    expect(read('out.github')).toContain('::error file=rollcall.yaml,line=3')
  })

  test('a message reaches its webhook by the line in docs/ci.md, which shows the URL to nobody', async () => {
    const line = /```\n(printf .*?)```/s.exec(
      readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8'),
    )?.[1]
    const got: string[] = []
    const webhook = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text) => got.push(text))
      request.on('end', () => {
        got.unshift(`${request.method} ${request.url} ${request.headers['content-type']}`)
        response.end('ok')
      })
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void webhook.close())
    await once(webhook, 'listening')
    const { plan, cwd, read } = inFolder()
    await plan(['--report', 'slack=slack.json'], connection(await serve()))
    expect(line?.split('|')[1]).not.toContain('URL')
    const { port } = webhook.address() as AddressInfo
    const env = { ...process.env, SLACK_WEBHOOK_URL: `http://127.0.0.1:${port}/services/secret` }
    const [code] = await once(spawn('sh', ['-euc', `${line}`], { cwd, env }), 'close')
    const [head, ...body] = got
    expect([code, head]).toEqual([0, 'POST /services/secret application/json'])
    expect(JSON.parse(body.join(''))).toEqual(JSON.parse(read('slack.json')))
  })

  test('nothing but the reports is left behind', async () => {
    const sandbox = await serve()
    const { plan, cwd } = inFolder()
    await plan(everything, connection(sandbox))
    expect(readdirSync(cwd).sort()).toEqual(
      [...ALL.map((format) => `out.${format}`), 'rollcall.yaml'].sort(),
    )
  })

  test('a report of yesterday does not survive a run that fails, whatever it fails of', async () => {
    for (const [argv, env] of [
      [[], { CHATWOOT_BASE_URL: 'http://127.0.0.1:9', CHATWOOT_API_TOKEN: 'x' }],
      [[], {}],
      [['--timeout', 'soon'], {}],
      [['--nonsense'], {}],
      [['--max-bytes', '1'], {}],
      [['nothing.yaml'], {}],
    ] as const) {
      const { plan, read, has } = inFolder({
        ...FILES,
        'out.sarif': 'fine',
        'out.csv': 'fine',
        'out.json': 'fine',
        'out.junit': 'fine',
        'out.html': 'fine',
        'out.markdown': 'fine',
      })
      const { code, stderr } = await plan([...everything, ...argv], env)
      expect(code).toBe(1)
      expect([has('out.sarif'), has('out.csv')]).toEqual([false, false])
      expect(JSON.parse(read('out.json')).verdict).toBe('none')
      expect(read('out.junit')).toMatch(/<error/)
      expect(read('out.html') + read('out.markdown')).not.toMatch(/^fine|IN SYNC/)
      if (argv.length === 0)
        expect(stderr).toContain('rollcall wrote no sarif report to out.sarif.')
    }
  })

  test.each([
    [['--report', 'json=a', '--report', 'html=./a'], 'another file that this run writes (a)'],
    [['--report', 'json=rollcall.yaml'], 'a file that this run reads (rollcall.yaml)'],
    [['--report', 'json=link.json'], 'a file that this run reads (rollcall.yaml)'],
    [['--report', 'json=policies/new.yaml', 'policies'], 'a file that this run reads (policies)'],
    [['--report', 'json=token', '--api-token-file', 'token'], 'a file that this run reads (token)'],
    [['--report', 'jsn=a'], 'Did you mean json?'],
    [['--report', 'json'], 'Write it as FORMAT=PATH'],
    [['--report', 'json=-'], 'use --format json'],
  ])(
    '%j is wrong usage before any request, and nothing is removed that was read',
    async (argv, says) => {
      const sandbox = await serve()
      const { plan, read, cwd } = inFolder({
        ...FILES,
        'policies/a.yaml': DRIFTED,
        token: 'secret',
      })
      symlinkSync('rollcall.yaml', join(cwd, 'link.json'))
      const { code, stderr } = await plan(argv, connection(sandbox))
      expect(code).toBe(1)
      expect(stderr.replace(/\s+/g, ' ')).toContain(says)
      expect(sandbox.requests).toEqual([])
      expect([read('rollcall.yaml'), read('policies/a.yaml'), read('token')]).toEqual([
        DRIFTED,
        DRIFTED,
        'secret',
      ])
    },
  )

  test('the folder of one is made, whatever is missing of it', async () => {
    const sandbox = await serve()
    const { plan, read } = inFolder()
    const argv = ['--report', 'json=out/a/r.json', '--report', 'html=./out/a/../b/r.html']
    const { code, stderr } = await plan(argv, connection(sandbox))
    expect([code, stderr]).toEqual([2, ''])
    expect(JSON.parse(read('out/a/r.json')).verdict).toBe('drift')
    expect(read('out/b/r.html')).toContain('DRIFT')
  })

  test.each([
    ['csv=folder', 'csv report could not be written to folder: it is not a file.'],
    ['csv=new/', 'csv report could not be written to new/: it is not a file.'],
    [
      'html=rollcall.yaml/a.html',
      'html report could not be written to rollcall.yaml/a.html: a part of its path is not a folder.',
    ],
    [`html=${'x'.repeat(300)}`, 'its name is too long'],
    ['html=ok.xml/a.html', 'ok.xml: it is not a file.'],
    ...(existsSync('/proc/self')
      ? [['html=/proc/a/b/c.html', '/proc/a/b/c.html: no such file or folder.']]
      : []),
  ])(
    '%s cannot be written, which is noticed before the account is read; all others are written',
    async (spec, says) => {
      const sandbox = await serve()
      const { plan, read, cwd } = inFolder()
      mkdirSync(join(cwd, 'folder'))
      const others = ['--report', 'junit=ok.xml', '--report', 'json=ok.json']
      const { code, stdout, stderr } = await plan(
        ['--report', spec, ...others],
        connection(sandbox),
      )
      expect([code, stdout, sandbox.requests]).toEqual([1, '', []])
      expect(stderr.replace(/\s+/g, ' ')).toContain(says)
      const document = JSON.parse(read('ok.json'))
      expect([document.verdict, document.cause, document.accounts]).toEqual(['none', 'output', []])
      expect(document.diagnostics.map(({ code }: { code: string }) => code)).toEqual([
        'output-failed',
      ])
      if (spec !== 'html=ok.xml/a.html') expect(read('ok.xml')).toContain('type="output-failed"')
    },
  )

  test('one that cannot be written at the end costs every report its verdict', async () => {
    const cwd = folder({ 'rollcall.yaml': EXACT })
    // What somebody does while the account is read.
    const sandbox = await serve({
      intercept: () => {
        mkdirSync(join(cwd, 'late'), { recursive: true })
        return false
      },
    })
    const argv = ['plan', '--report', 'json=first.json', '--report', 'html=late']
    const { code, stdout, stderr } = await run(argv, { env: connection(sandbox), world: { cwd } })
    expect(code).toBe(1)
    expect(stdout.split('\n')[0]).toBe(
      'NO VERDICT  The html report could not be written to late: it is not a file',
    )
    expect(stdout.split('\n').at(-2)).toBe('NO VERDICT, exit code 1')
    expect(stderr.replace(/\s+/g, ' ')).toContain('written to late: it is not a file.')
    const first = JSON.parse(readFileSync(join(cwd, 'first.json'), 'utf8'))
    expect([first.verdict, first.exit_code, first.cause]).toEqual(['none', 1, 'output'])
    expect(first.accounts[0].verdict).toBe('in_sync')
  })

  describe('sarif=DIR/', () => {
    /** The second account of the recording differs from a policy without teams; the fourth does not exist. */
    const POLICIES = {
      'p/a.yaml': DRIFTED,
      'p/b.yaml': 'version: 1\naccount: 99\nteams: {}\n',
      'out/rollcall-old.example-7.sarif': '{}',
      'out/mine.sarif': '{}',
      'out/rollcall.sarif': '{}',
    }
    const named = (url = '') => `rollcall-${new URL(url).host.replace(':', '_')}-1.sarif`

    test('writes a file for each account with a verdict, and removes only such files first', async () => {
      const env = connection(await serve())
      const { cwd, plan, read } = inFolder(POLICIES)
      const { code } = await plan(['p', '--report', 'sarif=out/', '--report', 'json=o.json'], env)
      expect(code).toBe(1)
      const file = named(env['CHATWOOT_BASE_URL'])
      expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['mine.sarif', file, 'rollcall.sarif'])
      const { runs } = JSON.parse(read(`out/${file}`))
      expect(runs.length).toBe(1)
      expect(runs[0].results.length).toBe(2)
    })

    test('makes the folder, and writes nothing into it without a verdict', async () => {
      const { cwd, plan } = inFolder(FILES)
      const { code, stderr } = await plan(['--report', 'sarif=new/deep/'])
      expect(code).toBe(1)
      expect(readdirSync(join(cwd, 'new/deep'))).toEqual([])
      expect(stderr).toContain('rollcall wrote no sarif report to new/deep/.')
    })

    test('says which old file is in the way', async () => {
      const { cwd, plan } = inFolder(FILES)
      mkdirSync(join(cwd, 'out/rollcall-x-1.sarif'), { recursive: true })
      const { code, stderr } = await plan(['--report', 'sarif=out/'])
      expect(code).toBe(1)
      expect(stderr.replace(/\s+/g, ' ')).toContain('rollcall-x-1.sarif: it is not a file.')
    })

    test('is refused if it would remove what the run reads, or another report', async () => {
      const { plan, has } = inFolder({ ...FILES, 'out/rollcall-x-1.sarif': '{}' })
      const snapshot = ['--snapshot', 'out/rollcall-x-1.sarif']
      const { stderr } = await plan([...snapshot, '--report', 'sarif=out/'])
      expect(stderr.replace(/\s+/g, ' ')).toContain(
        'a file that this run reads (out/rollcall-x-1.sarif)',
      )
      expect(has('out/rollcall-x-1.sarif')).toBe(true)
      const other = ['--report', 'csv=out/rollcall-y-2.sarif']
      const both = [
        [...other, '--report', 'sarif=out/'],
        ['--report', 'sarif=out/', ...other],
      ]
      for (const argv of both)
        expect((await plan(argv)).stderr.replace(/\s+/g, ' ')).toContain(
          'over another file that this run writes',
        )
    })

    test('is another format’s error: only sarif has a file for each account', async () => {
      const { plan } = inFolder()
      expect((await plan(['--report', 'html=out/'])).stderr).toContain('it is not a file')
    })

    test('leaves nothing that a run without a verdict wrote before', async () => {
      const env = connection(await serve())
      const { cwd, plan } = inFolder()
      mkdirSync(join(cwd, 'summary'))
      const { code } = await plan(['--format', 'github', '--report', 'sarif=out/'], {
        ...env,
        GITHUB_STEP_SUMMARY: join(cwd, 'summary'),
      })
      expect(code).toBe(1)
      expect(readdirSync(join(cwd, 'out'))).toEqual([named(env['CHATWOOT_BASE_URL'])])
    })
  })

  describe('one SARIF file for more than 20 policies', () => {
    const many = Object.fromEntries(
      Array.from({ length: 21 }, (_, n) => [
        `p/${n}.yaml`,
        `version: 1\naccount: ${n + 1}\nteams: {}\n`,
      ]),
    )

    test.each([
      ['--report sarif=r.sarif', ['--report', 'sarif=r.sarif']],
      ['--format sarif', ['--format', 'sarif']],
    ])('is refused before anything is read, with the other form: %s', async (_name, argv) => {
      const sandbox = await serve()
      const { plan, has } = inFolder(many)
      const { code, stderr } = await plan(['p', ...argv], connection(sandbox))
      expect(code).toBe(1)
      expect(stderr).toContain('cannot hold 21 policies')
      expect(stderr).toContain('--report sarif=DIR/')
      expect(sandbox.requests).toEqual([])
      expect(has('r.sarif')).toBe(false)
    })

    test('is no problem for 20, or for a folder', async () => {
      const env = connection(await serve())
      const { plan, cwd } = inFolder(many)
      const twenty = Object.keys(many).slice(0, 20)
      expect((await plan([...twenty, '--report', 'sarif=r.sarif'], env)).stderr).not.toContain(
        'hold',
      )
      expect((await plan(['p', '--report', 'sarif=out/'], env)).stderr).not.toContain('hold')
      expect(readdirSync(join(cwd, 'out')).length).toBeGreaterThan(0)
    })
  })

  test('what is no file is neither removed nor replaced', async () => {
    const sandbox = await serve()
    const { plan, cwd } = inFolder()
    execFileSync('mkfifo', [join(cwd, 'pipe')])
    const { code, stderr } = await plan(['--report', 'json=pipe'], connection(sandbox))
    expect([code, statSync(join(cwd, 'pipe')).isFIFO()]).toEqual([1, true])
    expect(stderr.replace(/\s+/g, ' ')).toContain('written to pipe: it is not a file.')
  })

  test('a withheld format on stdout leaves it empty, and says so', async () => {
    const { plan } = inFolder()
    for (const format of ['sarif', 'csv']) {
      const { code, stdout, stderr } = await plan(['--format', format])
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toContain(`rollcall wrote no ${format} report to stdout.`)
    }
  })

  test.each(FORMATS)(
    'with %s on stdout, stdout or stderr says why an account has no verdict',
    async (format) => {
      const sandbox = await serve()
      const { plan } = inFolder({ 'a.yaml': EXACT, 'b.yaml': 'version: 2\nteams: {}\n' })
      for (const policies of [['b.yaml'], ['a.yaml', 'b.yaml']]) {
        const argv = ['--format', format, ...policies]
        const { code, stdout, stderr } = await plan(argv, connection(sandbox))
        expect([policies, code]).toEqual([policies, 1])
        const said = `${stdout}${stderr}`.replace(/\s+/g, ' ')
        expect([policies, said]).toEqual([
          policies,
          expect.stringContaining('must be the number 1'),
        ])
      }
      const { stdout, stderr } = await plan(['--format', format, '--strictt'])
      const count = (text: string) => text.replace(/\s+/g, ' ').split('has no option').length - 1
      // A report may show an error in several places, but stderr only once.
      expect([count(stdout + stderr) > 0, count(stderr) < 2]).toEqual([true, true])
    },
  )

  test('a run that is told to stop removes the reports of yesterday and writes none', async () => {
    const stop = new AbortController()
    const sandbox = await serve({
      intercept: () => {
        stop.abort(143)
        return false
      },
    })
    const cwd = folder({ ...FILES, 'out.json': 'fine' })
    const world = { cwd, signal: stop.signal }
    const { code } = await run(['plan', '--report', 'json=out.json'], {
      env: connection(sandbox),
      world,
    })
    expect([code, readdirSync(cwd)]).toEqual([143, ['rollcall.yaml']])
  })
})

describe('--exit-zero', () => {
  test('turns drift into 0 and says so, the verdict stays', async () => {
    const sandbox = await serve()
    const { plan } = inFolder()
    const text = await plan(['--exit-zero'], connection(sandbox))
    expect([text.code, text.stdout.split('\n').at(-2)]).toEqual([
      0,
      'DRIFT, exit code 0 (--exit-zero)',
    ])
    const json = await plan(['--exit-zero', '--format', 'json'], connection(sandbox))
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: 'drift', exit_code: 0 })
  })

  test('never hides that there is no verdict', async () => {
    const { plan } = inFolder()
    expect((await plan(['--exit-zero'])).code).toBe(1)
    expect((await plan(['--exit-zero', '--nonsense'])).code).toBe(1)
  })
})

describe('--format github', () => {
  test('writes the summary and the outputs of the step, appending', async () => {
    const sandbox = await serve()
    const { plan, read, cwd } = inFolder({ ...FILES, summary: 'before\n', output: 'other=1\n' })
    const env = {
      ...connection(sandbox),
      GITHUB_STEP_SUMMARY: join(cwd, 'summary'),
      GITHUB_OUTPUT: join(cwd, 'output'),
    }
    const { code, stdout } = await plan(['--format', 'github', '--report', 'markdown=out.md'], env)
    expect(code).toBe(2)
    expect(stdout).toContain('\nDRIFT, exit code 2\n::error file=rollcall.yaml,line=3,col=1,')
    expect(read('summary')).toBe(`before\n${read('out.md')}\n`)
    expect(read('output').split('\n')).toEqual([
      'other=1',
      'verdict=drift',
      'exit-code=2',
      'cause=',
      'findings=1',
      'waived=0',
      'critical=1',
      'accounts-in-sync=0',
      'accounts-drifted=1',
      'accounts-without-verdict=0',
      'approval=',
      '',
    ])
  })

  test.each(['', 'x', 'commit=abc', 'commit=abc\n', 'log<<E\nabc\nE'])(
    'begins on a line of its own after %j',
    async (before) => {
      const sandbox = await serve()
      const { plan, read, cwd } = inFolder({ ...FILES, summary: before, output: before })
      const env = {
        ...connection(sandbox),
        GITHUB_STEP_SUMMARY: join(cwd, 'summary'),
        GITHUB_OUTPUT: join(cwd, 'output'),
      }
      expect((await plan(['--format', 'github'], env)).code).toBe(2)
      const kept = before.replace(/([^\n])$/, '$1\n')
      expect(read('output').startsWith(`${kept}verdict=drift\n`)).toBe(true)
      expect(read('summary').startsWith(`${kept}<!-- rollcall plan`)).toBe(true)
    },
  )

  test.each([
    ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'],
    ['GITHUB_STEP_SUMMARY', 'GITHUB_OUTPUT'],
  ])('tells no verdict anywhere where %s cannot be written', async (broken, sound) => {
    const sandbox = await serve()
    const { plan, read, cwd } = inFolder()
    const paths = { [broken]: join(cwd, 'not/there'), [sound]: join(cwd, 'sound') }
    const { code, stdout } = await plan(['--format', 'github'], {
      ...connection(sandbox),
      ...paths,
    })
    expect(code).toBe(1)
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `could not be written to ${broken}: no such file or folder`,
    )
    expect(read('sound')).toMatch(/^## NO VERDICT: The github report|^verdict=none$/m)
  })

  test('writes to what has no last line, such as a pipe or a device', async () => {
    const sandbox = await serve()
    const { plan, cwd } = inFolder()
    const pipe = join(cwd, 'pipe')
    execFileSync('mkfifo', [pipe])
    const reader = spawn('cat', [pipe])
    const text = reader.stdout.toArray()
    const env = { ...connection(sandbox), GITHUB_OUTPUT: pipe, GITHUB_STEP_SUMMARY: '/dev/null' }
    expect((await plan(['--format', 'github'], env)).code).toBe(2)
    expect(Buffer.concat(await text).toString()).toMatch(/^verdict=drift\nexit-code=2\n/)
  })

  test('is asked for: nothing is written because a variable happens to exist', async () => {
    const sandbox = await serve()
    const { plan, has, cwd } = inFolder()
    const env = {
      ...connection(sandbox),
      GITHUB_STEP_SUMMARY: join(cwd, 's'),
      GITHUB_OUTPUT: join(cwd, 'o'),
    }
    await plan(['--report', 'github=log.txt'], env)
    expect([has('s'), has('o'), has('log.txt')]).toEqual([false, false, true])
  })

  test('keeps the summary of a step below 1 MiB, what is there already included', async () => {
    const sandbox = await serve()
    const { plan, read, cwd } = inFolder({ ...FILES, s: 'x'.repeat(1024 * 1024 - 3_000) })
    const env = { ...connection(sandbox), GITHUB_STEP_SUMMARY: join(cwd, 's') }
    expect((await plan(['--format', 'github'], env)).code).toBe(2)
    expect(Buffer.byteLength(read('s'))).toBeLessThanOrEqual(1024 * 1024)
    writeFileSync(join(cwd, 's'), 'x'.repeat(1024 * 1024))
    const full = await plan(['--format', 'github'], env)
    expect(full.code).toBe(1)
    expect(full.stderr.replace(/\s+/g, ' ')).toContain('GITHUB_STEP_SUMMARY: it is full')
  })

  test('says in the outputs that there is no verdict, and why', async () => {
    const { plan, read, cwd } = inFolder()
    await plan(['--format', 'github'], { GITHUB_OUTPUT: join(cwd, 'o') })
    expect(read('o')).toMatch(/^verdict=none\nexit-code=1\ncause=settings\n/)
  })
})
