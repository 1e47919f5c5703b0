/**
 * What a folder of policies holds beside them: a policy in a sub-folder, or with another ending, is
 * not read, and somebody may think that it is. Looks at names only.
 */
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'

import { type Diagnostic, diagnostic } from '../../core/messages/diagnostic.ts'
import { byCodeUnits } from '../../core/model/names.ts'
import { isPolicyName } from './named-file.ts'
import { quoteName } from './problems.ts'

/** A warning for each folder among these names that holds more than policies. Never rejects. */
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
  // A file has nothing in it; a folder that cannot be read is an error elsewhere.
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  const others = entries
    .filter((entry) => !isPolicyName(entry.name) && !isNoPolicy(entry.name))
    .filter((entry) => !named.has(resolve(path, entry.name)))
    .map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort(byCodeUnits)
  if (others.length === 0) return []
  const more = others.length > SHOWN ? ` and ${others.length - SHOWN} more` : ''
  return [
    diagnostic({
      code: 'policy-skipped',
      summary: `Skipped in the folder ${quoteName(name)}: ${others.slice(0, SHOWN).map(quoteName).join(', ')}${more}.`,
      detail: 'rollcall reads the *.yaml and *.yml files directly in a folder, and nothing else.',
    }),
  ]
}

/** What nobody takes for a policy: hidden files, documents, and the schema that `init` writes. */
function isNoPolicy(name: string): boolean {
  return /^\.|\.md$|\.schema\.json$/i.test(name)
}
