/** Snapshots of a fleet in shards, and the one plan of all of them. */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isInShard } from '../../src/connect/shards.ts'
import { nameFleetFiles } from '../../src/files/fleet-folder.ts'
import { FORMATS } from '../../src/shell/options.ts'
import { makePolicy, type ServedFleet, serveFleet } from './fleets.ts'
import { folder, run } from './world.ts'

const FLEET = ['--fleet', 'fleet.yaml']
const STORED = [...FLEET, '--snapshots', 'out/', '--max-age', '2h']

const LOCATION = { file: 'fleet.yaml', line: 1, column: 1 }
const makePlace = (origin: string, account: number) => ({
  server: { value: { baseUrl: origin, origin }, location: LOCATION },
  account: { value: account, location: LOCATION },
})
const anyPlace = fc
  .tuple(fc.webUrl({ withFragments: false }), fc.integer({ min: 1, max: 1e6 }))
  .map(([url, id]) => makePlace(new URL(url).origin, id))
const findShard = (place: ReturnType<typeof makePlace>, of: number) =>
  Array.from({ length: of }, (_, at) => at + 1).filter((index) => isInShard(place, { index, of }))

describe('the shard of an account', () => {
  test('is exactly one, and does not depend on the other accounts', () => {
    fc.assert(
      fc.property(anyPlace, fc.integer({ min: 1, max: 20 }), (place, of) => {
        expect(findShard(place, of)).toHaveLength(1)
      }),
    )
  })

  test('changes only to the new one if there is one shard more', () => {
    fc.assert(
      fc.property(anyPlace, fc.integer({ min: 1, max: 20 }), (place, of) => {
        const [before, after] = [findShard(place, of), findShard(place, of + 1)]
        expect([before, [of + 1]]).toContainEqual(after)
      }),
    )
  })

  test.each([2, 4, 5, 16])('is as often each of %d, to a third', (of) => {
    const numbers = new Map<number, number>()
    for (let account = 1; account <= 2_000; account += 1) {
      const [shard = 0] = findShard(makePlace(`https://chat-${account % 5}.acme.com`, account), of)
      numbers.set(shard, (numbers.get(shard) ?? 0) + 1)
    }
    expect(numbers.size).toBe(of)
    for (const number of numbers.values()) {
      expect(Math.abs(number - 2_000 / of)).toBeLessThan(2_000 / of / 3)
    }
  })

  test('is the same in every version of rollcall', () => {
    const shards = [1, 2, 3, 4, 5, 6].map((id) =>
      findShard(makePlace('https://chat.acme.com', id), 4),
    )
    expect(shards.flat()).toMatchInlineSnapshot(`
      [
        2,
        4,
        2,
        3,
        2,
        2,
      ]
    `)
  })
})

