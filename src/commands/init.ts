/**
 * `rollcall init`: writes the first files of a repository with a policy. Asks no questions. Never
 * overwrites a file that somebody has changed: it keeps the file and says so.
 */

import { readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ALL_PARTS, listWarnings, readFrom } from '../connect/account.ts'
import { type Servers, withServers } from '../connect/servers.ts'
import { resolveSettings } from '../connect/settings.ts'
import {
  type Diagnostic,
  Failure,
  makeDiagnostic,
  makeFailure,
} from '../core/messages/diagnostic.ts'
import { describeReason } from '../core/messages/system-reasons.ts'
import { listMissingParts } from '../core/report/missing-parts.ts'
import { findRoot } from '../files/repository.ts'
import { readSchema } from '../files/schemas.ts'
import { isThere, makeFolder, writeWhole } from '../files/whole-file.ts'
import { parsePolicy } from '../policy/read/parse.ts'
import { fillRecipe } from '../policy/write/recipe.ts'
import { findMadeUp, isStarter, writeStarter } from '../policy/write/starter.ts'
import type { Values } from '../shell/arguments.ts'
import { define } from '../shell/command.ts'
import { CONNECTION_OPTIONS, color, DEFAULT_POLICY, type Options } from '../shell/options.ts'
import { show, type Views } from '../shell/show.ts'
import type { World } from '../shell/world.ts'
import type { InitFile, InitReport } from '../views/init.ts'
import { exportPolicy } from './shared/export-policy.ts'

