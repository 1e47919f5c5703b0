/** `rollcall explain`: every code and word there is, one in full, and what happens to an unknown one. */
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { DIAGNOSTICS } from '../../src/core/messages/diagnostic-records.ts'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { listWords } from '../../src/core/messages/words.ts'
import { run } from './world.ts'

const CODES = [...Object.keys(FINDINGS), ...Object.keys(DIAGNOSTICS)]
const WORDS = listWords()
const flat = (text: string) => text.replace(/\s+/g, ' ')

describe('without a code', () => {
  test('lists every finding and every message, in 80 columns', async () => {
    const { code, stdout } = await run(['explain'])
    expect(code).toBe(0)
    for (const each of CODES) expect(stdout).toMatch(new RegExp(`^  ${each} +\\S`, 'm'))
    expect(stdout.split('\n').filter((line) => stringWidth(line) > 80)).toEqual([])
  })

  test('names every word below the codes', async () => {
    const { stdout } = await run(['explain'])
    const [, words] = /\n\nWords\n(.+?)\.\n\n/s.exec(stdout) ?? []
    expect(flat(words ?? '').split(', ')).toEqual(WORDS.map(({ word }) => word))
  })

  test('gives the same as one document', async () => {
    const { stdout } = await run(['explain', '--format', 'json'])
    const { format, entries, words, diagnostics } = JSON.parse(stdout)
    expect(format).toBe('rollcall.explanation')
    expect(entries.map(({ code }: { code: string }) => code)).toEqual(CODES)
    expect(words).toEqual(WORDS)
    expect(diagnostics).toEqual([])
  })
})

