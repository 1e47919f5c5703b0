/**
 * Finds files of a folder that rollcall does not read: a policy in a sub-folder or with another
 * ending, which a user may think is read. Looks at names only.
 */
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'

import { type Diagnostic, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import { compareCodeUnits } from '../../core/model/names.ts'
import { joinFirst } from '../../core/model/visible.ts'
import { isPolicyName } from './named-file.ts'
import { quoteName } from './problems.ts'

/** One warning for each named folder that contains other files. Never rejects. */
export async function findSkipped(
  names: readonly string[],
  { cwd }: { readonly cwd: string },
): Promise<readonly Diagnostic[]> {
  const paths = names.filter((name) => name !== '' && name !== '-')
  const named = new Set(paths.map((name) => resolve(cwd, name)))
  const all = await Promise.all(
    paths.map((name) => findSkippedInFolder(name, resolve(cwd, name), named)),
  )
  return all.flat()
}

const SHOWN = 5

async function findSkippedInFolder(
  name: string,
  path: string,
  named: ReadonlySet<string>,
): Promise<readonly Diagnostic[]> {
  // A file has no entries; loadPolicies reports a folder that cannot be read.
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  const others = entries
    .filter((entry) => !isPolicyName(entry.name) && !isNoPolicy(entry.name))
    .filter((entry) => !named.has(resolve(path, entry.name)))
    .map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort(compareCodeUnits)
  if (others.length === 0) return []
  return [
    makeDiagnostic({
      code: 'policy-skipped',
      summary: `rollcall does not read these in the folder ${quoteName(name)}: ${joinFirst(others, SHOWN, quoteName)}.`,
      detail: 'It reads only the *.yaml and *.yml files directly in a folder.',
    }),
  ]
}

/** Hidden files, documents and the schema of `init`: nobody expects them to be policies. */
function isNoPolicy(name: string): boolean {
  return /^\.|\.md$|\.schema\.json$/i.test(name)
}
