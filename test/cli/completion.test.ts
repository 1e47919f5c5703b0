/** Completion scripts: a real bash is asked; the others must at least name everything there is. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { COMMANDS, loadCommands } from '../../src/cli/command-list.ts'
import { folder, run } from './world.ts'

async function scriptOf(shell: string): Promise<string> {
  const { code, stdout, stderr } = await run(['completion', shell])
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

describe('bash', () => {
  async function complete(...words: readonly string[]): Promise<string[]> {
    const cwd = folder({ 'policies/acme.yaml': '', 'note.txt': '' })
    const list = ['rollcall', ...words].map((word) => `'${word}'`).join(' ')
    const ask = `COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _rollcall; printf '%s\\n' "\${COMPREPLY[@]}"`
    const out = execFileSync('bash', ['-c', `${await scriptOf('bash')}\n${ask}`], { cwd })
    return out.toString().split('\n').filter(Boolean).sort()
  }

  test.each<[string[], string[]]>([
    [['pl'], ['plan']],
    [['plan', '--form'], ['--format']],
    [['plan', '--format', 'js'], ['json']],
    [
      ['list', '--format', ''],
      ['csv', 'html', 'json', 'text'],
    ],
    [['export', '-o', 'no'], ['note.txt']],
    [['plan', 'poli'], ['policies']],
    [['schema', 'pol'], ['policy']],
    [
      ['completion', ''],
      ['bash', 'fish', 'zsh'],
    ],
    [['nonsense', '--f'], []],
  ])('after %j come %j', async (words, expected) => {
    expect(await complete(...words)).toEqual(expected)
  })

  test('knows every command', async () => {
    const first = new Set(Object.keys(COMMANDS).map((name) => name.split(' ')[0]))
    expect(await complete('')).toEqual([...first, '--help', '--version'].sort())
  })
})

describe.each(['bash', 'zsh', 'fish'])('the script for %s', (shell) => {
  test('names every command, option and choice, and is quoted to its end', async () => {
    const script = await scriptOf(shell)
    for (const [name, { options }] of Object.entries(await loadCommands())) {
      for (const word of name.split(' ')) expect(script).toContain(word)
      for (const [option, spec] of Object.entries(options)) {
        expect(script).toContain(shell === 'fish' ? ` -l ${option}` : `--${option}`)
        if (spec.choices) expect(script).toContain(spec.choices.join(' '))
      }
    }
    const quotes = script.replaceAll("'\\''", '').replaceAll("\\'", '').match(/'/g) ?? []
    expect(quotes.length % 2).toBe(0)
  })
})

test.each([
  [['completion'], 'The shell is missing.'],
  [['completion', 'powershell'], 'Choices: bash, zsh, fish.'],
  [['completion', 'bash', 'zsh'], 'Unexpected argument "zsh"'],
])('%j is wrong usage', async (argv, says) => {
  const { code, stdout, stderr } = await run(argv)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toContain(says)
})
