/**
 * Checks `custom_roles`: custom roles and permissions that are listed twice, and people whose
 * `custom_role` is not listed. Does not know what the account has.
 */
import type { Named } from '../../core/model/address.ts'
import { spellName } from '../../core/model/names.ts'
import { knowsCustomRole } from '../../core/model/policy.ts'
import { findNearest } from '../nearest.ts'
import { identifyCustomRole, readCustomRole, readNumber } from './build.ts'
import { type Problems, quoteName, reportOnce, reportSame, suggest } from './problems.ts'
import type { Span } from './source-text.ts'
import {
  type Entry,
  getEntries,
  getEntry,
  getItems,
  getList,
  getText,
  type MapNode,
  type TreeNode,
} from './tree.ts'

export function checkCustomRoles(problems: Problems, root: MapNode): void {
  const section = getEntry(root, 'custom_roles')
  if (section === undefined) return
  const entries = [...getEntries(section.value)]
  /** By id, or by name where there is none. */
  const known = new Map<string | number, Entry>()
  for (const entry of entries) {
    checkPermissions(problems, getList(entry.value, 'permissions'))
    if (problems.faulty.has(entry)) continue
    const { name, id } = identifyCustomRole(entry)
    const meant = id ?? name
    const first = known.get(meant)
    if (first === undefined) known.set(meant, entry)
    else reportSame(problems, entry, entry.key, entry.span, first)
  }
  const { value, doubtful } = section
  const certain = value.kind === 'map' && !value.open && !doubtful && entries.every(isNamed)
  if (certain) checkHolders(problems, getEntry(root, 'agents')?.value, entries)
}

/** Whether its name and id come from the entry, and not from the rest of an error. */
function isNamed({ value, doubtful }: Entry): boolean {
  const [name, id] = [getEntry(value, 'name'), getEntry(value, 'id')]
  const readable = (name === undefined || getText(name.value) !== null) && !name?.doubtful
  return readable && (id === undefined || readNumber(id.value) !== null) && !doubtful
}

function checkPermissions(problems: Problems, list: TreeNode | undefined): void {
  const seen = new Map<string, { readonly key: string; readonly span: Span }>()
  for (const item of getItems(list)) {
    const key = getText(item)
    if (key === null || problems.faulty.has(item)) continue
    const first = seen.get(key)
    if (first === undefined) seen.set(key, { key, span: item.span })
    else reportSame(problems, item, key, item.span, first)
  }
}

function checkHolders(
  problems: Problems,
  agents: TreeNode | undefined,
  entries: readonly Entry[],
): void {
  const subjects = entries.map(identifyCustomRole)
  const names = subjects.map(({ name }) => name)
  for (const { key, value } of getEntries(agents)) {
    const node = getEntry(value, 'custom_role')?.value
    if (node === undefined || problems.faulty.has(node)) continue
    const wanted = readCustomRole(node)
    if (wanted === null || knowsCustomRole(subjects, wanted)) continue
    if ('name' in wanted) {
      const { name } = wanted
      const labelled = entries.find((entry) => spellName(entry.key) === name)
      const advice = labelled
        ? adviseName(identifyCustomRole(labelled))
        : suggest(findNearest(name, names), name)
      reportOnce(problems, 'policy-undeclared-custom-role', node, node.span, {
        summary: `${quoteName(key)} has the custom role ${quoteName(name)}, which is not listed under \`custom_roles\`.`,
        ...(advice === null ? {} : { advice }),
      })
    } else {
      reportOnce(problems, 'policy-undeclared-custom-role', node, node.span, {
        summary: `${quoteName(key)} has the custom role ${wanted.id}, which is not listed under \`custom_roles\`.`,
      })
    }
  }
}

/** For a key that is only a label: people have custom roles by their real names, or by id. */
function adviseName({ name, id }: Named): string {
  const meant = id === null ? name : `{id: ${id}}`
  return `This key of \`custom_roles\` is only a label: write ${quoteName(meant)}.`
}
