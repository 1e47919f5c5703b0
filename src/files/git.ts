/**
 * What git knows of a policy: the commit that is checked out, and whether the bytes that were used are
 * the ones in that commit. Asks for what is stored, never for a status: a status can be told to leave
 * a file out. Git gets no more of the environment than it needs; nothing here writes, and no
 * program that a repository names is run.
 */
import { execFile } from 'node:child_process'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, relative, sep } from 'node:path'
import type { World } from '../shell/world.ts'
import { getReason } from './whole-file.ts'

export type Commit =
  /** `why`: where `dirty` is about more than changed bytes, as a clause. */
  | { readonly commit: string; readonly dirty: boolean; readonly why?: string }
  /** A clause such as `git is not installed`. */
  | { readonly commit: null; readonly why: string }

type Answer = { readonly said: string } | { readonly failed: string }

/** Never rejects: what git cannot say is said. `used` is what was read from that path. */
export async function findCommit(path: string, used: string, world: World): Promise<Commit> {
  const real = await realpath(path).catch(() => null)
  if (real === null || !(await stat(real)).isFile()) {
    return { commit: null, why: 'the policy did not come from a file' }
  }
  const ask = (words: readonly string[], input?: string) =>
    runGit(words, dirname(real), world, input)
  const name = basename(real)

  const inside = await ask(['rev-parse', '--is-inside-work-tree'])
  if ('failed' in inside) return { commit: null, why: inside.failed }
  if (inside.said.trim() !== 'true') {
    return { commit: null, why: 'the policy is inside of a git repository, but in no working tree' }
  }
  const head = await ask(['rev-parse', '--verify', '--quiet', 'HEAD'])
  if ('failed' in head) {
    const none = head.failed === ''
    return {
      commit: null,
      why: none ? 'the git branch that is checked out has no commit yet' : head.failed,
    }
  }
  const commit = head.said.trim()
  const entry = await ask(['ls-tree', '-z', commit, '--', name])
  if ('failed' in entry) return { commit: null, why: entry.failed }
  const [, stored] = /^\d+ blob ([0-9a-f]+)\t/.exec(entry.said) ?? []
  if (stored === undefined) return { commit, dirty: true, why: 'the policy is not in that commit' }
  if (!(await isSameFileIn(commit, { path, real, stored }, ask))) {
    return {
      commit,
      dirty: true,
      why: 'a link leads to the policy, and not as it does in that commit',
    }
  }
  const isStored = async (...how: readonly string[]) => {
    const hash = await ask(['hash-object', '--stdin', ...how], used)
    return 'said' in hash && hash.said.trim() === stored
  }
  if (await isStored()) return { commit, dirty: false }
  // A filter is a program that somebody configured, and may hide a difference.
  const attribute = await ask(['check-attr', '-z', 'filter', '--', name])
  const [, , filter] = 'said' in attribute ? attribute.said.split('\0') : []
  if (filter !== 'unspecified' && filter !== 'unset') {
    const why = `the policy differs from what that commit stores; the git filter ${filter} was not run`
    return { commit, dirty: true, why }
  }
  // What is left are line endings and the like, which git itself changes when it checks a file out.
  return { commit, dirty: !(await isStored(`--path=${name}`)) }
}

/** Whether the name that was given means the same file in a commit: a link could mean another one. */
async function isSameFileIn(
  commit: string,
  { path, real, stored }: { readonly path: string; readonly real: string; readonly stored: string },
  ask: (words: readonly string[], input?: string) => Promise<Answer>,
): Promise<boolean> {
  const top = await ask(['rev-parse', '--show-toplevel'])
  const root = 'said' in top ? await realpath(top.said.replace(/\n$/, '')).catch(() => null) : null
  if (root === null) return false
  let named: string | null = null
  for (let below = path; dirname(below) !== below; below = dirname(below)) {
    if ((await realpath(dirname(below)).catch(() => null)) === root) {
      named = relative(dirname(below), path)
    }
  }
  // What is not named below the root was reached from outside: the commit knows nothing of that.
  if (named === null || named === relative(root, real)) return true
  const words = ['cat-file', '--batch-check=%(objectname)', '--follow-symlinks']
  const found = await ask(words, `${commit}:${named.split(sep).join('/')}\n`)
  return 'said' in found && found.said.trim() === stored
}

const PASSED_ON = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'SUDO_UID', 'USERPROFILE', 'SystemRoot']

/** What failed is a clause; empty where git only says no. */
function runGit(
  words: readonly string[],
  cwd: string,
  { env, signal }: World,
  input = '',
): Promise<Answer> {
  const passed = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))
  const options = {
    cwd,
    env: { ...Object.fromEntries(passed), LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
    timeout: 30_000,
    signal,
  }
  // A repository may name a program to watch its files or to fetch what it lacks, and objects to be
  // taken for others.
  const settings = ['core.fsmonitor=false', 'protocol.allow=never'].flatMap((each) => ['-c', each])
  const argv = ['--literal-pathspecs', '--no-replace-objects', ...settings]
  return new Promise((resolve) => {
    const child = execFile('git', [...argv, ...words], options, (error, said, complaint) =>
      resolve(error === null ? { said } : { failed: explainGitError(complaint, error) }),
    )
    // Whoever does not read it has failed, and says why.
    child.stdin?.on('error', () => undefined).end(input)
  })
}

function explainGitError(complaint: string, error: Error & { killed?: boolean }): string {
  if (error.killed) return 'git gave no answer'
  const reason = getReason(error)
  if (reason === 'ENOENT') return 'git is not installed'
  if (/dubious ownership|unsafe repository/.test(complaint)) {
    return 'the git repository belongs to another user, and git does not trust it (safe.directory)'
  }
  if (/not a git repository/.test(complaint)) return 'the policy is in no git repository'
  const [first = ''] = complaint.split('\n')
  if (first !== '') return `git failed: ${first.replace(/^(fatal|error): /, '')}`
  return reason === '1' ? '' : `git failed (${reason})`
}
