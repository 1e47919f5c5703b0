/** Names given by the user → policies, on real files in a temporary folder. */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listGroups } from '../../src/core/model/policy.ts'
import { loadPolicies } from '../../src/policy/read/load.ts'
import { MAX_POLICY_BYTES } from '../../src/policy/read/parse.ts'

const POLICY = 'version: 1\nagents: {ada@acme.com: administrator}\n'
let cwd = ''

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rollcall-policy-'))
})
afterEach(() => {
  rmSync(cwd, { recursive: true, force: true })
})

const write = (name: string, text: string | Uint8Array = POLICY) =>
  writeFileSync(join(cwd, name), text)
const load = (names: string[], stdin: NodeJS.ReadableStream = Readable.from([])) =>
  loadPolicies(names, { cwd, stdin })

/** `path ok` or `path code`, one per entry. */
async function outcome(names: string[], stdin?: NodeJS.ReadableStream): Promise<string[]> {
  const sources = await load(names, stdin)
  for (const { policy, diagnostics } of sources)
    expect(policy === null).toBe(diagnostics.length > 0)
  return sources.map(
    ({ path, diagnostics }) => `${path} ${diagnostics.map((each) => each.code).join() || 'ok'}`,
  )
}

describe('files', () => {
  test('a file is found from the working directory and shown as it was named', async () => {
    mkdirSync(join(cwd, 'sub'))
    write('sub/a.yaml')
    const [source] = await load(['sub/../sub/a.yaml'])
    expect(source?.path).toBe('sub/../sub/a.yaml')
    expect(source?.policy?.path).toBe('sub/../sub/a.yaml')
    expect(source?.policy?.agents?.location.file).toBe('sub/../sub/a.yaml')
  })

  test('its SHA-256 is that of its bytes, the BOM included', async () => {
    const bytes = `\ufeff${POLICY}`
    write('a.yaml', bytes)
    const [source] = await load(['a.yaml'])
    expect(source?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(source?.policy).not.toBeNull()
  })

  test('there is one entry per name, in the order given, whatever is wrong with some', async () => {
    write('b.yaml')
    write('a.yaml', 'version: 2\nteams: {}\n')
    write('file')
    expect(await outcome(['b.yaml', 'gone.yaml', 'a.yaml', 'file/x.yaml'])).toEqual([
      'b.yaml ok',
      'gone.yaml policy-not-found',
      'a.yaml policy-value',
      'file/x.yaml policy-not-found',
    ])
  })

  test('a missing file is named together with where it was looked for', async () => {
    const [source] = await load(['gone.yaml'])
    expect(source?.sha256).toBeNull()
    expect(source?.diagnostics[0]).toMatchObject({
      summary: 'There is no policy `gone.yaml`.',
      detail: `${join(cwd, 'gone.yaml')} does not exist.`,
    })
  })

  test('for a missing policy the way to a first one is named, or the one with the other ending', async () => {
    const advice = async (name: string) => (await load([name]))[0]?.diagnostics[0]?.advice
    expect(await advice('rollcall.yaml')).toBe(
      'Check the name and the working directory, or run `rollcall init` to create your first policy.',
    )
    write('rollcall.yml')
    expect(await advice('rollcall.yaml')).toBe(
      '`rollcall.yml` exists: name that file, or rename it.',
    )
    mkdirSync(join(cwd, 'sub'))
    write('sub/beta.yaml')
    expect(await advice('sub/beta.yml')).toBe(
      '`sub/beta.yaml` exists: name that file, or rename it.',
    )
  })

  test('a file without read permission says so', async () => {
    write('a.yaml')
    chmodSync(join(cwd, 'a.yaml'), 0)
    const root = process.getuid?.() === 0
    // Root may read anything: for once, be nobody.
    if (root) process.seteuid?.(65_534)
    const [source] = await load(['a.yaml']).finally(() => root && process.seteuid?.(0))
    expect(source?.diagnostics[0]?.summary).toMatch(/permission denied/)
  })

  test('a link that leads in circles or a name that no file can have is unreadable', async () => {
    symlinkSync('loop.yaml', join(cwd, 'loop.yaml'))
    expect(await outcome(['loop.yaml', 'a\0b.yaml', 'x'.repeat(300)])).toEqual([
      'loop.yaml policy-unreadable',
      'a\0b.yaml policy-unreadable',
      `${'x'.repeat(300)} policy-unreadable`,
    ])
  })

  test('a link to nothing is a missing file', async () => {
    symlinkSync('nowhere', join(cwd, 'a.yaml'))
    expect(await outcome(['a.yaml'])).toEqual(['a.yaml policy-not-found'])
  })

  test('a binary file is refused', async () => {
    write('a.yaml', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]))
    write('b.yaml', new Uint8Array([0x1f, 0x8b, 0x08, 0xff]))
    expect(await outcome(['a.yaml', 'b.yaml'])).toEqual([
      'a.yaml policy-encoding',
      'b.yaml policy-encoding',
    ])
  })
})

