/**
 * Where a file is for whoever shows a report: code scanning, annotations and test reports want the
 * path in its repository, wherever rollcall was started. Asks no git.
 */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { STDIN } from '../policy/named.ts'
import type { World } from './world.ts'

/** The path with `/`; null for what is in no folder that such a reader could know. */
export type PathOf = (file: string) => string | null

/**
 * Relative to the repository that holds the file; without one, to the checkout that the CI system
 * names, if the file is in it; else to the working directory.
 */
export function repositoryPaths({ cwd, env }: Pick<World, 'cwd' | 'env'>): PathOf {
  const known = new Map<string, string | null>()
  const named = [env['GITHUB_WORKSPACE'], env['CI_PROJECT_DIR'], '.']
  const folders = named.flatMap((each) => (each ? [real(resolve(cwd, each))] : []))
  const find = (file: string) => {
    const path = file === STDIN ? null : fileAt(resolve(cwd, file))
    if (path === null) return null
    const repository = repositoryAbove(dirname(path))
    for (const folder of repository === null ? folders : [repository]) {
      const inside = relative(folder, path)
      if (inside.split(sep)[0] !== '..' && !isAbsolute(inside)) return inside.split(sep).join('/')
    }
    return null
  }
  return (file) => {
    if (!known.has(file)) known.set(file, find(file))
    return known.get(file) ?? null
  }
}

/** Git knows a file by where it really is; null for a pipe, which is nowhere. */
function fileAt(path: string): string | null {
  try {
    return statSync(path).isFile() ? realpathSync(path) : null
  } catch {
    return path
  }
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** In a worktree and in a submodule `.git` is a file. */
function repositoryAbove(folder: string): string | null {
  if (existsSync(join(folder, '.git'))) return folder
  return dirname(folder) === folder ? null : repositoryAbove(dirname(folder))
}
