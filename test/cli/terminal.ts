/** Types into a real shell through a pseudo-terminal, which `script` of util-linux makes. */
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Starts each shell without the files of the user, and defines `rollcall` to show its arguments. */
const STARTS = {
  bash: {
    start: 'bash --norc --noprofile -i',
    setup: `rollcall() { printf 'RAN'; printf '<%s>' "$@"; echo; }\nsource ./completion`,
  },
  zsh: {
    start: 'zsh -f -i',
    setup: `autoload -U compinit; compinit -u -D
rollcall() { printf 'RAN'; printf '<%s>' "$@"; echo; }\nsource ./completion`,
  },
  fish: {
    start: 'fish --no-config -i',
    setup: `function rollcall; printf RAN; printf '<%s>' $argv; echo; end\nsource ./completion`,
  },
} as const

type Shell = keyof typeof STARTS

export const SHELLS = ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[]

/** Why nothing can be typed into a shell here; null if it can. */
export function findTerminalObstacle(shell: Shell): string | null {
  const versions = [shell, 'script'].map((program) => spawnSync(program, ['--version']))
  const [own, script] = versions.map(({ error, stdout }) => (error ? null : String(stdout)))
  if (own === null) return `${shell} is not installed`
  return script?.includes('util-linux') ? null : 'script of util-linux is not installed'
}

/**
 * Types lines, each with Enter at its end, and returns the arguments with which the shell then ran
 * rollcall. `⇥` is the Tab key.
 */
export async function typeLines(
  shell: Shell,
  lines: readonly string[],
  completion: string,
  cwd: string,
): Promise<readonly string[]> {
  const { start, setup } = STARTS[shell]
  writeFileSync(join(cwd, 'completion'), completion)
  writeFileSync(join(cwd, 'setup'), `${setup}\n`)
  const env = { PATH: process.env['PATH'], HOME: cwd, TERM: 'dumb', LC_ALL: 'C.UTF-8' }
  const child = spawn('script', ['-qec', start, '/dev/null'], { cwd, env })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    shown += text
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  // A quote that stays open would swallow the `exit`.
  const limit = setTimeout(() => child.kill(), 20_000)
  const typed = ['source ./setup', ...lines, 'exit'].map((line) => `${line}\r`).join('')
  child.stdin.write(typed.replaceAll('⇥', '\t'))
  await ended
  clearTimeout(limit)
  return [...shown.matchAll(/^RAN(.*?)\r?$/gm)].map(([, line = '']) => line)
}