describe('with a code', () => {
  test.each(CODES)('%s: says what it means, what to do, and an example', async (code) => {
    const { code: exit, stdout } = await run(['explain', code])
    expect(exit).toBe(0)
    expect(stdout.startsWith(`${code}\n`)).toBe(true)
    expect(stdout).toContain('\n\nWhat to do: ')
    expect(stdout).toContain('\n\nExample: ')
    expect(stdout.split('\n').filter((line) => stringWidth(line) > 80)).toEqual([])
  })

  test('a finding shows risk and severity, and whether a policy can change it', async () => {
    const { stdout } = await run(['explain', 'admin-unexpected'])
    const { title, meaning, remedy, example } = FINDINGS['admin-unexpected']
    expect(flat(stdout)).toBe(
      `admin-unexpected ${title}. A finding with risk critical and severity error, which a policy cannot lower. ${meaning} What to do: ${remedy} Example: ${example} `,
    )
    expect(flat((await run(['explain', 'member-ghost'])).stdout)).toContain('severity warning. ')
  })

  test('a message shows whose business it is and whether trying again may help', async () => {
    expect(flat((await run(['explain', 'network-reset'])).stdout)).toContain(
      'Run error (network). Running again may help.',
    )
    const { stdout } = await run(['explain', 'token-unknown'])
    expect(flat(stdout)).toContain('Running again without a change does not help.')
    expect(flat(stdout)).toContain(DIAGNOSTICS['token-unknown'].meaning)
  })

  test('may be the id of a finding, as a report shows it', async () => {
    const { stdout } = await run(['explain', 'Admin-Unexpected:agent/mallory@evil.example'])
    expect(stdout).toMatch(/^admin-unexpected\n/)
  })

  test.each([
    ['admin-unexpectd', 'Did you mean admin-unexpected'],
    ['waiver-', 'Did you mean waiver, waiver-unused, waiver-expired?'],
    ['heartbaet', 'Did you mean heartbeat?'],
    ['sarf', 'Did you mean SARIF, shard?'],
    [':8', 'Did you mean :8:1?'],
    ['zzz', 'Run `rollcall explain` for a list of all codes and words.'],
  ])('that is unknown, %s, gets the nearest ones', async (word, advice) => {
    const { code, stdout, stderr } = await run(['explain', word])
    expect([code, stdout]).toEqual([1, ''])
    expect(flat(stderr)).toContain(advice)
  })

  test('that is unknown is one document where one was asked for', async () => {
    const { code, stdout } = await run(['explain', 'agent-mising', '--format=json'])
    const { entries, diagnostics } = JSON.parse(stdout)
    expect([code, entries]).toEqual([1, []])
    expect(diagnostics[0].advice).toMatch(/^Did you mean agent-missing/)
  })

  test('several are each shown in full, in the order asked for, the same one once', async () => {
    const one = async (name: string) => (await run(['explain', name])).stdout
    const asked = ['role-differs:agent/a@x.com', 'kept', 'back', 'token-unknown', 'role-differs']
    const { code, stdout } = await run(['explain', ...asked])
    const texts = [await one('role-differs'), await one('kept back'), await one('token-unknown')]
    expect([code, stdout]).toEqual([0, texts.join('\n')])
    const json = JSON.parse((await run(['explain', 'drift', ':8:1', '--format=json'])).stdout)
    expect(json.words.map(({ word }: { word: string }) => word)).toEqual(['drift', ':8:1'])
  })

  test.each([
    [['role-differs', 'team-difers', 'drift'], '"team-difers" is not', 'mean team-differs'],
    [['drift', 'hidden', 'membr'], '"hidden membr" is not', 'mean hidden member'],
  ])('%j: the one that is unknown is named, and nothing is shown', async (asked, ...says) => {
    const { code, stdout, stderr } = await run(['explain', ...asked])
    expect([code, stdout]).toEqual([1, ''])
    for (const each of says) expect(flat(stderr)).toContain(each)
  })

  test('may be an id with spaces and without quotes', async () => {
    const { stdout } = await run(['explain', 'inbox-missing:inbox/Support', 'mail'])
    expect(stdout).toMatch(/^inbox-missing\n/)
  })

  test('colour adds escape sequences and nothing else', async () => {
    const plain = await run(['explain', 'role-differs'])
    const colored = await run(['explain', 'role-differs', '--color', 'always'])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away
    expect(colored.stdout.replace(/\u001b\[\d+m/g, '')).toBe(plain.stdout)
    expect(colored.stdout).not.toBe(plain.stdout)
  })
})

describe('with a word', () => {
  test.each(WORDS)('$word: says what it means, in 80 columns', async ({ word, meaning }) => {
    const { code, stdout } = await run(['explain', word])
    expect([code, flat(stdout)]).toEqual([0, `${word} ${meaning} `])
    expect(stdout.startsWith(`${word}\n`)).toBe(true)
    expect(stdout.split('\n').filter((line) => stringWidth(line) > 80)).toEqual([])
  })

  test.each([
    ['DRIFT', 'drift'],
    ['sarif', 'SARIF'],
    ['junit', 'JUnit'],
    ['sigterm', 'SIGINT'],
    ['waivers', 'waiver'],
    ['Waived', 'waiver'],
    ['policies', 'policy'],
    ['hashes', 'hash'],
    ['adopts', 'adopt'],
    ['IN SYNC', 'verdict'],
    ['no-verdict', 'verdict'],
    [' kept  back ', 'kept back'],
    ['hidden_inbox-members', 'hidden member'],
    ['administrators who count', 'administrator who counts'],
    [':4:1', ':8:1'],
    ['12:30', ':8:1'],
    ['rollcall.yaml:112:27', ':8:1'],
    ['C:\\policies\\acme.yaml:3:5:', ':8:1'],
    ['<stdin>:8:1', ':8:1'],
    ['line:column', ':8:1'],
  ])('any spelling is understood: %s', async (typed, word) => {
    const { code, stdout } = await run(['explain', typed])
    expect([code, stdout.split('\n')[0]]).toEqual([0, word])
  })

  test('of several parts needs no quotes', async () => {
    expect((await run(['explain', 'hidden', 'member'])).stdout).toMatch(/^hidden member\n/)
  })

  test('a document says whether it explains a word or a code', async () => {
    const read = async (text: string) =>
      JSON.parse((await run(['explain', text, '--format=json'])).stdout)
    const [word, code] = [await read('ghosts'), await read('member-ghost')]
    expect([word.entries, word.words]).toEqual([[], WORDS.filter((each) => each.word === 'ghost')])
    expect([code.entries.length, code.words]).toEqual([1, []])
  })

  test('a code wins, also with an address that ends like a place in a file', async () => {
    const { stdout } = await run(['explain', 'inbox-missing:inbox/Night 1:30:00'])
    expect(stdout).toMatch(/^inbox-missing\n/)
  })
})
