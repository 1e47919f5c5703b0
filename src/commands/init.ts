/**
 * `rollcall init`: the first files of a repository that holds a policy. Asks nothing and writes
 * over nothing: what is there already stays as it is, and is said.
 */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Diagnostic, diagnostic, Failure } from '../core/diagnostic.ts'
import { warnings } from './account.ts'
import type { Values } from './arguments.ts'
import { exportedText } from './export.ts'
import type { INIT_OPTIONS } from './options.ts'
import { schema } from './schema.ts'
import { settle } from './settings.ts'
import { starter } from './starter.ts'
import { isThere, makeFolder, writeWhole } from './whole-file.ts'
import type { Result, World } from './world.ts'

type Flags = Values<typeof INIT_OPTIONS>

/** The recipes that this package ships, one folder for each service. */
const RECIPES = fileURLToPath(new URL('../../examples/ci/', import.meta.url))
const POLICY = 'rollcall.yaml'

interface Made {
  readonly what: string
  readonly text: string
}

interface Planned extends Made {
  readonly path: string
}

interface Wanted {
  readonly path: string
  readonly make: () => Promise<Made>
}

export async function init(flags: Flags, world: World, recipes = RECIPES): Promise<Result> {
  const wanted: readonly Wanted[] = [
    { path: POLICY, make: () => policy(flags, world) },
    {
      path: 'rollcall.schema.json',
      make: async () => ({ what: 'for your editor', text: await schema('policy') }),
    },
    ...(flags.ci === null ? [] : await recipe(flags.ci, recipes)),
  ]
  const kept: string[] = []
  const planned: Planned[] = []
  // Everything is made before anything is written.
  for (const { path, make } of wanted) {
    if (await isThere(resolve(world.cwd, path))) kept.push(path)
    else planned.push({ path, ...(await make()) })
  }
  world.signal.throwIfAborted()
  const written: Planned[] = []
  for (const each of planned) {
    const reason = await write(each, world)
    if (reason === 'EEXIST') kept.push(each.path)
    else if (reason === null) written.push(each)
    else throw new Failure(unwritable(each, reason, written))
  }
  return { output: told(written, kept, flags), exitCode: 0, notes: warnings(flags) }
}

/** The account as it is, where the settings lead to one; else a policy to fill in. */
async function policy(flags: Flags, world: World): Promise<Made> {
  const { connection, problems, origin, accountId } = await settle(null, flags, world)
  if (connection !== null) {
    const text = await exportedText(flags, world)
    return { what: 'the account as it is now', text }
  }
  // Whatever is set has to be right; only what is not set may wait.
  const wrong = problems.filter(({ code }) => code !== 'settings-missing')
  if (wrong.length > 0) throw new Failure(...wrong)
  return { what: 'made-up people, to be replaced', text: starter(origin, accountId) }
}

async function recipe(service: 'github' | 'gitlab', recipes: string): Promise<readonly Wanted[]> {
  const folder = join(recipes, service)
  const into = service === 'github' ? '.github/workflows/' : ''
  const found = await readdir(folder).catch(() => [])
  const names = found.filter((name) => /\.ya?ml$/.test(name)).sort()
  if (names.length === 0) {
    throw new Failure(
      diagnostic({
        code: 'usage-option',
        summary: `This installation of rollcall has no recipe for ${service}.`,
        detail: `There should be one in ${folder}.`,
        advice: 'Install rollcall again, or leave --ci out.',
      }),
    )
  }
  return names.map((name) => ({
    path: `${into}${name}`,
    make: async () => ({
      what: 'plans the policy in CI',
      text: await readFile(join(folder, name), 'utf8'),
    }),
  }))
}

/** Null, or why not. */
async function write({ path, text }: Planned, { cwd }: World): Promise<string | null> {
  const full = resolve(cwd, path)
  await makeFolder(dirname(full)).catch(() => undefined)
  return writeWhole(full, text, { exclusive: true })
}

function unwritable({ path }: Planned, reason: string, written: readonly Planned[]): Diagnostic {
  const before = written.map((each) => each.path).join(', ')
  return diagnostic({
    code: 'output-failed',
    summary: `${path} could not be written: ${reason}.`,
    detail: before === '' ? 'Nothing was written.' : `Written before it: ${before}.`,
    advice: 'Correct the rights of the folder, then run again: what is there stays.',
  })
}

function told(written: readonly Planned[], kept: readonly string[], { ci }: Flags): string {
  const width = Math.max(
    ...[...written.map(({ path }) => path), ...kept].map((path) => path.length),
  )
  const lines = [
    ...written.map(({ path, what }) => `Written  ${path.padEnd(width)}  ${what}`),
    ...kept.map((path) => `Kept     ${path.padEnd(width)}  it was there already`),
  ]
  const secret = ci === null ? [] : ['  Then store CHATWOOT_API_TOKEN as a secret of your CI.']
  return `${lines.join('\n')}

Next: read ${POLICY} line by line, and correct what should not be so.
  rollcall validate   checks it without a server
  rollcall plan       compares it with the account
${secret.map((line) => `${line}\n`).join('')}`
}
