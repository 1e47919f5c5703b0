/** Completion scripts: real shells complete with them, and they name everything there is. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { COMMANDS, loadCommands } from '../../src/cli/command-list.ts'
import { findTerminalObstacle, SHELLS, typeLines } from './terminal.ts'
import { folder, run } from './world.ts'

async function scriptOf(shell: string): Promise<string> {
  const { code, stdout, stderr } = await run(['completion', shell])
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

describe('bash', () => {
  async function complete(...words: readonly string[]): Promise<string[]> {
    const cwd = folder({ 'my policies/acme.yaml': '', 'note.txt': '' })
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
    [['plan', 'my'], ['my policies']],
    [['plan', '--format', '=', 'js'], ['json']],
    [
      ['list', '--format', '='],
      ['csv', 'html', 'json', 'text'],
    ],
    // A user can take = out of COMP_WORDBREAKS.
    [['plan', '--format=js'], ['--format=json']],
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
    expect(await complete('')).toEqual([...first, 'help', '--help', '--version'].sort())
  })
})

/** What is typed, with ⇥ for the Tab key, and the arguments that rollcall then gets. */
const TYPED: readonly (readonly [string, string])[] = [
  ['rollcall pl⇥', '<plan>'],
  ['rollcall rev⇥', '<review>'],
  ['rollcall help snap⇥', '<help><snapshot>'],
  ['rollcall schema pol⇥', '<schema><policy>'],
  ['rollcall schema no⇥', '<schema><no>'],
  ['rollcall review cl⇥', '<review><close>'],
  ['rollcall review close revi⇥', '<review><close><review>'],
  ['rollcall plan --exit⇥', '<plan><--exit-zero>'],
  ['rollcall plan --format js⇥', '<plan><--format><json>'],
  ['rollcall plan --format=js⇥', '<plan><--format=json>'],
  ['rollcall plan my⇥', '<plan><my policies>'],
  ['rollcall plan my\\ pol⇥a⇥', '<plan><my policies/a b.yaml>'],
  ['rollcall plan "my policies/a⇥', '<plan><my policies/a b.yaml>'],
  ['rollcall plan it⇥', "<plan><it's $5 (old).yaml>"],
  ['rollcall plan --snapshot=no⇥', '<plan><--snapshot=note.txt>'],
  ['rollcall plan --report html=no⇥', '<plan><--report><html=note.txt>'],
  ['rollcall plan --report=html=no⇥', '<plan><--report=html=note.txt>'],
  ['rollcall export -o no⇥', '<export><-o><note.txt>'],
  ['rollcall diff no⇥', '<diff><note.txt>'],
]

test.each(SHELLS)(
  '%s completes commands, options, values and files as you type',
  async (shell) => {
    const obstacle = findTerminalObstacle(shell)
    if (obstacle !== null) {
      process.stdout.write(`not run: completion in ${shell}: ${obstacle}\n`)
      return
    }
    const cwd = folder({
      'my policies/a b.yaml': '',
      "it's $5 (old).yaml": '',
      'note.txt': '',
      // Folders with the names of commands stay commands.
      'plan/acme.yaml': '',
      'review/review.csv': '',
    })
    const lines = TYPED.map(([line]) => line)
    const ran = await typeLines(shell, lines, await scriptOf(shell), cwd)
    // Shells differ in whether the slash after a folder stays.
    const got = ran.map((line) => line.replaceAll('/>', '>'))
    expect(lines.map((line, n) => [line, got[n]])).toEqual(TYPED)
  },
  30_000,
)

test('zsh completes rollcall even without any settings', async () => {
  const obstacle = findTerminalObstacle('zsh')
  if (obstacle !== null) {
    process.stdout.write(`not run: zsh without compinit: ${obstacle}\n`)
    return
  }
  const cwd = folder({ completion: await scriptOf('zsh') })
  const words = ['-f', '-c', 'source ./completion; print $_comps[rollcall]']
  const env = { PATH: process.env['PATH'], HOME: cwd }
  expect(String(execFileSync('zsh', words, { cwd, env }))).toBe('_rollcall\n')
  expect(readdirSync(cwd)).toEqual(['completion'])
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
