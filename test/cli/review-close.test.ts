/**
 * What a cheating reviewer tries, what a spreadsheet makes of the form, and what `review close` writes
 * for an auditor. Over real HTTP and real files.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { ADA, connection, EXACT, folder, GRACE, recordedState, run, serve } from './world.ts'

/** Mallory is an unexpected administrator. */
const DRIFTED = EXACT.replace(/ {2}mallory.*\n/, '')
  .concat('scope: { ignore: { agents: ["nobody-*"], teams: ["empty*"] } }\n')
  .replace('  empty team: []\n', '')

type Row = Record<string, string>

async function review() {
  const cwd = folder({ 'rollcall.yaml': DRIFTED })
  const sandbox = await serve({}, recordedState())
  const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
  expect((await run(['review', '-o', 'r'], { env, world: { cwd } })).code).toBe(0)
  const blank: Row[] = parse(readFileSync(join(cwd, 'r/decisions.csv'), 'utf8'), { columns: true })
  /** Runs on a later day. */
  const later = async (...argv: readonly string[]) => {
    const world = { cwd, now: () => new Date('2026-11-24T08:00:00Z') }
    const ran = await run(argv, { env: { ...env, CHATWOOT_APPLY_TOKEN: ADA }, world })
    return { ...ran, words: (ran.stdout + ran.stderr).replace(/\s+/g, ' ') }
  }
  const close = (decisions: string | Uint8Array, ...more: readonly string[]) => {
    writeFileSync(join(cwd, 'd.csv'), decisions)
    return later('review', 'close', 'r', '--decisions', 'd.csv', ...more)
  }
  return { cwd, sandbox, blank, later, close }
}

/** The form as an honest reviewer fills it in, and then whatever `change` makes of each row. */
function fill(blank: readonly Row[], change: (row: Row) => Row = (row) => row): string {
  const rows = blank.map((row) => {
    const [email] = [row['email'] ?? '']
    const answers = email.includes('mallory')
      ? { decision: 'remove', why: 'nobody knows them', ticket: 'S-1' }
      : { decision: 'keep', why: row['risk'] === '' ? '' : 'runs the shop in Lisbon' }
    const reviewer = email === 'ada@acme.com' ? 'grace@acme.com' : 'ada@acme.com'
    return change({ ...row, reviewer, date: '2026-11-24', ...answers })
  })
  return write(rows)
}

