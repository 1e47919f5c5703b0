/**
 * Finds the commit that is checked out, and whether it contains exactly the policy that was used.
 * Compares with what git stores, never with `git status`, because a setting can hide a file from the
 * status. Git gets only the environment variables that it needs. Writes nothing, and never runs a
 * program that a repository names.
 */

import { execFile } from 'node:child_process'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, relative, sep } from 'node:path'
import { describeReason } from '../core/messages/system-reasons.ts'
import type { GitFacts } from '../core/review/record.ts'
import type { World } from '../shell/world.ts'
import { getReason } from './whole-file.ts'

type Answer = { readonly said: string } | { readonly failed: string }

/**
 * Never rejects: the result says what git cannot tell. `why` is a clause such as `git is not installed`.
 * @param used what was read from the path
 */
export async function findCommit(path: string, used: string, world: World): Promise<GitFacts> {
  const real = await realpath(path).catch(() => null)
  if (real === null || !(await stat(real)).isFile()) {
    return { commit: null, why: 'the policy is not a regular file' }
  }
  const ask = (words: readonly string[], input?: string) =>
    runGit(words, dirname(real), world, input)
  const name = basename(real)

  const inside = await ask(['rev-parse', '--is-inside-work-tree'])
  if ('failed' in inside) return { commit: null, why: inside.failed }
  if (inside.said.trim() !== 'true') {
    return { commit: null, why: 'the policy is in a git repository, but not in a working tree' }
  }
  const head = await ask(['rev-parse', '--verify', '--quiet', 'HEAD'])
  if ('failed' in head) {
    const none = head.failed === ''
    return {
      commit: null,
      why: none ? 'the current git branch has no commit yet' : head.failed,
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
      why: 'the policy is reached through a link that is different in that commit',
    }
  }
  const isStored = async (...how: readonly string[]) => {
    const hash = await ask(['hash-object', '--stdin', ...how], used)
    return 'said' in hash && hash.said.trim() === stored
  }
  if (await isStored()) return { commit, dirty: false }
  for (const attribute of CONVERSIONS) {
    const answer = await ask(['check-attr', '-z', attribute, '--', name])
    const [, , value] = 'said' in answer ? answer.said.split('\0') : []
    if (value === 'unspecified' || value === 'unset') continue
    const left =
      attribute === 'filter'
        ? `run the git filter ${value}`
        : `apply the git attribute ${attribute}`
    const why = `the policy differs from that commit; rollcall did not ${left}`
    return { commit, dirty: true, why }
  }
  // Only differences in line endings remain, which git makes at a checkout.
  return { commit, dirty: !(await isStored(`--path=${name}`)) }
}

/**
 * Attributes that could hide a difference: a filter is a program from the configuration, and the others
 * make two texts equal that mean different things in a policy.
 */
const CONVERSIONS = ['filter', 'ident', 'working-tree-encoding']

/** Whether the given path means the same file in the commit: a link could point to another file. */
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
  // The path is outside the repository, so the commit cannot contain its links.
  if (named === null || named === relative(root, real)) return true
  const words = ['cat-file', '--batch-check=%(objectname)', '--follow-symlinks']
  const found = await ask(words, `${commit}:${named.split(sep).join('/')}\n`)
  return 'said' in found && found.said.trim() === stored
}

const PASSED_ON = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'SUDO_UID', 'USERPROFILE', 'SystemRoot']

/** `failed` is a clause; it is empty if git only answers no. */
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
  // A repository can name programs that watch its files or fetch missing objects, and can replace
  // objects with others: all of this is turned off.
  const settings = ['core.fsmonitor=false', 'protocol.allow=never'].flatMap((each) => ['-c', each])
  const argv = ['--literal-pathspecs', '--no-replace-objects', ...settings]
  return new Promise((resolve) => {
    const child = execFile('git', [...argv, ...words], options, (error, said, complaint) =>
      resolve(error === null ? { said } : { failed: explainGitError(complaint, error) }),
    )
    // If git does not read its input, git fails and reports why.
    child.stdin?.on('error', () => undefined).end(input)
  })
}

function explainGitError(complaint: string, error: Error & { killed?: boolean }): string {
  if (error.killed) return 'git did not answer'
  const reason = getReason(error)
  if (reason === 'ENOENT') return 'git is not installed'
  if (/dubious ownership|unsafe repository/.test(complaint)) {
    return 'the git repository belongs to another user, so git does not trust it (safe.directory)'
  }
  if (/not a git repository/.test(complaint)) return 'the policy is not in a git repository'
  const [first = ''] = complaint.split('\n')
  if (first !== '') return `git failed: ${first.replace(/^(fatal|error): /, '')}`
  return reason === '1' ? '' : `git failed (${describeReason(reason)})`
}
