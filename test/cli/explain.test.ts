/** `rollcall explain`: every code there is, one in full, and what happens to an unknown one. */
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { DIAGNOSTICS } from '../../src/core/messages/diagnostic-records.ts'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { run } from './world.ts'

const CODES = [...Object.keys(FINDINGS), ...Object.keys(DIAGNOSTICS)]
const flat = (text: string) => text.replace(/\s+/g, ' ')

describe('without a code', () => {
  test('lists every finding and every message, in 80 columns', async () => {
    const { code, stdout } = await run(['explain'])
    expect(code).toBe(0)
    for (const each of CODES) expect(stdout).toMatch(new RegExp(`^  ${each} +\\S`, 'm'))
    expect(stdout.split('\n').filter((line) => stringWidth(line) > 80)).toEqual([])
  })

  test('gives the same as one document', async () => {
    const { stdout } = await run(['explain', '--format', 'json'])
    const { format, entries, diagnostics } = JSON.parse(stdout)
    expect(format).toBe('rollcall.explanation')
    expect(entries.map(({ code }: { code: string }) => code)).toEqual(CODES)
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
    ['waiver', 'Did you mean waiver-unused, waiver-expired, waiver-expires-soon?'],
    ['zzz', 'Run `rollcall explain` for a list of all codes.'],
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

  test('is one code: a second word is refused', async () => {
    const { code, stderr } = await run(['explain', 'role-differs', 'team-differs'])
    expect(code).toBe(1)
    expect(stderr).toContain('Unexpected argument "team-differs"')
  })

  test('colour adds escape sequences and nothing else', async () => {
    const plain = await run(['explain', 'role-differs'])
    const colored = await run(['explain', 'role-differs', '--color', 'always'])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken away
    expect(colored.stdout.replace(/\u001b\[\d+m/g, '')).toBe(plain.stdout)
    expect(colored.stdout).not.toBe(plain.stdout)
  })
})
