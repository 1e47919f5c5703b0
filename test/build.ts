/** Before all tests: builds dist/ from what is in src/ now, so that no transcript is of yesterday. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export function setup(): void {
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}
