/**
 * Finds the path of a policy in its repository: CI shows findings at this path, and finds its earlier
 * comment or issue by it. The path does not depend on the working directory. Reads only names, and
 * runs no program.
 */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { World } from '../shell/world.ts'
import type { Repository } from '../views/repository.ts'

/** Variables with the folder of a CI checkout, which may have no `.git`. */
const CHECKOUTS = ['GITHUB_WORKSPACE', 'CI_PROJECT_DIR']

type Where = Pick<World, 'cwd' | 'env'>

export function findRepository(world: Where): Repository {
  const known = new Map<string, string | null>()
  return {
    uri: (file) => {
      if (!known.has(file)) known.set(file, findPathInRepository(file, world))
      return known.get(file) ?? null
    },
  }
}

function findPathInRepository(file: string, { cwd, env }: Where): string | null {
  const named = resolve(cwd, file)
  // Not a pipe or a device. A file may be deleted after the read.
  if (file === '<stdin>' || (existsSync(named) && !isFile(named))) return null
  const real = resolveLinks(named)
  const roots = [
    findRoot(dirname(real)),
    // A link in a repository may point to a file outside it.
    findRoot(dirname(named)),
    ...CHECKOUTS.map((name) => env[name] || null),
    cwd,
  ]
  for (const root of roots) {
    const path = root && (getPathBelow(resolveLinks(root), real) ?? getPathBelow(root, named))
    if (path) return path
  }
  return null
}

/** The root of the working copy. In a worktree or a submodule `.git` is a file, not a folder. */
export function findRoot(folder: string): string | null {
  const git = join(folder, '.git')
  if (isFile(git) || existsSync(join(git, 'HEAD'))) return folder
  return dirname(folder) === folder ? null : findRoot(dirname(folder))
}

function getPathBelow(root: string, path: string): string | null {
  const steps = relative(root, path).split(sep)
  return steps[0] === '..' || isAbsolute(steps.join(sep)) ? null : steps.join('/')
}

function resolveLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