export const INIT_OPTIONS = {
  ci: {
    type: 'string',
    choices: ['github', 'gitlab'],
    describe: 'Add a CI job that plans the policy',
    group: 'Init',
  },
  color,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

type Flags = Values<typeof INIT_OPTIONS>

const VIEWS: Views<InitReport, 'text'> = {
  text: async (report) => (await import('../views/init.ts')).renderInit(report),
}

export const command = define('init', {
  positional: '',
  describe: 'Create your first policy, its schema and a CI job',
  options: INIT_OPTIONS,
  examples: {
    'rollcall init':
      'Export your account if the settings name one; otherwise write a policy to fill in',
    'rollcall init --ci github':
      'Also add workflows that plan every night and on every pull request',
  },
  run: async ({ values }, world) => {
    const { unread, ...report } = await init(values, world)
    const notes = [...listWarnings(values), ...unread]
    return show({ ...report, exitCode: 0, notes }, VIEWS, values, world)
  },
})

/**
 * Where each service finds its jobs in a repository, and which recipe goes there. Pull requests plan the
 * snapshot of last night, because that needs no token.
 */
const PLACED: Readonly<Record<'github' | 'gitlab', Readonly<Record<string, string>>>> = {
  github: {
    '.github/workflows/rollcall-nightly.yaml': 'rollcall-nightly.yaml',
    '.github/workflows/rollcall-pull-request.yaml': 'rollcall-pull-request-from-snapshot.yaml',
  },
  gitlab: { '.gitlab-ci.yml': '.gitlab-ci.yml' },
}

/** The CI jobs that this package ships, one folder for each service. */
const RECIPES = fileURLToPath(new URL('../../examples/ci/', import.meta.url))

interface Planned extends InitFile {
  readonly text: string
}

interface FirstPolicy extends Planned, Partial<Pick<InitReport, 'missing'>> {
  /** What the token could not read. */
  readonly unread?: readonly Diagnostic[]
}

export async function init(
  flags: Flags,
  from: World,
  recipes = RECIPES,
): Promise<InitReport & Required<Pick<FirstPolicy, 'unread'>>> {
  // Resolves links, so that the root of the repository is looked for above the real folder.
  const world = { ...from, cwd: await realpath(from.cwd) }
  // Report a missing recipe before reading a server.
  const found = flags.ci && (await readRecipes(flags.ci, recipes))
  const kept: InitFile[] = []
  const planned: Planned[] = []
  // Prepare every file before writing one.
  const { keep, missing = null, unread = [], ...policy } = await planPolicy(flags, world)
  if (keep) kept.push(policy)
  else planned.push(policy)
  const others = [
    {
      path: 'rollcall.schema.json',
      note: 'schema' as const,
      text: await readSchema('policy'),
      names: null,
    },
    ...(found === null ? [] : placeRecipes(found, policy, world)),
  ]
  for (const { names, ...file } of others) {
    const there = await readTextAt(file.path, world)
    if (there === null) planned.push(file)
    else kept.push({ path: file.path, ...judgeKept(there, names) })
  }
  world.signal.throwIfAborted()
  const written: Planned[] = []
  for (const each of planned) {
    const reason = await write(each, world)
    if (reason === 'EEXIST') kept.push({ path: each.path, note: 'kept' })
    else if (reason === null) written.push(each)
    else throw new Failure(describeWriteError(each, reason, written))
  }
  const { path } = policy
  const named = path !== DEFAULT_POLICY
  return { written, kept, policy: path, named, ci: flags.ci !== null, missing, unread }
}

/** Keeps an existing policy, except an unchanged starter policy: it lists only made-up people. */
async function planPolicy(
  flags: Flags,
  world: World,
): Promise<FirstPolicy & { readonly keep: boolean }> {
  const keep = (path: string, text: string, note: InitFile['note'], ...about: string[]) => {
    return { path, text, note, about, keep: true }
  }
  const other = 'rollcall.yml'
  const there = await readTextAt(DEFAULT_POLICY, world)
  const beside = there === null ? await readTextAt(other, world) : null
  if (beside !== null) {
    return keep(other, beside, 'kept-other-name', DEFAULT_POLICY)
  }
  if (there !== null && !isStarter(there)) {
    const people = findMadeUp(there)
    return keep(DEFAULT_POLICY, there, people.length === 0 ? 'kept' : 'kept-made-up', ...people)
  }
  const made = await makePolicy(flags, world)
  if (made.text === there) return { ...made, ...keep(DEFAULT_POLICY, there, 'kept-starter') }
  return { ...made, path: DEFAULT_POLICY, replaces: there !== null, keep: false }
}

/** Exports the account if the settings name one; else makes a policy to fill in. */
async function makePolicy(flags: Flags, world: World): Promise<Omit<FirstPolicy, 'path'>> {
  const { connection, problems, origin, accountId } = await resolveSettings(null, flags, world)
  if (connection !== null) {
    const read = (servers: Servers) => readFrom(servers, connection, ALL_PARTS)
    const snapshot = await withServers(flags, world, read)
    const { text, remaining } = exportPolicy(snapshot, world)
    const unread = listMissingParts(snapshot, 'This policy')
    return { text, note: 'export', about: remaining.map(({ id }) => id), unread }
  }
  // Settings may be missing here, but those that are set must be valid.
  const wrong = problems.filter(({ code }) => code !== 'settings-missing')
  if (wrong.length > 0) throw new Failure(...wrong)
  const missing = problems.map(({ detail }) => detail).join(' ')
  return { text: writeStarter(origin, accountId), note: 'starter', missing }
}

/** By their path in the repository. */
async function readRecipes(
  service: 'github' | 'gitlab',
  recipes: string,
): Promise<ReadonlyMap<string, string>> {
  const folder = join(recipes, service)
  const found: readonly string[] = await readdir(folder).catch(() => [])
  const placed = Object.entries(PLACED[service])
  if (placed.some(([, from]) => !found.includes(from))) {
    throw makeFailure({
      code: 'usage-option',
      summary: `This installation of rollcall contains no CI job for ${service}.`,
      detail: `It should be in ${folder}.`,
      advice: 'Install rollcall again, or run without --ci.',
    })
  }
  const texts = placed.map(
    async ([path, from]) => [path, await readFile(join(folder, from), 'utf8')] as const,
  )
  return new Map(await Promise.all(texts))
}

/** CI services look for jobs only at the root of the repository, even if the policy is elsewhere. */
function placeRecipes(
  recipes: ReadonlyMap<string, string>,
  policy: Pick<Planned, 'path' | 'text'>,
  { cwd }: World,
) {
  const root = findRoot(cwd) ?? cwd
  const slashes = (path: string) => path.split(sep).join('/')
  const names = slashes(relative(root, join(cwd, policy.path)))
  const account = parsePolicy(policy.path, Buffer.from(policy.text)).policy?.account?.value ?? null
  return [...recipes].map(([path, text]) => ({
    path: slashes(relative(cwd, join(root, path))),
    note: 'recipe' as const,
    text: fillRecipe(text, names, account),
    names,
  }))
}

/** An existing job may be for another policy. */
function judgeKept(recipe: string, policy: string | null): Pick<InitFile, 'note' | 'about'> {
  if (policy === null) return { note: 'kept' }
  const at = recipe.indexOf(policy)
  const whole = at >= 0 && !/[\w./-]/.test(recipe.charAt(at - 1))
  return whole ? { note: 'kept' } : { note: 'kept-recipe', about: [policy] }
}

/** Null if the path is free. A folder or an unreadable file counts as an empty text. */
async function readTextAt(path: string, { cwd }: World): Promise<string | null> {
  const full = resolve(cwd, path)
  if (!(await isThere(full))) return null
  return readFile(full, 'utf8').catch(() => '')
}

async function write(
  { path, text, replaces = false }: Planned,
  { cwd }: World,
): Promise<string | null> {
  const full = resolve(cwd, path)
  await makeFolder(dirname(full)).catch(() => undefined)
  return writeWhole(full, text, { exclusive: !replaces })
}

function describeWriteError(
  { path }: Planned,
  reason: string,
  written: readonly Planned[],
): Diagnostic {
  const before = written.map((each) => each.path).join(', ')
  return makeDiagnostic({
    code: 'output-failed',
    summary: `${path} could not be written: ${describeReason(reason)}.`,
    detail: before === '' ? 'Nothing was written.' : `These files were written before: ${before}.`,
    advice:
      'Correct the permissions of the folder, or free some space, then run again. Existing files are kept.',
  })
}