describe('the file of an account', () => {
  test('has a name that every file system accepts, and no other account has it', () => {
    const anyName = fc.oneof(
      fc.string({ minLength: 1, maxLength: 64, unit: 'binary' }),
      fc.constantFrom(
        'x',
        'x.failed',
        'X.failed',
        '.',
        '..',
        'con',
        'con.x',
        'a/b',
        '~',
        'ü'.repeat(64),
      ),
    )
    fc.assert(
      fc.property(anyName, anyName, (a, b) => {
        const [one, two] = [a, b].map((each) => Object.values(nameFleetFiles(each)))
        for (const file of one ?? []) {
          expect(file).toMatch(/^[A-Za-z0-9_%-][A-Za-z0-9._%~-]*\.json$/)
          expect(file.length).toBeLessThan(200)
          expect(file).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)\./i)
        }
        if (a !== b) {
          expect(one?.filter((file) => two?.includes(file))).toEqual([])
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

/**
 * Without the number of requests, which a snapshot does not contain, and without the file of the
 * snapshot and its time, which a live run does not have. Line breaks depend on both.
 */
function normalise(text: string): string {
  return [
    /(<p><strong>)?From the snapshot \S+ of .*? UTC\. The account may have changed since then\.(<\/strong><\/p>)?/g,
    / *From \d+ snapshots, .*?since then\./g,
    /"requests": \d+/g,
    /"snapshot": (null|"[^"]*")/g,
    /(, in |, )?\d+ requests/g,
    / ?<div> ?<dt>Snapshot<\/dt> ?<dd>.*?<\/dd> ?<\/div>/g,
    /(?<=rollcall_read_requests\{[^}]*\} )\d+/g,
    /<properties> <property name="options" value="--snapshot [^"]*"\/> <\/properties>/g,
    /"arguments": \[ "--snapshot", "[^"]*" \], /g,
    /(?<=,")out\/[^"]*\.json(?=",)/g,
    / +/g,
    /,\{"type":"RichTextBlock","inlines":\[\{"type":"TextRun","text":""\}\]\}/g,
    /(?<=\.)``(?=",)/g,
  ].reduce(
    (sofar, each) => sofar.replaceAll(each, ''),
    text.replace(/\\n/g, '\n').replace(/\s+/g, ' '),
  )
}

type Env = Readonly<Record<string, string>>

async function takeShards(cwd: string, env: Env, shards: readonly number[], of: number) {
  for (const index of shards) {
    const argv = ['snapshot', ...FLEET, '--shard', `${index}/${of}`, '-o', 'out/']
    await run(argv, { env, world: { cwd } })
  }
}

interface Read {
  readonly diagnostics: readonly { readonly code: string; readonly summary: string }[]
  readonly accounts: readonly {
    readonly verdict: string
    readonly diagnostics: readonly { readonly code: string; readonly summary: string }[]
  }[]
}

const MORNING = '2026-11-23T08:00:00.000Z'

/** @param now when the plan runs; the snapshots are of the morning */
async function planStored(cwd: string, argv: readonly string[] = STORED, now = MORNING) {
  const world = { cwd, now: () => new Date(now) }
  const { code, stdout, stderr } = await run(['plan', ...argv, '--format', 'json'], { world })
  const report: Read = JSON.parse(stdout)
  return { code, stderr, report, outcomes: listOutcomes(report) }
}

/** Of every account, its verdict or the code of its first error. */
const listOutcomes = ({ accounts }: Read) =>
  accounts.map(({ verdict, diagnostics }) => (verdict === 'none' ? diagnostics[0]?.code : verdict))

describe('40 accounts in 4 shards', () => {
  /** Fails in several ways: a server error, an invalid policy, a token that is missing. */
  async function serveTroubled(): Promise<ServedFleet> {
    const served = await serveFleet(4, 10, (server) => ({
      intercept: ({ path }, response) =>
        server === 2 && path.includes('/accounts/7/') && !!response.writeHead(500).end(),
    }))
    const broken = makePolicy(3, 2).replace('linus@acme.com: agent', 'linus@acme.com: agnet')
    const unset = (served.files['fleet.yaml'] ?? '').replace('TOKEN_1\n', 'TOKEN_0\n')
    const files = { ...served.files, 'policies/3-2.yaml': broken, 'fleet.yaml': unset }
    return { ...served, files }
  }

  const REPORTS = FORMATS.flatMap((format) => [
    '--report',
    format === 'sarif' ? 'sarif=reports/sarif/' : `${format}=reports/${format}`,
  ])

  function listReports(cwd: string): ReadonlyMap<string, string> {
    const files = readdirSync(join(cwd, 'reports'), { recursive: true, withFileTypes: true })
    return new Map(
      files
        .filter((each) => each.isFile())
        .map((each) => [each.name, readFileSync(join(each.parentPath, each.name), 'utf8')]),
    )
  }

  test.each([
    ['that can all be read', () => serveFleet(4, 10), 2, FORMATS.length - 1 + 40],
    // Without a verdict of all of them, there is no CSV.
    ['of which some fail', serveTroubled, 1, FORMATS.length - 2 + 37],
  ])('%s give the report of one run, in every format', async (_, start, code, reports) => {
    const { files, env } = await start()
    const report = async (argv: readonly string[], take = async (_cwd: string) => {}) => {
      const cwd = folder(files)
      await take(cwd)
      const ran = await run(['plan', ...argv, ...REPORTS], { env, world: { cwd } })
      return { ran, reports: listReports(cwd) }
    }
    const sharded = await report(STORED, (cwd) => takeShards(cwd, env, [3, 1, 4, 2], 4))
    const whole = await report(STORED, (cwd) => takeShards(cwd, env, [1], 1))
    const live = await report(FLEET)
    expect(sharded).toEqual(whole)
    expect([sharded.ran.code, live.ran.code]).toEqual([code, code])
    expect(sharded.ran.stderr).toBe(live.ran.stderr)
    expect(sharded.reports.size).toBe(reports)
    expect([...sharded.reports.keys()]).toEqual([...live.reports.keys()])
    for (const [name, text] of sharded.reports) {
      const [a, b] = [normalise(text), normalise(live.reports.get(name) ?? '')]
      // Shows only where they begin to differ: each is some hundred lines long.
      let i = 0
      while (i < a.length && a[i] === b[i]) i += 1
      expect(a.slice(i - 300, i + 300), name).toBe(b.slice(i - 300, i + 300))
    }
  })

  test('have no verdict where a shard was killed, and all others have theirs', async () => {
    const { files, env } = await serveFleet(4, 10)
    const cwd = folder(files)
    await takeShards(cwd, env, [1, 2, 4], 4)
    const { code, outcomes } = await planStored(cwd)
    expect(code).toBe(1)
    const live = await run(['plan', ...FLEET, '--format', 'json'], { env, world: { cwd } })
    const missing = outcomes.filter((each) => each === 'snapshot-missing')
    expect(missing.length).toBeGreaterThan(3)
    expect(missing.length).toBeLessThan(20)
    expect(outcomes).toEqual(
      listOutcomes(JSON.parse(live.stdout)).map((each, at) =>
        outcomes[at] === missing[0] ? missing[0] : each,
      ),
    )
  })
})

describe('a shard', () => {
  test('reads its accounts alone, and says how many', async () => {
    const { files, env, names } = await serveFleet(2, 5)
    const cwd = folder(files)
    const said: string[] = []
    for (const index of [1, 2, 3]) {
      const argv = ['snapshot', ...FLEET, '--shard', `${index}/3`, '-o', 'out/']
      const ran = await run(argv, { env, world: { cwd } })
      expect([ran.code, ran.stderr]).toEqual([0, ''])
      said.push(ran.stdout)
    }
    expect(said.join('')).toMatch(
      /^Shard 1 of 3: \d snapshots? in out\/\.\nShard 2 of 3: .*\nShard 3 of 3: .*\n$/,
    )
    const expected = names.map((name) => `${encodeURIComponent(name)}.json`)
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(expected.sort())
  })

  test('keeps the audit log with --activity, so that rules about it are judged without a server', async () => {
    // The clock of the servers is that of `run`: where they differ by days, a log is not judged.
    const now = () => new Date('2026-11-23T08:00:00.000Z')
    const { files, env, servers } = await serveFleet(1, 2, () => ({ now }))
    for (const { features } of servers.flatMap(({ state }) => state.accounts.slice(0, 1))) {
      features['audit_logs'] = true
    }
    const policy = `${files['policies/1-1.yaml']}rules: { dormant_days: 61 }\n`
    const world = { cwd: folder({ ...files, 'policies/1-1.yaml': policy }) }
    const taken = await run(['snapshot', ...FLEET, '--activity', '-o', 'out/'], { env, world })
    expect(taken.code).toBe(0)
    expect(taken.stderr).toContain('The snapshot of brand 1-2 contains nothing from the audit log.')
    const planned = await run(['plan', ...STORED, '--format', 'json'], { world })
    const { accounts } = JSON.parse(planned.stdout)
    expect(accounts.map(({ verdict }: { verdict: string }) => verdict)).not.toContain('none')
    expect(accounts[0].read.activity.state).toBe('read')

    await run(['snapshot', ...FLEET, '-o', 'out/', '--force'], { env, world })
    const without = await run(['plan', ...STORED, '--format', 'json'], { world })
    expect(JSON.parse(without.stdout).accounts[0]).toMatchObject({
      verdict: 'none',
      diagnostics: [{ code: 'read-activity' }],
    })
  })

  test('divides --max-rpm by the number of shards', async () => {
    const { files, env } = await serveFleet(1, 1)
    const measure = async (argv: readonly string[]) => {
      let waited = 0
      let now = Date.parse(MORNING)
      const sleep = async (ms: number) => {
        waited += ms
        now += ms
      }
      const world = { sleep, now: () => new Date(now), cwd: folder(files) }
      for (const shard of ['1/2', '2/2']) {
        const all = ['snapshot', ...FLEET, '-o', 'out/', '--concurrency', '1', ...argv]
        await run([...all, ...(argv.includes('--shard') ? [shard] : [])], { env, world })
      }
      return waited
    }
    const whole = await measure(['--max-rpm', '30'])
    const halved = await measure(['--max-rpm', '60', '--shard'])
    // Both runs of the first read the one account, and only one shard of the second does.
    expect(halved).toBeGreaterThan(0)
    expect(whole).toBe(2 * halved)
  })

  test('leaves why it could not read an account, which fits its schema and holds no token', async () => {
    const { files, env } = await serveFleet(2, 1, (server) => ({
      intercept: (_, response) => server === 2 && !!response.writeHead(503).end('down'),
    }))
    const cwd = folder(files)
    const ran = await run(['snapshot', ...FLEET, '-o', 'out/'], { env, world: { cwd } })
    expect([ran.code, ran.stdout]).toEqual([1, '1 snapshot in out/, 1 account failed.\n'])
    expect(ran.stderr).toMatch(/^error: brand 2-1: /)
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual([
      'brand%201-1.json',
      'brand%202-1.failed.json',
    ])
    for (const [name, file] of [
      ['snapshot', 'brand%201-1.json'],
      ['snapshot-failure', 'brand%202-1.failed.json'],
    ] as const) {
      const text = readFileSync(join(cwd, 'out', file), 'utf8')
      const { stdout: schema } = await run(['schema', name])
      const fits = new Ajv2020({ validateFormats: false }).compile(JSON.parse(schema))
      fits(JSON.parse(text))
      expect(fits.errors).toBeNull()
      expect(text).not.toContain('FLEET-TOKEN')
    }
  })

  test('names the account of each error, in the order of the fleet file', async () => {
    // The first server is the last to answer.
    const { files, env, names } = await serveFleet(3, 2, (server) => ({
      intercept: (_, response) => {
        setTimeout(() => response.writeHead(404).end('gone'), server === 1 ? 300 : 0)
        return true
      },
    }))
    const { code, stderr } = await run(['snapshot', ...FLEET, '-o', 'out/'], { env, files })
    expect(code).toBe(1)
    expect([...stderr.matchAll(/^error: (brand \d-\d): /gm)].map(([, name]) => name)).toEqual(names)
  })

  test('removes what an earlier run left for its accounts, before it reads anything', async () => {
    const { files, env, servers } = await serveFleet(1, 1)
    const stale = '{ "format": "rollcall.snapshot" }'
    const left = { 'out/brand%201-1.json': stale, 'out/brand%201-1.failed.json': '' }
    const cwd = folder({ ...files, ...left, 'out/other.json': stale })
    await run(['snapshot', ...FLEET, '-o', 'out/'], { env: {}, world: { cwd } })
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['brand%201-1.failed.json', 'other.json'])
    await run(['snapshot', ...FLEET, '-o', 'out/'], { env, world: { cwd } })
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['brand%201-1.json', 'other.json'])
    expect(servers[0]?.requests.length).toBeGreaterThan(0)
  })

  test('never replaces a file that rollcall did not write, unless --force', async () => {
    const { files, env } = await serveFleet(1, 1)
    const cwd = folder({ ...files, 'out/brand%201-1.json': '{ "mine": true }' })
    const argv = ['snapshot', ...FLEET, '-o', 'out/']
    const ran = await run(argv, { env, world: { cwd } })
    expect([ran.code, ran.stderr]).toMatchObject([1, expect.stringContaining('already exists')])
    expect(readFileSync(join(cwd, 'out/brand%201-1.json'), 'utf8')).toBe('{ "mine": true }')
    expect((await run([...argv, '--force'], { env, world: { cwd } })).code).toBe(0)
  })

  test('never writes over the file of a token', async () => {
    const { files, env } = await serveFleet(1, 1)
    const fleet = (files['fleet.yaml'] ?? '').replace(
      'token_env: TOKEN_1',
      'token_file: out/brand%201-1.json',
    )
    const cwd = folder({ ...files, 'fleet.yaml': fleet, 'out/brand%201-1.json': 'SECRET' })
    const ran = await run(['snapshot', ...FLEET, '-o', 'out/', '--force'], { env, world: { cwd } })
    expect(ran.code).toBe(1)
    expect(ran.stderr.replace(/\s+/g, ' ')).toContain('which this run reads (out/brand%201-1.json)')
    expect(readFileSync(join(cwd, 'out/brand%201-1.json'), 'utf8')).toBe('SECRET')
  })

  test('that is stopped keeps what is complete, and leaves no half of a file', async () => {
    const stop = new AbortController()
    const { files, env } = await serveFleet(1, 3, () => ({
      intercept: ({ path }) => {
        if (path.includes('/accounts/2/')) stop.abort(143)
        return false
      },
    }))
    const world = { cwd: folder(files), signal: stop.signal }
    const ran = await run(['snapshot', ...FLEET, '-o', 'out/'], { env, world })
    expect([ran.code, ran.stdout]).toEqual([143, ''])
    expect(readdirSync(join(world.cwd, 'out'))).toEqual(['brand%201-1.json'])
    expect((await planStored(world.cwd)).outcomes).toEqual([
      'in_sync',
      'snapshot-missing',
      'snapshot-missing',
    ])
  })

  test('that are planned name the options that only reading a server needs', async () => {
    const { files, env } = await serveFleet(1, 1)
    const cwd = folder(files)
    await takeShards(cwd, env, [1], 1)
    const words = ['plan', ...STORED, '--retry-for', '2m', '--insecure-http']
    const { code, stderr } = await run(words, { world: { cwd } })
    expect([code, stderr.replace(/\s+/g, ' ')]).toEqual([
      0,
      'warning: --retry-for has no effect with --snapshots: this run reads no server. Remove the option. To read the server, remove --snapshot or --snapshots. ',
    ])
  })
})

describe('an account of a fleet has no verdict, and is never left out,', () => {
  const OUT = 'out/brand%201-2.json'

  async function takeThree(): Promise<{
    readonly cwd: string
    readonly files: ServedFleet['files']
  }> {
    const { files, env } = await serveFleet(1, 3)
    const cwd = folder(files)
    await takeShards(cwd, env, [1], 1)
    return { cwd, files }
  }

  const edit = (cwd: string, change: (text: string) => string) =>
    writeFileSync(join(cwd, OUT), change(readFileSync(join(cwd, OUT), 'utf8')))

  test.each<readonly [string, (cwd: string) => void, string, string]>([
    ['missing', (cwd) => rmSync(join(cwd, OUT)), 'snapshot-missing', 'neither brand%201-2.json'],
    [
      'a pipe that nobody writes to',
      (cwd) => {
        rmSync(join(cwd, OUT))
        execFileSync('mkfifo', [join(cwd, OUT)])
      },
      'snapshot-missing',
      'neither brand%201-2.json',
    ],
    [
      'a link to such a pipe',
      (cwd) => {
        rmSync(join(cwd, OUT))
        execFileSync('mkfifo', [join(cwd, 'pipe')])
        symlinkSync('../pipe', join(cwd, OUT))
      },
      'snapshot-missing',
      'neither brand%201-2.json',
    ],
    [
      'a link that leads nowhere',
      (cwd) => {
        rmSync(join(cwd, OUT))
        symlinkSync('nowhere', join(cwd, OUT))
      },
      'usage-argument',
      'no such file',
    ],
    [
      'double in two folders',
      (cwd) => {
        mkdirSync(join(cwd, 'out/again'))
        copyFileSync(join(cwd, OUT), join(cwd, 'out/again/brand%201-2.json'))
      },
      'snapshot-twice',
      'out/again/brand%201-2.json, out/brand%201-2.json',
    ],
    [
      'both there and failed',
      (cwd) => writeFileSync(join(cwd, 'out/brand%201-2.failed.json'), '{}'),
      'snapshot-twice',
      'brand%201-2.failed.json',
    ],
    [
      'cut off',
      (cwd) => edit(cwd, (text) => text.slice(0, 900)),
      'snapshot-unreadable',
      'its end is missing',
    ],
    ['empty', (cwd) => edit(cwd, () => ''), 'snapshot-unreadable', 'is empty'],
    [
      'of another account',
      (cwd) =>
        edit(cwd, (text) =>
          text.replace(/"id": 2,\n {4}"name": "Brand/, '"id": 7,\n    "name": "Brand'),
        ),
      'snapshot-foreign',
      'it is of account 7 on http',
    ],
    [
      'of another server',
      (cwd) =>
        edit(cwd, (text) => text.replace(/"server": "[^"]*"/, '"server": "https://chat.acme.com"')),
      'snapshot-foreign',
      'it is of account 2 on https://chat.acme.com',
    ],
    [
      'another one, under its name',
      (cwd) => copyFileSync(join(cwd, 'out/brand%201-1.json'), join(cwd, OUT)),
      'snapshot-foreign',
      'it is a snapshot of brand 1-1',
    ],
    [
      'of no fleet',
      (cwd) => edit(cwd, (text) => text.replace(/ {2}"fleet": \{[^}]*\},\n/, '')),
      'snapshot-foreign',
      'it was not taken with --fleet',
    ],
    [
      'too old',
      (cwd) =>
        edit(cwd, (text) =>
          text.replace(/"finished_at": "[^"]*"/, '"finished_at": "2026-11-23T05:59:59Z"'),
        ),
      'snapshot-too-old',
      'and --max-age allows 2h',
    ],
    [
      'of the future',
      (cwd) =>
        edit(cwd, (text) =>
          text.replace(/"finished_at": "[^"]*"/, '"finished_at": "2026-11-23T09:59:59Z"'),
        ),
      'snapshot-too-old',
      'is from the future',
    ],
    [
      'failed, and its file says nothing',
      (cwd) => {
        rmSync(join(cwd, OUT))
        writeFileSync(join(cwd, 'out/brand%201-2.failed.json'), '{}')
      },
      'snapshot-unreadable',
      'lacks the key `format`',
    ],
  ])('if its snapshot is %s', async (_, change, wanted, says) => {
    const { cwd } = await takeThree()
    change(cwd)
    const { code, outcomes, report } = await planStored(cwd)
    expect([code, outcomes]).toEqual([1, ['in_sync', wanted, 'drift']])
    expect(report.accounts[1]?.diagnostics[0]?.summary).toContain(says)
    expect(report.diagnostics).toEqual([])
  })

  test('if the fleet file changed after its snapshot', async () => {
    const { cwd, files } = await takeThree()
    writeFileSync(join(cwd, 'fleet.yaml'), `${files['fleet.yaml']}# one more\n`)
    const { code, outcomes } = await planStored(cwd)
    expect([code, outcomes]).toEqual([1, Array(3).fill('snapshot-foreign')])
  })

  test('if there is no folder with snapshots', async () => {
    const { files } = await serveFleet(1, 2)
    const { code, outcomes, report } = await planStored(folder(files))
    expect([code, outcomes]).toEqual([1, Array(2).fill('snapshot-missing')])
    expect(report.diagnostics[0]?.summary).toContain(
      'The folder out/ of --snapshots cannot be read',
    )
  })

  test('but a snapshot of no account is pointed out, and changes nothing', async () => {
    const { cwd } = await takeThree()
    for (const at of [1, 2, 3, 4, 5, 6, 7]) {
      copyFileSync(join(cwd, OUT), join(cwd, `out/gone-${at}.json`))
    }
    writeFileSync(join(cwd, 'out/notes.txt'), 'mine')
    const { code, outcomes, report, stderr } = await planStored(cwd)
    expect([code, outcomes]).toEqual([2, ['in_sync', 'in_sync', 'drift']])
    expect(report.diagnostics[0]).toMatchObject({
      code: 'snapshot-extra',
      severity: 'warning',
    })
    expect(stderr.replace(/\s+/g, ' ')).toContain('out/gone-5.json and 2 more')
  })

  test('and a snapshot without the audit log is pointed out if the run asks for it', async () => {
    const { cwd } = await takeThree()
    const { code, report } = await planStored(cwd, [...STORED, '--activity'])
    expect(code).toBe(2)
    for (const { diagnostics } of report.accounts) {
      expect(diagnostics[0]?.summary).toContain('was taken without the audit log.')
    }
  })

  test('and a comparison with an earlier report works for a fleet', async () => {
    const { cwd } = await takeThree()
    await run(['plan', ...STORED, '--report', 'json=before.json'], { world: { cwd } })
    const { code, report } = await planStored(cwd, [...STORED, '--since', 'before.json'])
    expect(code).toBe(2)
    expect(JSON.stringify(report.accounts[2])).toContain('"state":"known"')
  })

  test('and a report is never written over a snapshot', async () => {
    const { cwd } = await takeThree()
    const argv = ['plan', ...STORED, '--report', `json=${OUT}`]
    const ran = await run(argv, { world: { cwd } })
    expect(ran.code).toBe(1)
    expect(ran.stderr.replace(/\s+/g, ' ')).toContain('a file that this run reads')
    expect((await planStored(cwd)).code).toBe(2)
  })
})
