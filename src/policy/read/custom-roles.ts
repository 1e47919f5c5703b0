/**
 * Checks `custom_roles`: custom roles and permissions that are listed twice, and people whose
 * `custom_role` is not listed. Does not know what the account has.
 */
import { spellName } from '../../core/model/names.ts'
import { knowsCustomRole } from '../../core/model/policy.ts'
import { findNearest } from '../nearest.ts'
import { identifyCustomRole, readCustomRole } from './build.ts'
import {
  describeSameIdentity,
  listTexts,
  type Problems,
  quoteName,
  reportOnce,
  reportRepeated,
  suggest,
  type Text,
} from './problems.ts'
import {
  type Entry,
  getEntries,
  getEntry,
  getList,
  getNumber,
  getText,
  getValue,
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
    const seen = new Map<string, Text>()
    for (const text of listTexts(problems, getList(entry.value, 'permissions'))) {
      reportRepeated(problems, seen, text.key, text, text.node)
    }
    if (problems.faulty.has(entry) || !hasIdentity(entry)) continue
    const { name, id } = identifyCustomRole(entry)
    reportRepeated(problems, known, id ?? name, entry, entry, describeSameIdentity(id))
  }
  const { value, doubtful } = section
  const isCertain = (entry: Entry) => hasIdentity(entry) && !problems.faulty.has(entry)
  const certain = value.kind === 'map' && !value.open && !doubtful && entries.every(isCertain)
  if (certain) checkHolders(problems, getValue(root, 'agents'), entries)
}

/** Whether its name and id come from the entry, and not from the rest of an error. */
export function hasIdentity({ value, doubtful }: Entry): boolean {
  const [name, id] = [getEntry(value, 'name'), getEntry(value, 'id')]
  const readable = (name === undefined || getText(name.value) !== null) && !name?.doubtful
  return readable && (id === undefined || getNumber(id.value) !== null) && !doubtful
}

function checkHolders(
  problems: Problems,
  agents: TreeNode | undefined,
  entries: readonly Entry[],
): void {
  const subjects = entries.map(identifyCustomRole)
  for (const { key, value } of getEntries(agents)) {
    const node = getValue(value, 'custom_role')
    if (node === undefined) continue
    const wanted = readCustomRole(node)
    if (wanted === null || knowsCustomRole(subjects, wanted)) continue
    const role = 'name' in wanted ? quoteName(wanted.name) : wanted.id
    const advice = 'name' in wanted ? adviseName(wanted.name, entries) : null
    reportOnce(problems, 'policy-undeclared-custom-role', node, {
      summary: `${quoteName(key)} has the custom role ${role}, which is not listed under \`custom_roles\`.`,
      ...(advice === null ? {} : { advice }),
    })
  }
}

/** A key may be only a label: people have custom roles by their real names, or by id. */
function adviseName(written: string, entries: readonly Entry[]): string | null {
  const label = entries.find((entry) => spellName(entry.key) === written)
  if (label === undefined) {
    const names = entries.map((entry) => identifyCustomRole(entry).name)
    return suggest(findNearest(written, names), written)
  }
  const { name, id } = identifyCustomRole(label)
  const meant = id === null ? name : `{id: ${id}}`
  return `This key of \`custom_roles\` is only a label: write ${quoteName(meant)}.`
}
