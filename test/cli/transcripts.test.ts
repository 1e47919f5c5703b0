/**
 * The built program as a user meets it: one Markdown file per case with the command, what it
 * printed where, and its exit code. The difference of these files in a review reads as release
 * notes. Ports, times, folders, request ids and the
 * version are made alike.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DASHBOARD, TOKEN_NOT_RECEIVED } from '../../src/sandbox/answers.ts'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import { foldJson, matchGolden } from '../views/golden.ts'
import { type Spawned, spawnRollcall } from './spawn.ts'
import { ADA, connection, EXACT, folder, GRACE, serve } from './world.ts'

interface Case {
  readonly argv: readonly string[]
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** The recorded account is served; its token is this one. */
  readonly token?: string
  readonly intercept?: NonNullable<SandboxOptions['intercept']>
}

// The program runs on the real clock.
const AHEAD = EXACT.replace('2026-12-15', '2999-12-31')
const DRIFTED = AHEAD.replace(/ {2}(mallory|old-admin).*\n/g, '').replace('host@', 'hedy@')
const BROKEN = `version: 1
agents:
  ada@acme.com: administrator
  grace@acme.com: agnet
teams:
  billing:
    mebers: [ada@acme.com]
    members: [bob@acme.com]
  tier 1: []
  tier 1: []
`
const OTHER = 'version: 1\naccount: 2\nteams: {}\n'

const CASES: Readonly<Record<string, Case>> = {
  help: { argv: ['--help'] },
  'help-plan': { argv: ['plan', '--help'] },
  'help-of-a-command': { argv: ['help', 'validate'] },
  'unknown-command': { argv: ['plam'] },
  'unknown-option': { argv: ['plan', '--fromat', 'json'] },
  'wrong-usage-json': { argv: ['plan', '--format', 'json', '--timeout', 'soon'] },
  'plan-in-sync': { argv: ['plan'], files: { 'rollcall.yaml': AHEAD }, token: ADA },
  'plan-drift': { argv: ['plan'], files: { 'rollcall.yaml': DRIFTED }, token: ADA },
  'plan-drift-json': {
    argv: ['plan', '--format', 'json'],
    files: { 'rollcall.yaml': DRIFTED },
    token: ADA,
  },
  'plan-from-standard-input': { argv: ['plan', '-'], stdin: AHEAD, token: ADA },
  'plan-several-accounts': {
    argv: ['plan', 'policies'],
    files: { 'policies/acme.yaml': DRIFTED, 'policies/other.yaml': OTHER },
    token: ADA,
  },
  'plan-as-an-agent': { argv: ['plan'], files: { 'rollcall.yaml': AHEAD }, token: GRACE },
  'plan-wrong-token': { argv: ['plan'], files: { 'rollcall.yaml': AHEAD }, token: 'no-such-token' },
  'plan-without-settings': { argv: ['plan'], files: { 'rollcall.yaml': AHEAD } },
  'plan-without-policy': { argv: ['plan'], token: ADA },
  'plan-broken-policy-json': {
    argv: ['plan', '--format', 'json'],
    files: { 'rollcall.yaml': BROKEN },
    token: ADA,
  },
  'plan-no-server': {
    argv: ['plan'],
    files: { 'rollcall.yaml': AHEAD },
    env: { CHATWOOT_BASE_URL: 'http://127.0.0.1:9', CHATWOOT_API_TOKEN: ADA },
  },
  list: { argv: ['list'], env: { CHATWOOT_ACCOUNT_ID: '1' }, token: ADA },
  adopt: { argv: ['adopt'], files: { 'rollcall.yaml': DRIFTED }, token: ADA },
  'adopt-an-administrator-without-a-reason': {
    argv: ['adopt', 'mallory@evil.example'],
    files: { 'rollcall.yaml': DRIFTED },
    token: ADA,
  },
  'help-adopt': { argv: ['adopt', '--help'] },
  'help-apply': { argv: ['apply', '--help'] },
  'help-export': { argv: ['export', '--help'] },
  'validate-good': { argv: ['validate'], files: { 'rollcall.yaml': AHEAD } },
  'validate-broken': {
    argv: ['validate', 'good.yaml', 'broken.yaml'],
    files: { 'good.yaml': AHEAD, 'broken.yaml': BROKEN },
  },
  doctor: { argv: ['doctor'], files: { 'rollcall.yaml': AHEAD }, token: ADA },
  'doctor-as-an-agent': { argv: ['doctor', '--account-id', '1'], token: GRACE },
  'doctor-json': { argv: ['doctor', '--format', 'json', '--account-id', '1'], token: GRACE },
  'doctor-wrong-port': {
    argv: ['doctor', '--account-id', '1'],
    env: { CHATWOOT_BASE_URL: 'http://127.0.0.1:9', CHATWOOT_API_TOKEN: ADA },
  },
  'doctor-wrong-token': { argv: ['doctor', '--account-id', '1'], token: 'no-such-token' },
  'doctor-dropped-header': {
    argv: ['doctor', '--account-id', '1'],
    token: ADA,
    intercept: ({ headers }, response) => {
      if (headers['api-access-token'] === undefined) return false
      response.writeHead(TOKEN_NOT_RECEIVED.status, TOKEN_NOT_RECEIVED.headers)
      response.end(TOKEN_NOT_RECEIVED.body)
      return true
    },
  },
  'doctor-other-account': { argv: ['doctor', '--account-id', '2'], token: ADA },
  'doctor-html-page': {
    argv: ['doctor', '--account-id', '1'],
    token: ADA,
    intercept: (_, response) => {
      response.writeHead(200, DASHBOARD.headers).end(DASHBOARD.body)
      return true
    },
  },
  'help-doctor': { argv: ['doctor', '--help'] },
  'schema-unknown': { argv: ['schema', 'polcy'] },
  demo: { argv: ['demo'] },
}

