/**
 * What git knows of a file: the commit that is checked out, and whether the file is as that commit has
 * it. Git gets no more of the environment than it needs; nothing here writes.
 */
import { execFile } from 'node:child_process'
import { basename, dirname } from 'node:path'
import { reasonOf } from './whole-file.ts'
import type { World } from './world.ts'

export type Commit =
  | { readonly commit: string; readonly dirty: boolean }
  /** A clause such as `git is not installed`. */
  | { readonly commit: null; readonly why: string }

/** Never rejects: what git cannot say is said. */
export async function commitOf(path: string, world: World): Promise<Commit> {
  const head = await git(['rev-parse', '--verify', 'HEAD'], path, world)
  if ('failed' in head) {
    const absent = head.failed === 'ENOENT'
    return {
      commit: null,
      why: absent ? 'git is not installed' : 'the policy is in no git repository with a commit',
    }
  }
  const name = basename(path)
  const status = await git(['status', '--porcelain', '--ignored', '--', name], path, world)
  if ('failed' in status) return { commit: null, why: `git status failed (${status.failed})` }
  return { commit: head.said.trim(), dirty: status.said.trim() !== '' }
}

const PASSED_ON = ['PATH', 'HOME', 'USERPROFILE', 'SystemRoot']

function git(
  words: readonly string[],
  path: string,
  { env, signal }: World,
): Promise<{ readonly said: string } | { readonly failed: string }> {
  const passed = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))
  const options = {
    cwd: dirname(path),
    env: { ...Object.fromEntries(passed), LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' },
    timeout: 30_000,
    signal,
  }
  // A repository may name a program to watch its files: this is not the moment to run it.
  const argv = ['--literal-pathspecs', '-c', 'core.fsmonitor=false', ...words]
  return new Promise((resolve) => {
    execFile('git', argv, options, (error, said) =>
      resolve(error === null ? { said } : { failed: reasonOf(error) }),
    )
  })
}