describe('size', () => {
  test('a policy of exactly the limit is read, one byte more is refused', async () => {
    write('a.yaml', POLICY + '#'.repeat(MAX_POLICY_BYTES - POLICY.length))
    write('b.yaml', POLICY + '#'.repeat(MAX_POLICY_BYTES - POLICY.length + 1))
    expect(await outcome(['a.yaml', 'b.yaml'])).toEqual(['a.yaml ok', 'b.yaml policy-too-large'])
  })

  test.skipIf(!existsSync('/dev/zero'))('a file without an end is given up', async () => {
    expect(await outcome(['/dev/zero'])).toEqual(['/dev/zero policy-too-large'])
  })

  test('a standard input without an end is given up and closed', async () => {
    let read = 0
    const endless = new Readable({
      read() {
        read += 65_536
        this.push(Buffer.alloc(65_536, '#'))
      },
    })
    expect(await outcome(['-'], endless)).toEqual(['<stdin> policy-too-large'])
    expect(endless.destroyed).toBe(true)
    expect(read).toBeLessThan(2 * MAX_POLICY_BYTES)
  })
})

describe('standard input', () => {
  test('`-` reads it and shows it as <stdin>, also in pieces that split a character', async () => {
    const bytes = Buffer.from('version: 1\nteams: {"ü🙂": []}\n')
    const pieces = [...bytes].map((byte) => Buffer.from([byte]))
    const [source] = await load(['-'], Readable.from(pieces))
    expect(source?.path).toBe('<stdin>')
    expect(source?.policy && listGroups(source.policy).map(({ key }) => key)).toEqual(['ü🙂'])
  })

  test('a stream of texts is read as well', async () => {
    expect(await outcome(['-'], Readable.from([POLICY]))).toEqual(['<stdin> ok'])
  })

  test('an empty one is an empty policy', async () => {
    expect(await outcome(['-'])).toEqual(['<stdin> policy-nothing-managed'])
  })

  test('one that fails is unreadable', async () => {
    const failing = new Readable({
      read() {
        this.destroy(Object.assign(new Error('read EIO'), { code: 'EIO' }))
      },
    })
    const [source] = await load(['-'], failing)
    expect(source?.diagnostics[0]).toMatchObject({
      code: 'policy-unreadable',
      detail: 'The system reports EIO.',
    })
  })

  test('naming it twice is an error', async () => {
    expect(await outcome(['-', '-'], Readable.from([POLICY]))).toEqual([
      '<stdin> ok',
      '<stdin> usage-argument',
    ])
  })
})

describe('folders', () => {
  test('a folder is every policy directly in it, sorted by code units', async () => {
    mkdirSync(join(cwd, 'p/deeper'), { recursive: true })
    for (const file of [
      'b.yaml',
      'a.yml',
      'B.yaml',
      'ä.yaml',
      '.hidden.yaml',
      'c.yaml.bak',
      'd.json',
    ])
      write(`p/${file}`)
    write('p/deeper/e.yaml')
    const sorted = ['B.yaml', 'a.yml', 'b.yaml', 'ä.yaml']
    expect(await outcome(['p'])).toEqual(sorted.map((file) => `p/${file} ok`))
    expect(await outcome(['p/'])).toEqual(sorted.map((file) => `p/${file} ok`))
  })

  test('a folder without policies is an error', async () => {
    mkdirSync(join(cwd, 'p'))
    write('p/notes.txt')
    expect(await outcome(['p'])).toEqual(['p policy-not-found'])
  })

  test('a folder in it whose name looks like a policy is an error', async () => {
    mkdirSync(join(cwd, 'p/x.yaml'), { recursive: true })
    write('p/a.yaml')
    expect(await outcome(['p'])).toEqual(['p/a.yaml ok', 'p/x.yaml policy-unreadable'])
  })

  test('the current folder can be named', async () => {
    write('a.yaml')
    expect(await outcome(['.'])).toEqual(['./a.yaml ok'])
  })
})

describe('a policy named twice', () => {
  test('is an error whatever way it is named', async () => {
    mkdirSync(join(cwd, 'p'))
    write('p/a.yaml')
    symlinkSync(join(cwd, 'p/a.yaml'), join(cwd, 'link.yaml'))
    symlinkSync('p', join(cwd, 'q'))
    expect(await outcome(['p', 'p/a.yaml', './p/../p/a.yaml', 'link.yaml', 'q'])).toEqual([
      'p/a.yaml ok',
      'p/a.yaml usage-argument',
      './p/../p/a.yaml usage-argument',
      'link.yaml usage-argument',
      'q usage-argument',
    ])
  })

  test('is reported with both names', async () => {
    write('a.yaml')
    symlinkSync('a.yaml', join(cwd, 'b.yaml'))
    const [, second] = await load(['a.yaml', 'b.yaml'])
    expect(second?.diagnostics[0]).toMatchObject({
      summary: 'The policy `b.yaml` is named twice.',
      detail: 'It is the same file as `a.yaml`.',
    })
  })

  test('is no error when two files merely say the same', async () => {
    write('a.yaml')
    write('b.yaml')
    expect(await outcome(['a.yaml', 'b.yaml'])).toEqual(['a.yaml ok', 'b.yaml ok'])
  })
})
