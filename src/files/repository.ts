/**
 * Where a policy is, as its repository says: what findings are put at, and what a comment or an
 * issue is found again by. The folder that rollcall was started in does not change it. Looks at
 * names only, and runs no program.
 */
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { World } from '../shell/world.ts'
import type { Repository } from '../views/repository.ts'

/** Where a CI job says that its checkout is: it may be without `.git`. */
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
  if (file === '<stdin>' || !mayBeFile(named)) return null
  const real = resolveLinks(named)
  const roots = [
    findRoot(dirname(real)),
    // A link may be in a repository and lead out of it.
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

/** The working copy that holds a folder; git's own folder is a file in a worktree or a submodule. */
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

/** A pipe or a device has no place in a repository; a file may have gone since it was read. */
function mayBeFile(path: string): boolean {
  return isFile(path) || !existsSync(path)
}