describe('the built program', () => {
  test.each(Object.keys(CASES))('%s', async (name) => {
    const text = await run(name)
    // Commands share groups of options.
    const model = name.startsWith('help-') ? 'help-plan' : name
    const document = model === name ? text : await run(model)
    await matchGolden(text, `${name}.md`, { document, file: `${model}.md` })
  })
})

async function run(name: string): Promise<string> {
  const { argv, files = {}, env, stdin, token, intercept } = CASES[name] as Case
  const cwd = folder(files)
  // The program has the clock of this machine, and so has its server.
  const options = { now: () => new Date(), ...(intercept ? { intercept } : {}) }
  const sandbox = token === undefined ? null : await serve(options)
  const settings = { ...(sandbox && token ? connection(sandbox, token) : {}), ...env }
  const ran = await spawnRollcall(argv, {
    cwd,
    env: settings,
    ...(stdin === undefined ? {} : { stdin }),
  })
  expect(ran.stdout + ran.stderr).not.toMatch(/RECORDED-TOKEN|SECRET-|\n\s+at .*\.[jt]s:/)
  // What is alike is as long in each run, so JSON is folded at the same places.
  const stdout = fold(alike(ran.stdout, cwd))
  return alike(transcript(name, argv, files, { ...ran, stdout }), cwd)
}

function transcript(
  name: string,
  argv: readonly string[],
  files: Readonly<Record<string, string>>,
  { stdout, stderr, code }: Spawned,
): string {
  const words = argv.map((word) => (/[\s'"]/.test(word) ? `'${word}'` : word))
  const sections = [`# ${name}`, fence('console', `$ ${['rollcall', ...words].join(' ')}\n`)]
  if (stdout !== '') sections.push('Standard output:', fence('text', stdout))
  if (stderr !== '') sections.push('Standard error:', fence('text', stderr))
  sections.push(`Exit code: ${code}`)
  for (const [file, text] of Object.entries(files)) {
    sections.push(`With \`${file}\`:`, fence('yaml', text))
  }
  return `${sections.join('\n\n')}\n`
}

function fold(stdout: string): string {
  return stdout.startsWith('{\n') ? foldJson(stdout) : stdout
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.replace(/\n$/, '')}\n\`\`\``
}

function alike(text: string, cwd: string): string {
  const root = new URL('../../', import.meta.url).pathname
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  const soon = new Date(Date.now() + 14 * 24 * 3600 * 1000).toISOString().slice(0, 10)
  return text
    .replaceAll(`pending_until: ${soon}`, 'pending_until: 2026-12-07')
    .replaceAll(cwd, '/home/ada/access')
    .replaceAll(root, '/rollcall/')
    .replace(/127\.0\.0\.1:\d{4,5}\b/g, '127.0.0.1:40000')
    .replaceAll(`"version": "${version}"`, '"version": "0.0.0"')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '00000000-0000-4000-8000-000000000000')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"2026-11-23T08:00:00.000Z"')
}
