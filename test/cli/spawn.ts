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
  },
): Promise<Spawned> {
  return new Promise((resolve, reject) => {
    const child = spawn(NODE, [setting.bin ?? BIN, ...argv], {
      cwd: setting.cwd,
      env: { ...setting.env },
    })
    const written = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => {
      written.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      written.stderr += text
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...written }))
    child.stdin.end(setting.stdin ?? '')
  })
}