function write(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {})
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))]
  return lines
    .map((cells) => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`)
    .join('')
}

const only = (email: string, cells: Row) => (row: Row) =>
  row['email'] === email ? { ...row, ...cells } : row

describe('the form', () => {
  test('has the worst first, with standing, risk and findings before what is to be filled in', async () => {
    const { blank } = await review()
    const shown = blank.map(({ email, standing, risk, findings }) => [
      email,
      standing,
      risk,
      findings,
    ])
    expect(shown.slice(0, 3)).toEqual([
      ['mallory@evil.example', 'drift', 'critical', 'admin-unexpected'],
      ['old-admin@acme.com', 'warning', 'high', 'admin-with-custom-role'],
      ['ada@acme.com', 'as the policy says', '', ''],
    ])
    expect(Object.keys(blank[0] ?? {}).slice(-6)).toEqual([
      'review',
      'decision',
      'reviewer',
      'date',
      'ticket',
      'why',
    ])
  })

  test('of another review is refused, even if it has the same people with the same facts', async () => {
    const { cwd, sandbox, blank, later, close } = await review()
    const host = new URL(sandbox.baseUrl).host
    expect(new Set(blank.map((row) => row['review']))).toEqual(
      new Set([`account 1 on ${host}, 2026-11-23 08:00:00 UTC`]),
    )
    expect((await later('review', '-o', 'next')).code).toBe(0)
    const form = readFileSync(join(cwd, 'next/decisions.csv'), 'utf8')
    const next: Row[] = parse(form, { columns: true })
    expect(next.map((row) => ({ ...row, review: blank[0]?.['review'] }))).toEqual(blank)
    const { code, stdout, words } = await close(fill(next), '-o', 'closing')
    expect([code, stdout, words.match(/error:/g)?.length]).toEqual([1, '', 1])
    expect(words).toContain(
      `error: d.csv belongs to another review: the column review says "account 1 on ${host}, 2026-11-24 08:00:00 UTC" in 9 rows (lines 2-10), not "account 1 on ${host}, 2026-11-23 08:00:00 UTC". at d.csv:1:1 Fill in a copy of decisions.csv from the review, and save it as CSV.`,
    )
    expect((await close(fill(blank))).code).toBe(0)
  })

  const FORMS = new URL('../fixtures/review-forms/', import.meta.url)
  const saved = readdirSync(FORMS).filter((name) => !name.endsWith('.md'))

  test('is accepted as each spreadsheet saves it, with the same decisions', async () => {
    const { cwd, close } = await review()
    expect(saved.length).toBe(12)
    const decisions = []
    for (const name of saved) {
      const ran = await close(readFileSync(new URL(name, FORMS)), '-o', `closing-${name}`)
      // These were saved before the form had the column `review`.
      expect([name, ran.code]).toEqual([name, 0])
      expect(ran.words.match(/warning: .*?[.,]/g)).toEqual([
        'warning: The form has no column review,',
      ])
      const record = JSON.parse(readFileSync(join(cwd, `closing-${name}`, 'closing.json'), 'utf8'))
      for (const each of record.decisions) each.why = each.why.replace(/\r\n?/g, '\n')
      decisions.push(JSON.stringify(record.decisions))
      expect(record.decisions[0]).toMatchObject({
        date: '2026-11-23',
        why: 'unbekannt; „niemand“ kennt sie, auch nicht\n"Ada"',
      })
    }
    expect(new Set(decisions).size).toBe(1)
  })

  test('may be replaced by a list of decisions without any fact, which is noted', async () => {
    const { blank, close } = await review()
    const only = ({ email, decision, reviewer, date, ticket, why }: Row) =>
      Object.fromEntries(Object.entries({ email, decision, reviewer, date, ticket, why }))
    const { code, words } = await close(fill(blank, (row) => only(row) as Row))
    expect(code).toBe(0)
    expect(words).toContain('warning: The decisions are a list of their own, without the facts')
  })

  test('with dates that can be read in two ways gets one message, however many people', async () => {
    const { blank, close } = await review()
    const { code, words } = await close(fill(blank, (row) => ({ ...row, date: '11/12/2026' })))
    expect(code).toBe(1)
    expect(words.match(/error:/g)).toHaveLength(1)
    expect(words).toContain(
      'error: The dates in 9 rows (lines 2-10): "11/12/2026" can be 2026-12-11 or 2026-11-12.',
    )
  })
})

describe('a cheat is noticed:', () => {
  test.each<[string, (row: Row) => Row, string]>([
    [
      'a role that was edited',
      only('mallory@evil.example', { role: 'agent' }),
      'mallory@evil.example: the column role says "agent", but the review says "administrator".',
    ],
    [
      'a name that was edited',
      only('mallory@evil.example', { name: 'Ada' }),
      'mallory@evil.example: the column name says "Ada", but the review says "Mallory".',
    ],
    [
      'teams that were removed',
      only('grace@acme.com', { teams: '' }),
      'grace@acme.com: the column teams says nothing, but the review says "billing, tier 1".',
    ],
    [
      'inboxes that were edited',
      only('ken@acme.com', { inboxes: 'None' }),
      'the column inboxes says "None", but the review says "Help desk".',
    ],
    [
      'a finding that was removed',
      only('mallory@evil.example', { findings: '' }),
      'the column findings says nothing, but the review says "admin-unexpected".',
    ],
    [
      'a column that was deleted',
      ({ custom_role: _, findings: __, ...row }) => row,
      'd.csv has no column custom_role, findings.',
    ],
    [
      'a critical finding that is kept without a reason',
      only('mallory@evil.example', { decision: 'keep', why: 'ok' }),
      'mallory@evil.example: "keep" needs a reason of at least 15 letters, because of admin-unexpected (critical).',
    ],
    [
      'a review of oneself with a plus tag',
      only('ken@acme.com', { reviewer: 'ken+hr@acme.com' }),
      'ken@acme.com decided about their own access, as "ken+hr@acme.com".',
    ],
    [
      'a review of oneself with look-alike letters',
      only('ken@acme.com', { reviewer: 'k\u0435n@acme.com' }),
      'they look alike, but the first has a Cyrillic letter (U+0435)',
    ],
    [
      'a review of oneself with a zero-width space',
      only('ken@acme.com', { reviewer: 'ken\u200b@acme.com' }),
      'ken@acme.com decided about their own access, as "ken\\u{200b}@acme.com".',
    ],
    [
      'a reviewer who is an unexpected administrator',
      (row) => ({
        ...row,
        reviewer: row['email']?.includes('mallory') ? 'ada@acme.com' : 'mallory@evil.example',
      }),
      'mallory@evil.example decided about 8 people, but the review itself has the finding admin-unexpected about this person.',
    ],
  ])('%s', async (_, change, says) => {
    const { cwd, blank, close } = await review()
    const { code, words } = await close(fill(blank, change), '-o', 'closing')
    expect([code, words]).toEqual([1, expect.stringContaining(says)])
    expect(readdirSync(cwd)).not.toContain('closing')
  })

  test('a review of oneself under the address of the later snapshot is recognised by the user id', async () => {
    const { cwd, blank, later, close } = await review()
    expect((await later('snapshot', '-o', 'later.json')).code).toBe(0)
    const path = join(cwd, 'later.json')
    const renamed = readFileSync(path, 'utf8')
      .replaceAll('ken@acme.com', 'k.thompson@acme.com')
      .replaceAll('mallory@evil.example', 'm@acme.com')
    writeFileSync(path, renamed)
    const form = fill(blank, (row) => ({
      ...row,
      ...(row['email'] === 'ken@acme.com' ? { reviewer: 'k.thompson@acme.com' } : {}),
      ...(row['email'] === 'grace@acme.com' ? { reviewer: 'm@acme.com' } : {}),
    }))
    const { code, words } = await close(form, '--after', 'later.json', '-o', 'closing')
    expect([code, readdirSync(cwd).includes('closing')]).toEqual([1, false])
    expect(words).toContain(
      'ken@acme.com decided about their own access, as "k.thompson@acme.com". at d.csv:9:209 The later snapshot shows the same user id with both addresses.',
    )
    expect(words).toContain(
      'm@acme.com decided about 1 person, but the review itself has the finding admin-unexpected',
    )
  })

  test('each place is named with line and column', async () => {
    const { blank, close } = await review()
    const { stderr, words } = await close(fill(blank, only('grace@acme.com', { teams: '' })))
    expect([stderr, words.includes('at d.csv:7:54')]).toEqual(['', true])
  })

  test('two people who decided only about each other are pointed out, and it can be closed', async () => {
    const { blank, close } = await review()
    const by: Row = { 'ada@acme.com': 'grace@acme.com', 'grace@acme.com': 'ada@acme.com' }
    const form = fill(blank, (row) => ({
      ...row,
      reviewer: by[row['email'] ?? ''] ?? 'boss@acme.com',
    }))
    const { code, words, stderr } = await close(form)
    expect([code, stderr]).toEqual([0, ''])
    expect(words).toContain(
      'warning: ada@acme.com and grace@acme.com decided only about each other.',
    )
  })
})

describe('--reviewers', () => {
  test.each([
    ['addresses, one on each line', '# who may\r\nAda@acme.com\r\n\r\ngrace@acme.com\r\n'],
    ['a table with a heading', 'Email;Team\nada@acme.com;it\ngrace@acme.com;support\n'],
  ])('may be %s', async (_, list) => {
    const { cwd, blank, close } = await review()
    writeFileSync(join(cwd, 'who.txt'), list)
    expect((await close(fill(blank), '--reviewers', 'who.txt')).code).toBe(0)
  })

  test('refuses others, however many decisions they made, each once', async () => {
    const { cwd, blank, close } = await review()
    writeFileSync(join(cwd, 'who.txt'), 'grace@acme.com\n')
    const { code, words } = await close(fill(blank), '--reviewers', 'who.txt')
    expect(code).toBe(1)
    expect(words.match(/may not decide/g)).toHaveLength(1)
    expect(words).toContain('ada@acme.com decided about 8 people, but may not decide.')
  })

  test.each([
    ['nobody', 'email\n', 'who.txt contains no e-mail address.'],
    ['nothing', '', 'who.txt contains no e-mail address.'],
    [
      'a name',
      'ada@acme.com\n  Grace Hopper\n',
      'who.txt: " Grace Hopper" is not an e-mail address. at who.txt:2:1',
    ],
    ['a pattern', '*@acme.com\n', 'who.txt: "*@acme.com" is not an e-mail address. at who.txt:1:1'],
    [
      'two addresses on one line',
      'ada@acme.com, grace@acme.com\n',
      'who.txt has two addresses on one line: "ada@acme.com" and "grace@acme.com". at who.txt:1:1',
    ],
    ['half a quote', '"ada@acme.com\n', 'who.txt has a quote that is not closed'],
  ])('with %s is an error', async (_, list, says) => {
    const { cwd, blank, close } = await review()
    writeFileSync(join(cwd, 'who.txt'), list)
    const { code, words } = await close(fill(blank), '--reviewers', 'who.txt')
    expect([code, words]).toEqual([1, expect.stringContaining(says)])
  })
})

describe('the closing record', () => {
  test('has every decision, what became of it, who came since, and the hash of each file', async () => {
    const { cwd, sandbox, blank, later, close } = await review()
    const [account] = sandbox.state.accounts
    const policy = DRIFTED.replace(
      '  gone@acme.com: agent\n',
      '  gone@acme.com: agent\n  new@acme.com: agent\n',
    )
    writeFileSync(join(cwd, 'rollcall.yaml'), policy)
    const options = ['--allow', 'remove-agent:agent/mallory@evil.example']
    const { stdout } = await later('plan', '--approval', '--format', 'json', ...options)
    const approval = JSON.parse(stdout).accounts[0].approval.value
    const applied = await later(
      'apply',
      ...options,
      '--approve',
      approval,
      '--journal',
      'apply.jsonl',
    )
    expect(applied.words).toContain('done')
    expect(account?.members.some(({ email }) => email.includes('mallory'))).toBe(false)
    expect((await later('snapshot', '-o', 'later.json')).code).toBe(0)
    writeFileSync(join(cwd, 'who.csv'), 'ada@acme.com\ngrace@acme.com\n')

    const proof = ['--after', 'later.json', '--journal', 'apply.jsonl', '--reviewers', 'who.csv']
    const form = fill(blank)
    const ran = await close(form, ...proof, '-o', 'closing')
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(readdirSync(join(cwd, 'closing')).sort()).toEqual([
      '.gitattributes',
      'closing.html',
      'closing.json',
      'decisions.csv',
      'journal-1.jsonl',
      'later.json',
      'reviewers.csv',
    ])
    const read = (name: string) => readFileSync(join(cwd, 'closing', name))
    const record = JSON.parse(read('closing.json').toString())
    expect(record).toMatchObject({
      format: 'rollcall.closing',
      exit_code: 0,
      generated_at: '2026-11-24T08:00:00.000Z',
      totals: { people: 9, keep: 8, change: 0, remove: 1, done: 1, not_done: 0, came_since: 1 },
      came_since: [{ email: 'new@acme.com', role: 'agent' }],
      reviewers: [
        { email: 'ada@acme.com', keep: 7, remove: 1, reviewed_by: 'grace@acme.com' },
        { email: 'grace@acme.com', keep: 1, remove: 0, reviewed_by: 'ada@acme.com' },
      ],
    })
    expect(record.decisions).toHaveLength(9)
    expect(record.decisions[0]).toMatchObject({
      email: 'mallory@evil.example',
      decision: 'remove',
      reviewer: 'ada@acme.com',
      date: '2026-11-24',
      why: 'nobody knows them',
      findings: [{ code: 'admin-unexpected', risk: 'critical' }],
      result: { done: true, what: 'no longer on the account' },
    })
    const [journal] = record.journals
    // As git or an editor on Windows saves it.
    const lines = readFileSync(join(cwd, 'apply.jsonl'), 'utf8').replaceAll('\n', '\r\n')
    writeFileSync(join(cwd, 'crlf.jsonl'), `\ufeff${lines}`)
    const windows = await close(form, ...proof, '--journal', 'crlf.jsonl')
    expect([windows.code, windows.words]).toEqual([
      0,
      expect.stringContaining('journal-2.jsonl is of the same run as journal-1.jsonl'),
    ])
    expect(journal.owner).toBe('ada@acme.com')
    expect(journal.writes).toContainEqual(
      expect.objectContaining({ address: 'agent/mallory@evil.example', outcome: 'done' }),
    )
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
    for (const file of record.files)
      expect([file.name, file.sha256]).toEqual([file.name, sha256(read(file.name))])
    expect(record.review.manifest_sha256).toBe(sha256(readFileSync(join(cwd, 'r/MANIFEST.json'))))
    expect(read('decisions.csv').toString()).toBe(form)
    expect(ran.stdout).toContain(`Record      sha256 ${sha256(read('closing.json'))}`)
    for (const name of readdirSync(join(cwd, 'closing'))) {
      expect(read(name).toString()).not.toMatch(/TOKEN|SECRET-/)
    }
    expect(read('closing.html').toString()).toContain('mallory@evil.example')
  })

  test('ends with 2 if something was not done, and is written all the same', async () => {
    const { cwd, blank, later, close } = await review()
    expect((await later('snapshot', '-o', 'later.json')).code).toBe(0)
    const { code, words } = await close(fill(blank), '--after', 'later.json', '-o', 'closing')
    expect(code).toBe(2)
    expect(words).toContain('8 keep, 0 change, 1 remove; 1 NOT DONE')
    const { exit_code } = JSON.parse(readFileSync(join(cwd, 'closing/closing.json'), 'utf8'))
    expect(exit_code).toBe(2)
  })

  test('is not written without -o, into the review, or over anything', async () => {
    const { cwd, blank, close } = await review()
    symlinkSync('r', join(cwd, 'link'))
    const before = readdirSync(cwd)
    expect((await close(fill(blank))).words).toContain('The closing record was not written.')
    expect(readdirSync(cwd).filter((name) => !before.includes(name))).toEqual(['d.csv'])
    for (const [target, says] of [
      ['r', 'r is in the review, which must stay as it is.'],
      ['r/closing', 'r/closing is in the review, which must stay as it is.'],
      ['r/..closing', 'r/..closing is in the review, which must stay as it is.'],
      ['./x/../r/y', 'is in the review'],
      ['link', 'link is in the review, which must stay as it is.'],
      ['link/closing', 'link/closing is in the review, which must stay as it is.'],
      ['.', 'The folder . is not empty'],
    ] as const) {
      const { code, words } = await close(fill(blank), '-o', target)
      expect([code, words]).toEqual([1, expect.stringContaining(says)])
    }
    expect((await close(fill(blank), '-o', 'rr')).code).toBe(0)
  })

  test('says what a later snapshot of an agent could not show', async () => {
    const { blank, later, close } = await review()
    const agent = ['snapshot', '-o', 'later.json', '--chatwoot-api-token', GRACE]
    expect((await later(...agent)).code).toBe(0)
    const { code, words } = await close(fill(blank), '--after', 'later.json')
    expect([code, words]).toEqual([
      2,
      expect.stringContaining('warning: The later snapshot has no inboxes and no permissions'),
    ])
  })

  test('is not written by a clock that is behind what it seals: verify would not believe it', async () => {
    const { cwd, blank, later, close } = await review()
    expect((await later('snapshot', '-o', 'later.json')).code).toBe(0)
    const snapshot = JSON.parse(readFileSync(join(cwd, 'later.json'), 'utf8'))
    const tomorrow = { started_at: '2026-11-25T08:00:00.000Z', finished_at: '2026-11-25T08:00:01Z' }
    writeFileSync(join(cwd, 'tomorrow.json'), JSON.stringify({ ...snapshot, ...tomorrow }))
    const filled = fill(blank)
    const { code, words } = await close(filled, '--after', 'tomorrow.json', '-o', 'closing')
    expect([code, words]).toEqual([
      1,
      expect.stringContaining(
        '2026-11-24T08:00:00.000Z is before the later snapshot was read, 2026-11-25T08:00:01Z.',
      ),
    ])
    expect(readdirSync(cwd)).not.toContain('closing')
    expect((await close(filled, '--after', 'later.json', '-o', 'closing')).code).toBe(2)
    expect((await later('review', 'verify', 'r', '--closing', 'closing')).code).toBe(0)
  })

  test('takes no journal that was changed, or that is not one', async () => {
    const { cwd, blank, close } = await review()
    writeFileSync(join(cwd, 'j.jsonl'), '{"line":"first"}\n')
    const { code, words } = await close(fill(blank), '--journal', 'j.jsonl')
    expect([code, words]).toEqual([
      1,
      expect.stringContaining('The journal j.jsonl is not the journal of an apply.'),
    ])
    const none = await close(fill(blank), '--journal', 'none.jsonl')
    expect(none.words).toContain('The journal none.jsonl cannot be read (no such file or folder).')
  })
})
