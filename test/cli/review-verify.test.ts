/** `rollcall review verify` as an auditor uses it: what it names, the hash of a log, the statement. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { writeCanonicalJson } from '../../src/core/apply/canonical.ts'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import { writeCsv } from '../../src/views/csv.ts'
import {
  ADA,
  connection,
  EXACT,
  folder,
  GRACE,
  recordedState,
  run,
  type Setting,
  serve,
} from './world.ts'

const DRIFTED = EXACT.replace(/ {2}mallory.*\n/, '')

const ROSTER = [
  'email,status,end',
  'Ada@acme.com,active,2027-12-31',
  'grace@acme.com,active,',
  'old-admin@acme.com,left,2026-10-31',
  'elsewhere@acme.com,active,',
].join('\n')

async function collect(more: readonly string[] = [], world: Setting['world'] = {}) {
  const cwd = folder({ 'rollcall.yaml': DRIFTED, 'roster.csv': ROSTER })
  const sandbox = await serve({}, recordedState())
  const setting = { env: connection(sandbox), world: { cwd, ...world } }
  const ran = await run(['review', '-o', 'r', ...more], setting)
  expect(ran.code).toBe(0)
  const path = (name: string) => join(cwd, 'r', name)
  const text = (name: string) => readFileSync(path(name), 'utf8')
  /** Changes a file and its hash in the manifest. */
  const forge = (name: string, change: (text: string) => string) => {
    const after = change(text(name))
    expect(after).not.toBe(text(name))
    const manifest = JSON.parse(text('MANIFEST.json'))
    for (const file of manifest.files) {
      if (file.name !== name) continue
      file.bytes = Buffer.byteLength(after)
      file.sha256 = sha256(after)
    }
    writeFileSync(path('MANIFEST.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    writeFileSync(path(name), after)
  }
  const verify = async (...argv: readonly string[]) => {
    const { code, stdout, stderr } = await run(['review', 'verify', 'r', ...argv], {
      world: { cwd },
    })
    return { code, stdout, words: (stdout + stderr).replace(/\s+/g, ' ') }
  }
  return { ...ran, cwd, text, path, forge, verify }
}

const sha256 = (bytes: string) => createHash('sha256').update(bytes).digest('hex')

describe('a file that was changed together with its hash is named, with the place and what it should be', () => {
  test.each<[string, string, (text: string) => string, string]>([
    [
      'a role in the population',
      'population.csv',
      (text) => text.replace('"7","agent"', '"7","administrator"'),
      'population.csv:3 (barbara@acme.com), column role is "administrator", should be "agent"',
    ],
    [
      'a person who is not in the form',
      'decisions.csv',
      (text) => text.replace(/"mallory.*\r\n/, ''),
      'decisions.csv lacks the row of mallory@evil.example',
    ],
    [
      'a person who stands in the form twice',
      'decisions.csv',
      (text) => text.replace(/("mallory.*\r\n)/, '$1$1'),
      'decisions.csv:3 (mallory@evil.example) is a row that should not be there',
    ],
    [
      'a column of the administrators',
      'administrators.csv',
      (text) => text.replace('"policy_says",', '"says",'),
      'administrators.csv:1 lacks the column policy_says and has the added column says',
    ],
    [
      'columns in another order',
      'waivers.csv',
      (text) => text.replace('"finding","address"', '"address","finding"'),
      'waivers.csv:1 has its columns in another order',
    ],
    [
      'a table that is none',
      'ignored.csv',
      (text) => `${text}"x`,
      'ignored.csv:2:1 has a quote that is not closed',
    ],
    [
      'the order of a table',
      'administrators.csv',
      (text) =>
        text
          .replace(/("old-admin.*\r\n)$/, '')
          .replace(/("ada@)/, `${/"old-admin.*\r\n$/.exec(text)?.[0]}$1`),
      'administrators.csv:2:2 is "old-admin@acme.com',
    ],
    [
      'a finding',
      'report.json',
      (text) => text.replace('"risk": "critical"', '"risk": "low"'),
      'report.json, `accounts[0].findings[0].risk` is "low", should be "critical"',
    ],
    [
      'a finding that was removed',
      'report.json',
      (text) => text.replace(/"findings": \[.*?\n {6}\],/s, '"findings": [],'),
      'report.json, `accounts[0].findings` has 0 entries, should have 2',
    ],
    [
      'a key that was removed',
      'report.json',
      (text) => text.replace(/ +"strict": false,\n/, ''),
      'report.json, `strict` is missing',
    ],
    [
      'a key that was added',
      'report.json',
      (text) => text.replace('{', '{\n  "more": 1,'),
      'report.json, `more` should not be there',
    ],
    ['a report that is none', 'report.json', (text) => `${text}}`, 'report.json:'],
    [
      'the page',
      'report.html',
      (text) => text.replace('mallory@evil.example', 'm@acme.com'),
      'report.html:',
    ],
    [
      'a person in the snapshot',
      'snapshot.json',
      (text) => text.replace('"name": "Ken Thompson"', '"name": "Ken"'),
      'population.csv:7 (ken@acme.com), column name is "Ken Thompson", should be "Ken"',
    ],
    [
      'a snapshot that is none',
      'snapshot.json',
      (text) => text.replace('"role": "agent"', '"role": "boss"'),
      'snapshot.json is not a snapshot: The snapshot r/snapshot.json is invalid: `agents[1].role` should be',
    ],
    [
      'the policy',
      'policy.yaml',
      (text) => text.replace('  host@acme.com: agent\n', ''),
      'MANIFEST.json, `policy.sha256` is',
    ],
    [
      'a policy that is none',
      'policy.yaml',
      (text) => `${text}x: 1\n`,
      'policy.yaml is not a policy: ',
    ],
    [
      'a snapshot that leaves something unread',
      'snapshot.json',
      (text) =>
        text.replace(/"custom_roles": \{.*?\n {2}\},/s, '"custom_roles": {"kind": "unread"},'),
      'snapshot.json cannot be judged by policy.yaml: ',
    ],
    [
      'a policy of another server',
      'policy.yaml',
      (text) => text.replace('account: 1', 'account: 1\nserver: https://chat.acme.com'),
      'policy.yaml is for https://chat.acme.com, but snapshot.json is of http://127.0.0.1',
    ],
    [
      'a policy of another account',
      'policy.yaml',
      (text) => text.replace('account: 1', 'account: 2'),
      'policy.yaml is for account 2, but snapshot.json is of account 1',
    ],
  ])('%s', async (_, name, change, says) => {
    const { forge, verify } = await collect()
    forge(name, change)
    const { code, words } = await verify()
    expect(code).toBe(1)
    expect(words).toContain(`! ${says}`)
    expect(words).toContain('These files contradict each other')
    expect(words).toMatch(/NOT INTACT, exit code 1 $/)
  })

  test('more than five places of one file are counted', async () => {
    const { forge, verify } = await collect()
    forge('population.csv', (text) => text.replaceAll('"enabled"', '"disabled"'))
    const { words } = await verify()
    expect(words.match(/! population\.csv:/g)?.length).toBe(5)
    expect(words).toContain('! population.csv differs in 3 more places')
  })
})

describe('the manifest itself', () => {
  test.each<[string, (manifest: ReturnType<typeof JSON.parse>) => void, string]>([
    [
      'another number of people',
      (manifest) => {
        manifest.summary.people = 8
      },
      '`summary.people` is 8, but snapshot.json has 9 people',
    ],
    [
      'a request that listed another number',
      (manifest) => {
        const agents = manifest.requests.find(({ path }: { path: string }) =>
          path.endsWith('/agents'),
        )
        agents.items = 8
      },
      '.items` is 8, but snapshot.json has 9 of agents',
    ],
    [
      'a read that ended before it began',
      (manifest) => {
        manifest.read_started_at = '2026-11-23T09:00:00.000Z'
      },
      '`read_started_at` is "2026-11-23T09:00:00.000Z", should be "2026-11-23T08:00:00.000Z"',
    ],
    [
      'a review from before the read',
      (manifest) => {
        manifest.generated_at = '2026-11-22T08:00:00.000Z'
      },
      '`generated_at` 2026-11-22T08:00:00.000Z is before read_finished_at',
    ],
    [
      'the size of a file',
      (manifest) => {
        manifest.files[0].bytes += 1
      },
      '.gitattributes has 86 bytes, but MANIFEST.json says 87',
    ],
    [
      'a file that no review has',
      (manifest) => {
        manifest.files.push({ name: 'notes.txt', bytes: 0, sha256: '' })
      },
      'notes.txt is not a file of a review',
    ],
    [
      'a snapshot that it does not list',
      (manifest) => {
        manifest.files = manifest.files.filter(
          ({ name }: { name: string }) => name !== 'snapshot.json',
        )
      },
      'MANIFEST.json does not list snapshot.json',
    ],
    [
      'a file that it does not list',
      (manifest) => {
        manifest.files.shift()
      },
      '`files` has 11 entries, should have 12',
    ],
  ])('%s is noticed', async (_, change, says) => {
    const { text, path, verify } = await collect()
    const manifest = JSON.parse(text('MANIFEST.json'))
    change(manifest)
    writeFileSync(path('MANIFEST.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    const { code, words } = await verify()
    expect([code, words]).toEqual([1, expect.stringContaining(says)])
  })
})

test('a manifest that is a link, or a file that is one, is not the review', async () => {
  const { cwd, path, verify } = await collect()
  rmSync(path('findings.csv'))
  symlinkSync('nowhere', path('findings.csv'))
  expect((await verify()).words).toContain('! findings.csv was changed: it is not a regular file')
  renameSync(path('MANIFEST.json'), join(cwd, 'elsewhere.json'))
  symlinkSync('../elsewhere.json', path('MANIFEST.json'))
  const { code, words } = await verify()
  expect([code, words]).toEqual([
    1,
    expect.stringContaining('r/MANIFEST.json was changed: it is not a regular file.'),
  ])
})

test.skipIf(process.platform === 'win32')(
  'a folder whose files cannot be listed is an error that says so',
  async () => {
    const { cwd, path, verify } = await collect()
    const root = process.getuid?.() === 0
    chmodSync(cwd, 0o755)
    // Its files can be read, but a file that was added would not be seen.
    chmodSync(path(''), 0o311)
    if (root) process.seteuid?.(65_534)
    const { code, words } = await verify().finally(() => root && process.seteuid?.(0))
    chmodSync(path(''), 0o755)
    expect([code, words]).toEqual([
      1,
      expect.stringContaining(
        'error: r/MANIFEST.json cannot be checked, because its folder cannot be read (permission denied).',
      ),
    ])
  },
)

describe('--manifest-sha256', () => {
  test('is the hash that the run printed, in any case', async () => {
    const { stdout, verify } = await collect()
    const [, hash = ''] = /Manifest {4}sha256 (\w{64})/.exec(stdout) ?? []
    const { code, words } = await verify('--manifest-sha256', ` ${hash.toUpperCase()}`)
    expect([code, words]).toEqual([0, expect.stringContaining('INTACT, exit code 0')])
    expect(words).not.toContain('Compare this hash')
    expect((await verify('--manifest-sha256', `sha256:${hash}`)).code).toBe(0)
    expect((await verify('--manifest-sha256', `sha256 ${hash}`)).code).toBe(0)
    expect((await verify()).words).toContain('Compare this hash with the one in the log of the run')
  })

  test('that is another one is an error, even if everything else agrees', async () => {
    const { verify } = await collect()
    const { code, words } = await verify('--manifest-sha256', '0'.repeat(64))
    expect(code).toBe(1)
    expect(words).toContain(`but the log says ${'0'.repeat(64)}`)
    expect(words).toContain('This is not the review of that log.')
  })

  test.each(['', '123', 'x'.repeat(64)])('%j is refused', async (hash) => {
    const { verify } = await collect()
    const { code, words } = await verify('--manifest-sha256', hash)
    expect(code).toBe(1)
    expect(words).toContain('--manifest-sha256')
  })
})

describe('a review that another version of rollcall wrote', () => {
  async function collectOther() {
    const review = await collect()
    const other = (text: string) => text.replace(/("version": )"\d+\.\d+\.\d+"/, '$1"0.0.9"')
    review.forge('snapshot.json', other)
    writeFileSync(review.path('MANIFEST.json'), other(review.text('MANIFEST.json')))
    return review
  }

  test('is not called intact, and not called changed, where this version writes files differently', async () => {
    const { verify, cwd } = await collectOther()
    const { code, words } = await verify('--statement', 's.json')
    expect(code).toBe(2)
    expect(words).toMatch(/^NOT CHECKED r: 12 files/)
    expect(words).toContain('rollcall 0.0.9 wrote this review')
    expect(words).toContain(
      'cannot check them against the snapshot and the policy: report.html, report.json.',
    )
    // Its hashes are right, so a signature can still be compared.
    expect(existsSync(join(cwd, 's.json'))).toBe(true)
  })

  test('cannot be closed by this version, because the form may show other facts', async () => {
    const { cwd, text } = await collectOther()
    writeFileSync(join(cwd, 'd.csv'), text('decisions.csv'))
    const argv = ['review', 'close', 'r', '--decisions', 'd.csv']
    const { code, stderr } = await run(argv, { world: { cwd } })
    expect(code).toBe(1)
    expect(stderr.replace(/\s+/g, ' ')).toContain(
      'rollcall 0.0.9 wrote the review in r, and this version cannot check report.html, report.json',
    )
  })

  test('has the same people, in every version', async () => {
    const { verify, forge } = await collectOther()
    forge('decisions.csv', (text) => text.replace(/"mallory.*\r\n/, ''))
    const { code, words } = await verify()
    expect([code, words]).toEqual([
      1,
      expect.stringContaining('decisions.csv lacks the row of mallory@evil.example'),
    ])
  })
})

describe('the roster of a review', () => {
  test('is kept as far as it is about people of the review, and is checked', async () => {
    const argv = ['--roster', 'roster.csv', '--roster-active', 'active']
    const { text, verify, path } = await collect(argv)
    expect((await verify()).code).toBe(0)
    const { roster } = JSON.parse(text('MANIFEST.json'))
    expect(roster).toEqual({
      sha256: sha256(ROSTER),
      active: 3,
      inactive: 1,
      people: [
        { email: 'ada@acme.com', active: true, end: null },
        { email: 'grace@acme.com', active: true, end: null },
        { email: 'old-admin@acme.com', active: false, end: '2026-10-31' },
      ],
    })
    const hired = text('MANIFEST.json').replace('"active": false', '"active": true')
    writeFileSync(path('MANIFEST.json'), hired)
    const { code, words } = await verify()
    expect(code).toBe(1)
    expect(words).toContain('report.json, `accounts[0].')
  })
})

describe('the clocks of a review', () => {
  test('stand side by side in the manifest, and a warning says how far they differ', async () => {
    const now = () => new Date('2026-11-23T08:42:00.000Z')
    const { text, stderr, verify } = await collect([], { now })
    const reading = {
      machine: '2026-11-23T08:42:00.000Z',
      server: '2026-11-23T08:00:00.000Z',
      server_ahead_seconds: -2520,
    }
    expect(JSON.parse(text('MANIFEST.json')).clocks).toEqual({
      first_answer: reading,
      last_answer: reading,
    })
    const says = 'The clock of the server is 42 minutes behind the clock of the machine'
    expect(stderr.replace(/\s+/g, ' ')).toContain(`warning: ${says}`)
    expect(text('report.json')).toContain(says)
    expect(text('report.html')).toContain(says)
    expect((await verify()).code).toBe(0)
  })

  test('that differ by less than five minutes are only written down', async () => {
    const { text, stderr } = await collect([], { now: () => new Date('2026-11-23T08:04:59.000Z') })
    expect([
      stderr,
      JSON.parse(text('MANIFEST.json')).clocks.last_answer.server_ahead_seconds,
    ]).toEqual(['', -299])
  })

  test('a review with the audit log, which is read after the account, is in order', async () => {
    let ms = Date.parse('2026-11-23T08:00:00.000Z')
    const now = () => {
      ms += 1
      return new Date(ms)
    }
    const { text, verify } = await collect(['--activity'], { now })
    const { read_finished_at: end, requests, not_shown } = JSON.parse(text('MANIFEST.json'))
    expect(not_shown.join(' ')).not.toContain('when a person last signed in')
    expect(not_shown.join(' ')).toContain('Chatwoot never logs')
    expect(requests.at(-1).path).toContain('/audit_logs?page=')
    expect(requests.at(-1).at > end).toBe(true)
    expect((await verify()).code).toBe(0)
  })

  test('a clock that is turned back during the run gives no review', async () => {
    const cwd = folder({ 'rollcall.yaml': DRIFTED })
    let ms = Date.parse('2026-11-23T08:00:00.000Z')
    const now = () => {
      ms -= 1000
      return new Date(ms)
    }
    const env = connection(await serve())
    const { code, stderr } = await run(['review', '-o', 'r'], { env, world: { cwd, now } })
    expect(code).toBe(1)
    expect(stderr.replace(/\s+/g, ' ')).toContain('The clock of this machine was turned back')
    expect(readdirSync(cwd)).toEqual(['rollcall.yaml'])
  })
})

describe('the statement of a review', () => {
  test('names every file with its hash, in canonical JSON, the same each time', async () => {
    const { cwd, verify, text } = await collect()
    const { code, words } = await verify('--statement', 's.json')
    expect([code, words]).toEqual([0, expect.stringContaining('Wrote the statement s.json.')])
    const statement = readFileSync(join(cwd, 's.json'), 'utf8')
    const parsed = JSON.parse(statement)
    expect(writeCanonicalJson(parsed)).toBe(statement)
    expect(parsed).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'urn:rollcall:access-review:1',
      predicate: { account: { id: 1, name: 'Acme Support' }, people: 9, verdict: 'drift' },
    })
    expect(parsed.subject).toEqual(
      readdirSync(join(cwd, 'r'))
        .sort()
        .map((name) => ({ name, digest: { sha256: sha256(text(name)) } })),
    )
    const again = await verify('--statement', 's.json')
    expect([again.code, again.words]).toEqual([1, expect.stringContaining('s.json already exists')])
    expect((await verify('--statement', 's.json', '--force')).code).toBe(0)
    expect(readFileSync(join(cwd, 's.json'), 'utf8')).toBe(statement)
  })

  test('of a review that is not intact is not written', async () => {
    const { cwd, verify, forge } = await collect()
    forge('population.csv', (text) => text.replace('"Ken Thompson"', '"Ken"'))
    expect((await verify('--statement', 's.json')).code).toBe(1)
    expect(existsSync(join(cwd, 's.json'))).toBe(false)
  })

  test.each(['r/s.json', './r/s.json', 'r', '-'])(
    'does not go into the folder: %s',
    async (name) => {
      const { verify } = await collect()
      const { code } = await verify('--statement', name)
      expect(code).toBe(1)
      expect((await verify()).code).toBe(0)
    },
  )

  const missing = spawnSync('ssh-keygen', ['-?']).error !== undefined
  if (missing) process.stdout.write('skipped: ssh-keygen is not installed\n')
  test.skipIf(missing)(
    'is signed and checked with ssh-keygen as docs/review.md shows',
    async () => {
      const { cwd, verify, forge } = await collect()
      const page = readFileSync(new URL('../../docs/review.md', import.meta.url), 'utf8')
      const [sign = '', check = ''] = page
        .split('\n')
        .filter((line) => line.startsWith('ssh-keygen -Y'))
      const shell = (line: string) =>
        execFileSync('sh', ['-ec', line.replace('~/.ssh/id_ed25519', './key')], {
          cwd,
          stdio: 'pipe',
        }).toString()
      shell('ssh-keygen -q -t ed25519 -N "" -C ada -f key')
      const key = readFileSync(join(cwd, 'key.pub'), 'utf8')
      writeFileSync(join(cwd, 'allowed_signers'), `ada@acme.com ${key}`)
      await verify('--statement', 'review-2026-11.intoto.json')
      shell(sign)
      await verify('--statement', 'now.intoto.json')
      expect(shell(check)).toContain('Good "rollcall-review" signature for ada@acme.com')
      // A review that was made again is another one.
      forge('MANIFEST.json', (text) => text.replace('"why": "', '"why": "really, '))
      expect((await verify('--statement', 'now.intoto.json', '--force')).code).toBe(0)
      expect(() => shell(check)).toThrow('Signature verification failed')
    },
  )
})

describe('--closing', () => {
  /** A review that was decided, and its record in the folder c. */
  async function close(more: readonly string[] = []) {
    const review = await collect()
    const { cwd, text } = review
    const form: Record<string, string>[] = parse(text('decisions.csv'), { columns: true })
    const rows = form.map((row) => ({
      ...row,
      decision: 'keep',
      reviewer: row['email'] === 'grace@acme.com' ? 'ada@acme.com' : 'grace@acme.com',
      date: '2026-11-23',
      why: row['risk'] === '' ? '' : `seen by ${row['email']} in person`,
    }))
    writeFileSync(join(cwd, 'd.csv'), writeCsv(Object.keys(rows[0] ?? {}), rows))
    const argv = ['review', 'close', 'r', '--decisions', 'd.csv', '-o', 'c', ...more]
    const { code, stdout, stderr } = await run(argv, { world: { cwd } })
    expect([code, stderr]).toEqual([0, ''])
    const [, hash = ''] = /Record {6}sha256 (\w{64})/.exec(stdout) ?? []
    const sealed = (name: string) => readFileSync(join(cwd, 'c', name), 'utf8')
    /** Changes a sealed file, and its hash wherever it stands. */
    const forgeRecord = (name: string, change: (text: string) => string) => {
      const [before, after] = [sealed(name), change(sealed(name))]
      expect(after).not.toBe(before)
      const page = sealed('closing.html')
      const renewed = page.replaceAll(sha256(before), sha256(after))
      writeFileSync(join(cwd, 'c/closing.html'), renewed)
      const relist = (text: string, was: string, is: string) =>
        text.replaceAll(
          new RegExp(`"bytes": \\d+,(\\s+)"sha256": "${sha256(was)}"`, 'g'),
          `"bytes": ${Buffer.byteLength(is)},$1"sha256": "${sha256(is)}"`,
        )
      const record = relist(sealed('closing.json'), before, after)
      writeFileSync(join(cwd, 'c/closing.json'), relist(record, page, renewed))
      writeFileSync(join(cwd, 'c', name), after)
    }
    return { ...review, hash, sealed, forgeRecord }
  }

  test('closes the review again and finds the same record, also with the hash of the log', async () => {
    const { verify, hash } = await close()
    const { code, words } = await verify('--closing', 'c', '--closing-sha256', hash)
    expect(code).toBe(0)
    expect(words).toContain('12 files in the manifest, closing record in c')
    expect(words).toContain(`Record sha256 ${hash}`)
  })

  test('finds the same record on a later day', async () => {
    const { cwd } = await close()
    const now = () => new Date('2028-01-01T00:00:00Z')
    const argv = ['review', 'verify', 'r', '--closing', 'c']
    expect((await run(argv, { world: { cwd, now } })).code).toBe(0)
  })

  test.each<[string, string, (text: string) => string, string]>([
    [
      'a decision',
      'decisions.csv',
      (text) => text.replace(/("mallory.*)"keep"/, '$1"remove"'),
      'c/closing.json, `totals.keep` is 9, should be 8',
    ],
    [
      'a reviewer who is nobody',
      'decisions.csv',
      (text) => text.replace('"grace@acme.com","2026', '"ken","2026'),
      'c/decisions.csv says: mallory@evil.example: the reviewer "ken" is not an e-mail address.',
    ],
    [
      'a form without a column',
      'decisions.csv',
      (text) => text.replace('"reviewer"', '"who"'),
      'c/closing.json cannot be written again: c/decisions.csv has no column reviewer',
    ],
    [
      'the page',
      'closing.html',
      (text) => text.replace('mallory@evil.example', 'm@acme.com'),
      'c/closing.html:',
    ],
  ])('names %s that was changed together with its hash', async (_, name, change, says) => {
    const { verify, forgeRecord } = await close()
    forgeRecord(name, change)
    const { code, words } = await verify('--closing', 'c')
    expect([code, words]).toEqual([1, expect.stringContaining(`! ${says}`)])
    expect(words).toContain('The closing record does not match the review')
  })

  test('names files that were changed, removed or added', async () => {
    const { cwd, verify } = await close()
    writeFileSync(join(cwd, 'c/decisions.csv'), 'x')
    writeFileSync(join(cwd, 'c/notes.txt'), 'x')
    writeFileSync(join(cwd, 'c/.DS_Store'), 'x')
    rmSync(join(cwd, 'c/.gitattributes'))
    rmSync(join(cwd, 'c/closing.html'))
    mkdirSync(join(cwd, 'c/closing.html'))
    const { code, words } = await verify('--closing', 'c')
    expect(code).toBe(1)
    for (const says of [
      'c/decisions.csv was changed: its SHA-256 is not the one in closing.json',
      'c/notes.txt was added',
      'c/.DS_Store was added by macOS',
      'c/.gitattributes is missing',
      'c/closing.html was changed: it is not a regular file',
    ]) {
      expect(words).toContain(`! ${says}`)
    }
  })

  test('names a record that is older than its review', async () => {
    const { cwd, sealed, verify } = await close()
    const early = sealed('closing.json').replace(
      '"generated_at": "2026-11-23T08:00:00.000Z"',
      '"generated_at": "2026-11-23T07:59:59.000Z"',
    )
    writeFileSync(join(cwd, 'c/closing.json'), early)
    expect((await verify('--closing', 'c')).words).toContain(
      '`generated_at` 2026-11-23T07:59:59.000Z is before the review was written',
    )
  })

  test('with the record of another review is an error, and so is another hash', async () => {
    const [{ verify, cwd }, other] = [await close(), await close()]
    cpSync(join(other.cwd, 'c'), join(cwd, 'c2'), { recursive: true })
    const another = await verify('--closing', 'c2')
    expect([another.code, another.words]).toEqual([
      1,
      expect.stringContaining('c2/decisions.csv belongs to another review: the column review says'),
    ])
    const wrong = await verify('--closing', 'c', '--closing-sha256', '0'.repeat(64))
    expect([wrong.code, wrong.words]).toEqual([
      1,
      expect.stringContaining('This is not the closing record of that log.'),
    ])
  })

  test('written by another version, and written differently, is not called intact', async () => {
    const { cwd, sealed, verify } = await close()
    const other = sealed('closing.json')
      .replace(/("version": )"\d+\.\d+\.\d+"/, '$1"0.0.9"')
      .replace('"exit_code": 0', '"exit_code": 2')
    writeFileSync(join(cwd, 'c/closing.json'), other)
    const { code, words } = await verify('--closing', 'c')
    expect([code, words]).toEqual([2, expect.stringContaining('cannot check them against')])
  })

  test.each([
    [['--closing-sha256', '0'.repeat(64)], '--closing-sha256 needs --closing.'],
    [['--closing', 'none'], 'none/closing.json cannot be read (no such file or folder)'],
    [['--closing', 'r'], 'r/closing.json cannot be read (no such file or folder)'],
    [['--closing', 'c', '--statement', 'c/s.json'], 'into the folder c, which must not change'],
  ])('%j is refused with the next step', async (argv, says) => {
    const { verify } = await close()
    const { code, words } = await verify(...argv)
    expect([code, words]).toEqual([1, expect.stringContaining(says)])
  })

  test('puts the files of the record into the statement', async () => {
    const { cwd, verify } = await close()
    expect((await verify('--closing', 'c', '--statement', 's.json')).code).toBe(0)
    const { subject, predicate } = JSON.parse(readFileSync(join(cwd, 's.json'), 'utf8'))
    const names = subject.map(({ name }: { name: string }) => name)
    for (const name of readdirSync(join(cwd, 'c'))) expect(names).toContain(`closing/${name}`)
    expect(predicate.closed_at).toBe('2026-11-23T08:00:00.000Z')
  })
})

describe('an honest review is intact', () => {
  type State = ReturnType<typeof recordedState>
  const HOSTILE = '\ud800\u202e=1+1\u0000"\r\n;\t,\u{1f600}'
  const cutOnce = (end: string): SandboxOptions => {
    let cut = false
    return {
      intercept: ({ path }, response) => {
        if (cut || !path.endsWith(end)) return false
        cut = true
        response.destroy()
        return true
      },
    }
  }
  const answerOnce = (end: string, status: number, body: string): SandboxOptions => {
    let answered = false
    return {
      intercept: ({ path }, response) => {
        if (answered || !path.endsWith(end)) return false
        answered = true
        response.writeHead(status, { 'retry-after': '1', 'content-type': 'application/json' })
        response.end(body)
        return true
      },
    }
  }
  const eachUser = (change: (user: State['users'][number]) => void) => (state: State) =>
    state.users.forEach(change)

  test.each<{
    readonly when: string
    readonly policy?: string
    readonly options?: SandboxOptions
    readonly change?: (state: State) => void
    readonly token?: string
    readonly argv?: readonly string[]
    readonly stdin?: string
    readonly files?: Readonly<Record<string, string>>
  }>([
    {
      when: 'the policy has a byte order mark and Windows line ends',
      policy: `\ufeff${DRIFTED.replaceAll('\n', '\r\n')}`,
    },
    { when: 'the policy comes from standard input', argv: ['-'], stdin: DRIFTED },
    { when: 'the policy is in a folder', argv: ['p'], files: { 'p/a.yaml': DRIFTED } },
    { when: 'the policy names the server', policy: 'SERVER' },
    {
      when: 'the policy has waivers, rules and patterns, and names little',
      policy: `version: 1
account: 1
agents: { ada@acme.com: administrator }
scope: { agents: administrators, ignore: { agents: ["grace*"], teams: ["*"] } }
rules: { administrators: { max: 1 }, email_domains: [acme.com] }
waivers: [{ finding: admin-unexpected, address: agent/old-admin@acme.com, reason: x, owner: ada, expires: 2026-12-24 }]
`,
    },
    {
      when: 'the token belongs to an agent',
      policy: DRIFTED.replace('custom_role: Billing clerk', 'custom_role: { id: 1 }'),
      token: GRACE,
    },
    { when: 'names are hostile', change: eachUser((user) => (user.name = HOSTILE)) },
    { when: 'names are long', change: eachUser((user) => (user.name = 'x'.repeat(40_000))) },
    {
      when: 'teams and inboxes have hostile names',
      change: ({ accounts }) => {
        for (const { teams, inboxes, custom_roles: roles } of accounts) {
          for (const [index, each] of [...teams, ...inboxes, ...roles].entries()) {
            each.name = `${index} ${HOSTILE.replace('\ud800', '')}`
          }
        }
      },
      policy: DRIFTED.replace(/teams:[\s\S]*/, '').replace('Billing clerk', '{ id: 1 }'),
    },
    { when: 'a connection was cut', options: cutOnce('/teams') },
    { when: 'the first list of agents was empty', options: answerOnce('/agents', 200, '[]') },
    { when: 'the server was too busy for a moment', options: answerOnce('/agents', 503, '') },
    { when: 'the server limited requests', options: answerOnce('/inboxes', 429, '') },
    { when: 'the server has no version', options: answerOnce('/api', 404, '') },
    {
      when: 'the roster spells people in several ways',
      argv: ['--roster', 'people.csv'],
      files: {
        'people.csv':
          'E-Mail;Status\nADA@acme.com;active\nada@ACME.com;active\ngrace@acme.com;active\n',
      },
    },
  ])('if $when', async ({ policy = DRIFTED, options = {}, change, token = ADA, ...more }) => {
    const state = recordedState()
    change?.(state)
    const sandbox = await serve(options, state)
    const text =
      policy === 'SERVER'
        ? DRIFTED.replace('account: 1', `account: 1\nserver: ${sandbox.baseUrl}`)
        : policy
    const cwd = folder({ 'rollcall.yaml': text, ...more.files })
    const setting = { env: connection(sandbox, token), world: { cwd } }
    const stdin = more.stdin === undefined ? {} : { stdin: more.stdin }
    const ran = await run(['review', ...(more.argv ?? []), '-o', 'r'], { ...setting, ...stdin })
    expect([ran.code, ran.stderr]).toEqual([0, expect.not.stringContaining('error')])
    const { code, stdout } = await run(['review', 'verify', 'r'], { world: { cwd } })
    expect([code, stdout]).toEqual([0, expect.stringContaining('INTACT, exit code 0')])
  })
})
