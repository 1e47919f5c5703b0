/**
 * The matrix for the commands that read and give no verdict: every fault for good, on every
 * endpoint. They fail and write nothing, or say exactly what they say of an unharmed account. Where
 * the server refuses to show custom roles, as it does to agents, they go by their ids, and each
 * command says so.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connection, EXACT, folder, recordedState, run, serve } from '../cli/world.ts'
import { ENDPOINTS, FAULTS, withFaults } from '../sandbox/faults.ts'

const COMMANDS: readonly (readonly string[])[] = [
  ['list', '--account-id', '1', '--format', 'csv'],
  ['access', '--account-id', '1', '--format', 'csv'],
  ['export', '--account-id', '1'],
  ['snapshot', '--account-id', '1', '-o', 'out'],
  ['review', '-o', 'out'],
]

async function outcome(argv: readonly string[], options: Parameters<typeof serve>[0]) {
  const sandbox = await serve(options, recordedState())
  const cwd = folder({ 'rollcall.yaml': EXACT })
  const { code, stdout, stderr } = await run([...argv, '--timeout', '300ms'], {
    env: connection(sandbox),
    world: { cwd },
  })
  const text = (stdout + stderr).replaceAll(new URL(sandbox.baseUrl).host, 'sandbox')
  return { code, text: text.replace(/[0-9a-f]{64}/g, 'hash'), left: existsSync(join(cwd, 'out')) }
}

/** Every word that stands for the custom role left out, and nothing else. */
function byId(text: string): string {
  return text.replace(
    /"?\b(Billing clerk|id 1)\b"?|\{ id: 1 \}|\b1(?= affects only the menus)/g,
    'role',
  )
}

/** How a command says that it does not know custom roles, and what it shows instead if it does. */
const SAYS_SO: Readonly<Record<string, readonly [RegExp, RegExp | null]>> = {
  list: [/^warning: This list does not show what custom roles permit\.\n( {2}.*\n)+/gm, null],
  snapshot: [
    /^warning: The snapshot does not show what custom roles permit\.\n( {2}.*\n)+/gm,
    null,
  ],
  export: [
    /^# No custom_roles here: .*\n\n|^warning: This policy does not show what custom roles permit\.\n( {2}.*\n)+/gm,
    /^custom_roles:\n( .*\n)+\n/gm,
  ],
  access: [/^[^\n]*"ken@acme\.com"[^\n]*"unknown"[^\n]*\n/gm, /^[^\n]*"ken@acme\.com"[^\n]*\n/gm],
}

/** Without custom roles, which is said, and nothing else is different. A review says it in its files. */
function isWithoutCustomRoles(command: string, text: string, unharmed: string): boolean {
  const [says, instead] = SAYS_SO[command] ?? []
  if (says === undefined) return byId(text) === byId(unharmed)
  const known = instead ? unharmed.replace(instead, '') : unharmed
  return text.search(says) >= 0 && byId(text.replace(says, '')) === byId(known)
}

test.each(COMMANDS.map((argv) => [argv[0] ?? '', argv] as const))(
  '%s fails and leaves nothing behind, or is not harmed at all',
  { timeout: 300_000 },
  async (name, argv) => {
    const unharmed = await outcome(argv, {})
    expect(unharmed.code).toBe(0)
    const cells = FAULTS.filter(({ costly }) => !costly).flatMap((fault) =>
      ENDPOINTS.filter((endpoint) => fault.endpoints.includes(endpoint)).map((endpoint) => ({
        fault,
        endpoint,
      })),
    )
    const wrong: string[] = []
    const rest = cells.values()
    const worker = async () => {
      for (const { fault, endpoint } of rest) {
        const times = Number.POSITIVE_INFINITY
        const got = await outcome(argv, { intercept: withFaults({ fault, endpoint, times }) })
        const failed = got.code === 1 && !got.left && /error: /.test(got.text)
        const same = got.code === 0 && got.text === unharmed.text
        const unnamed =
          endpoint === 'custom_roles' &&
          got.code === 0 &&
          isWithoutCustomRoles(name, got.text, unharmed.text)
        const traced = /\n\s+at .*\.[jt]s:/.test(got.text)
        if (traced || !(failed || same || unnamed))
          wrong.push(`${fault.name} × ${endpoint}: ${got.text}`)
      }
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    process.stdout.write(`${name}: ${cells.length} cells\n`)
    expect(wrong).toEqual([])
  },
)
