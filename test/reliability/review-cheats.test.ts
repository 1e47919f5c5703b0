/**
 * A cheating auditor: every row, column, value, file, hash and time of a review is changed in turn,
 * and `review verify` must notice. What it cannot notice stands in docs/review.md, by kind, and
 * nothing else may go unnoticed. `ROLLCALL_MATRIX=all` tries every change, the default a few of each
 * kind.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listFiles, writeReview } from '../../src/commands/review/write.ts'
import { parseSnapshot } from '../../src/core/model/parse-snapshot.ts'
import { parseManifest } from '../../src/core/review/record.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { parseState } from '../../src/sandbox/parse-state.ts'
import { connection, EXACT, folder, recordedState, run, serve } from '../cli/world.ts'
import { type Cheat, type Files, fixHashes, listCheats, MANIFEST } from './review-cheats.ts'

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
  return { cwd, files, hash }
}

type Review = Awaited<ReturnType<typeof collect>>

/** Runs `verify` on the review with these changes, and puts it back. */
async function verify({ cwd, files }: Review, { changed }: Cheat, ...more: readonly string[]) {
  const dir = join(cwd, 'r')
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

/** What the default tries: some of each kind, more where the facts are than where they are shown. */
function isTried({ kind }: Cheat, count: number, kinds: number): boolean {
  if (kind.startsWith(MANIFEST)) return count <= 2 || (count % 4 === 0 && count <= 12)
  if (kind.startsWith('report.json')) return count === 1 && kinds % 3 === 0
  return count === 1
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

describe('of all changes to one file, with its new hash in the manifest, verify', () => {
  const accounts = WHOLE ? (['recorded', 'demo'] as const) : (['recorded'] as const)
  test.each(accounts)(
    'does not notice those that docs/review.md names, and no other: %s account',
    { timeout: 3_600_000 },
    async (name) => {
      const review = await collect(name)
      const unnoticed = new Map<string, number>()
      let tried = 0
      for (const cheat of choose(listCheats(review.files))) {
        tried += 1
        const fixed = fixHashes(cheat, review.files)
        if ((await verify(review, fixed)) !== 0) continue
        unnoticed.set(nameKind(cheat), (unnoticed.get(nameKind(cheat)) ?? 0) + 1)
        // The log of the run gives every one of them away.
        expect([cheat.kind, await verify(review, fixed, '--manifest-sha256', review.hash)]).toEqual(
          [cheat.kind, 1],
        )
      }
      const counts = [...unnoticed].map(([kind, count]) => `${count} × ${kind}`)
      const all = [...unnoticed.values()].reduce((sum, count) => sum + count, 0)
      process.stdout.write(
        `cheats on the review of the ${name} account: ${tried} tried, ${all} not noticed${counts.map((each) => `\n  ${each}`).join('')}\n`,
      )
      expect([...unnoticed.keys()].sort()).toEqual(
        [...listDocumented('What `verify` alone cannot notice')].sort(),
      )
    },
  )
})

test('a change of any file, the manifest left as it is, is noticed', async () => {
  const review = await collect('recorded')
  const seen = new Set<string>()
  for (const cheat of listCheats(review.files)) {
    const [name = ''] = cheat.changed.keys()
    const sample = cheat.kind.startsWith('any file') ? cheat.kind : name
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
  expect(read('docs/review.md')).toContain('**The whole review made again.**')
})
