/**
 * A cheating auditor: every row, column, value, file, hash and time of a review is changed in turn,
 * and `review verify` must notice. What it cannot notice stands in docs/review.md, by kind, and
 * nothing else may go unnoticed. `ROLLCALL_MATRIX=all` tries every change, the default a few of each
 * kind.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { listFiles, writeReview } from '../../src/commands/review/write.ts'
import { parseSnapshot } from '../../src/core/model/parse-snapshot.ts'
import { parseManifest } from '../../src/core/review/record.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { writeCsv } from '../../src/views/csv.ts'
import { connection, EXACT, folder, recordedState, run, serve } from '../cli/world.ts'
import {
  type Cheat,
  CLOSING,
  type Files,
  fixHashes,
  listCheats,
  MANIFEST,
} from './review-cheats.ts'

const WHOLE = process.env['ROLLCALL_MATRIX'] === 'all'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const ROSTER = 'email,status,end\nada@acme.com,active,\nold-admin@acme.com,left,2026-10-31\n'

const ACCOUNTS = {
  recorded: () => ({
    policy: EXACT.replace(/ {2}mallory.*\n/, ''),
    state: recordedState(),
    more: ['--roster', 'roster.csv', '--roster-active', 'active'],
  }),
  demo: () => ({
    policy: read('examples/demo/demo.yaml'),
    state: parseState(read('examples/demo/state.json'), 'demo'),
    more: [],
  }),
}

async function collect(name: keyof typeof ACCOUNTS) {
  const { policy, state, more } = ACCOUNTS[name]()
  const cwd = folder({ 'rollcall.yaml': policy, 'roster.csv': ROSTER })
  // Each look at the clock takes a while, so that no two times are equal.
  let ms = Date.parse('2026-11-23T08:00:00.000Z')
  const now = () => {
    ms += 40
    return new Date(ms)
  }
  const sandbox = await serve({ now }, state)
  const [token = ''] = state.users.flatMap(({ email, token: own }) =>
    email === state.caller ? [own ?? ''] : [],
  )
  const env = connection(sandbox, token)
  const ran = await run(['review', '-o', 'r', ...more], { env, world: { cwd, now } })
  expect([ran.code, ran.stderr]).toEqual([0, ''])
  const files: Files = new Map(
    readdirSync(join(cwd, 'r')).map((each) => [each, readFileSync(join(cwd, 'r', each), 'utf8')]),
  )
  const [, hash = ''] = /sha256 (\w{64})/.exec(ran.stdout) ?? []
  return { cwd, dir: 'r', files, hash, state, env }
}

type Review = Pick<Awaited<ReturnType<typeof collect>>, 'cwd' | 'dir' | 'files'>

/** Runs `verify` on the review with these changes, and puts it back. */
async function verify(
  { cwd, dir: name, files }: Review,
  { changed }: Cheat,
  ...more: readonly string[]
) {
  const dir = join(cwd, name)
  for (const [name, text] of changed) {
    if (text === null) rmSync(join(dir, name))
    else writeFileSync(join(dir, name), text)
  }
  const { code } = await run(['review', 'verify', 'r', ...more], { world: { cwd } })
  for (const name of changed.keys()) {
    const before = files.get(name)
    if (before === undefined) rmSync(join(dir, name))
    else writeFileSync(join(dir, name), before)
  }
  return code
}

/**
 * What the default tries: each kind of change to the files that contain facts, and every sixth of the
 * others, which only show these.
 */
function isTried({ kind }: Cheat, count: number, kinds: number): boolean {
  if (/^MANIFEST.json: (judged_on|policy.git|requests\[\])/.test(kind)) {
    return [1, 2, 4, 8, 12].includes(count)
  }
  if (/^snapshot.json: (teams|inboxes)\[\].id/.test(kind)) return true
  if (kind.startsWith('decided.csv') || isAboutLog(kind)) return count <= 3
  const facts =
    /^(MANIFEST.json|snapshot.json|policy.yaml|decisions.csv|later.json|closing.json: tool)/.test(
      kind,
    )
  return count === 1 && (facts || kinds % 6 === 0)
}

function* choose(cheats: Iterable<Cheat>): Generator<Cheat> {
  const seen = new Map<string, number>()
  for (const cheat of cheats) {
    const count = (seen.get(cheat.kind) ?? 0) + 1
    seen.set(cheat.kind, count)
    if (WHOLE || isTried(cheat, count, seen.size)) yield cheat
  }
}

