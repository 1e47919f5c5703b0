/** Runs the built program in a process of its own, with nothing from this one's environment. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url))

/** Another Node than the one that runs the tests, for `npm run test:versions`. */
const NODE = process.env['ROLLCALL_NODE'] ?? process.execPath

export interface Spawned {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export function spawnRollcall(
  argv: readonly string[],
  setting: {
    readonly cwd: string
    readonly env?: Readonly<Record<string, string>>
    readonly stdin?: string
    /** Another copy of the program than the one just built. */
    readonly bin?: string
    /** Another user than the one who runs the tests; only root may ask for that. */
    readonly uid?: number
    readonly gid?: number
  },
): Promise<Spawned> {
  const { bin = BIN, stdin = '', env, ...options } = setting
  return new Promise((resolve, reject) => {
    const child = spawn(NODE, [bin, ...argv], { ...options, env: { ...env } })
    const written = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => {
      written.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      written.stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...written }))
    child.stdin.end(stdin)
  })
}