/** The kinds that a table of docs/review.md names, in the first column. */
function listDocumented(heading: string): readonly string[] {
  const [, section = ''] = read('docs/review.md').split(`### ${heading}\n`)
  const [table = ''] = section.split(/\n#+ /)
  const rows = table.split('\n').filter((line) => line.startsWith('| `'))
  return rows.flatMap((row) =>
    [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, kind = '']) => kind),
  )
}

/** Without what was done to the value. */
function nameKind({ kind }: Cheat): string {
  return kind.replace(/ (changed|removed|twice)$/, '').replace('an entry of ', '')
}

function isAboutLog(kind: string): boolean {
  return kind.startsWith('snapshot.json: activity')
}

/** Prints what nothing noticed, and expects it to be what a section of docs/review.md says. */
function expectDocumented(
  what: string,
  tried: number,
  unnoticed: ReadonlyMap<string, number>,
  heading: string,
): void {
  const counts = [...unnoticed].map(([kind, count]) => `\n  ${count} × ${kind}`)
  const all = [...unnoticed.values()].reduce((sum, count) => sum + count, 0)
  process.stdout.write(`cheats on ${what}: ${tried} tried, ${all} not noticed${counts.join('')}\n`)
  const documented = listDocumented(heading)
  const covers = (entry: string, kind: string) =>
    entry.endsWith('*') ? kind.startsWith(entry.slice(0, -1)) : kind === entry
  const kinds = [...unnoticed.keys()]
  expect(kinds.filter((kind) => !documented.some((entry) => covers(entry, kind)))).toEqual([])
  // Only the demo has an audit log, and it may have none of another kind.
  const expected = documented.filter((entry) => isAboutLog(entry) === what.includes('demo'))
  expect(expected.filter((entry) => !kinds.some((kind) => covers(entry, kind)))).toEqual([])
}

describe('of all changes to one file, with its new hash in the manifest, verify', () => {
  test.each(['recorded', 'demo'] as const)(
    'does not notice those that docs/review.md names, and no other: %s account',
    { timeout: 3_600_000 },
    async (name) => {
      const review = await collect(name)
      const unnoticed = new Map<string, number>()
      let tried = 0
      for (const cheat of choose(listCheats(review.files))) {
        if (name === 'demo' && !WHOLE && !isAboutLog(cheat.kind)) continue
        tried += 1
        const fixed = fixHashes(cheat, review.files)
        if ((await verify(review, fixed)) !== 0) continue
        unnoticed.set(nameKind(cheat), (unnoticed.get(nameKind(cheat)) ?? 0) + 1)
        // The log of the run gives every one of them away.
        const code = await verify(review, fixed, '--manifest-sha256', review.hash)
        expect([cheat.kind, code]).toEqual([cheat.kind, 1])
      }
      const heading = 'What `verify` alone cannot notice'
      expectDocumented(`the review of the ${name} account`, tried, unnoticed, heading)
    },
  )
})

/** A review that was decided and carried out, with its record. */
async function closeReview() {
  const review = await collect('recorded')
  const { cwd, files, state, env } = review
  const form: Record<string, string>[] = parse(files.get('decisions.csv') ?? '', { columns: true })
  const rows = form.map((row) => ({
    ...row,
    decision: row['email'] === 'mallory@evil.example' ? 'remove' : 'keep',
    reviewer: row['email'] === 'grace@acme.com' ? 'ada@acme.com' : 'grace@acme.com',
    date: '2026-11-23',
    ticket: 'S-1',
    why: row['risk'] === '' ? '' : `seen by ${row['email']} in person`,
  }))
  writeFileSync(join(cwd, 'decided.csv'), writeCsv(Object.keys(rows[0] ?? {}), rows))
  const [account] = state.accounts
  if (account) {
    account.members = account.members.filter(({ email }) => email !== 'mallory@evil.example')
  }
  const now = () => new Date('2026-12-01T08:00:00.000Z')
  const snapshot = ['snapshot', '--account-id', '1', '-o', 'later.json']
  expect((await run(snapshot, { env, world: { cwd, now } })).code).toBe(0)
  const close = async () => {
    const argv = ['review', 'close', 'r', '--decisions', 'decided.csv', '--after', 'later.json']
    return run([...argv, ...(existsSync(join(cwd, 'c')) ? [] : ['-o', 'c'])], {
      world: { cwd, now },
    })
  }
  const closed = await close()
  expect([closed.code, closed.stderr]).toEqual([0, ''])
  const [, recordHash = ''] = /Record {6}sha256 (\w{64})/.exec(closed.stdout) ?? []
  const sealed: Files = new Map(
    readdirSync(join(cwd, 'c')).map((each) => [each, readFileSync(join(cwd, 'c', each), 'utf8')]),
  )
  return { ...review, sealed, recordHash, close }
}

test('of all changes to a filled-in form, close does not notice those that docs/review.md names, and no other', {
  timeout: 3_600_000,
}, async () => {
  const { cwd, close } = await closeReview()
  const path = join(cwd, 'decided.csv')
  const form = readFileSync(path, 'utf8')
  const unnoticed = new Map<string, number>()
  let tried = 0
  for (const cheat of choose(listCheats(new Map([['decided.csv', form]])))) {
    const changed = cheat.changed.get('decided.csv')
    if (changed === undefined || changed === null) continue
    tried += 1
    writeFileSync(path, changed)
    if ((await close()).code === 1) continue
    unnoticed.set(nameKind(cheat), (unnoticed.get(nameKind(cheat)) ?? 0) + 1)
  }
  expectDocumented('a filled-in form', tried, unnoticed, 'What `close` cannot notice')
})

test('of all changes to a closing record, with the new hash in it, verify does not notice those that docs/review.md names, and no other', {
  timeout: 3_600_000,
}, async () => {
  const { cwd, sealed, recordHash } = await closeReview()
  const argv = ['--closing', 'c']
  const closing = { cwd, dir: 'c', files: sealed }
  expect(await verify(closing, { kind: '', changed: new Map() }, ...argv)).toBe(0)
  const unnoticed = new Map<string, number>()
  let tried = 0
  for (const cheat of choose(listCheats(sealed))) {
    tried += 1
    const fixed = fixHashes(cheat, sealed, CLOSING)
    if ((await verify(closing, fixed, ...argv)) !== 0) continue
    unnoticed.set(nameKind(cheat), (unnoticed.get(nameKind(cheat)) ?? 0) + 1)
    const code = await verify(closing, fixed, ...argv, '--closing-sha256', recordHash)
    expect([cheat.kind, code]).toEqual([cheat.kind, 1])
  }
  const heading = 'What `verify` cannot notice about a closing record'
  expectDocumented('a closing record', tried, unnoticed, heading)
})

test('a change of any file, the manifest left as it is, is noticed', async () => {
  const review = await collect('recorded')
  const seen = new Set<string>()
  for (const cheat of listCheats(review.files)) {
    const [name = ''] = cheat.changed.keys()
    const sample = `${name} ${cheat.changed.size} ${cheat.changed.get(name) === null}`
    if (seen.has(sample) || name === MANIFEST) continue
    seen.add(sample)
    expect([cheat.kind, await verify(review, cheat)]).toEqual([cheat.kind, 1])
  }
  expect(seen.size).toBeGreaterThan(15)
})

test('a whole review that was made again without a person is noticed only by the hash in the log', async () => {
  const review = await collect('recorded')
  const text = (name: string) => review.files.get(name) ?? ''
  const refuse = (): never => expect.unreachable()
  const { record } = parseManifest(JSON.parse(text(MANIFEST)), refuse)
  const { policy } = parsePolicy(record.policyPath, Buffer.from(text('policy.yaml')))
  const document = JSON.parse(text('snapshot.json').replaceAll(/\n +"old-admin@acme.com",?/g, ''))
  document.agents = document.agents.filter(
    ({ email }: { email: string }) => email !== 'old-admin@acme.com',
  )
  const snapshot = parseSnapshot(document, refuse)
  if (policy === null) return expect.unreachable()
  const requests = record.requests.map((each) =>
    each.path.endsWith('/agents') ? { ...each, items: snapshot.agents.length } : each,
  )
  const { contents, renderManifest } = writeReview({ ...record, requests }, policy, snapshot)
  const remade: Cheat = {
    kind: 'the whole review made again',
    changed: new Map([...contents, [MANIFEST, renderManifest(listFiles(contents))]]),
  }
  expect(contents.get('population.csv')).not.toContain('old-admin')
  expect(await verify(review, remade)).toBe(0)
  expect(await verify(review, remade, '--manifest-sha256', review.hash)).toBe(1)
  expect(read('docs/review.md')).toContain('**A completely new review.**')
})
