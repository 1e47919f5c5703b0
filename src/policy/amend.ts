/**
 * Statements of a policy → the edits of its text that make them. Every line that has nothing to do
 * with them stays byte for byte. Whether the result means what it should is for the caller to
 * check: it is parsed and planned like any other policy.
 */
import type { AgentKeys, Amendments, TeamKeys } from '../core/amendments.ts'
import { byCodeUnits, normaliseEmail, normaliseTeamName } from '../core/names.ts'
import type { Policy } from '../core/policy.ts'
import { customRoleText, yamlText } from '../core/settle.ts'
import { type Addition, change, endOf, type Item, type Page, UNKNOWN_LAYOUT } from './collection.ts'
import { noProblems } from './problems.ts'
import { type Spliced, splice } from './splice.ts'
import { readTree } from './syntax.ts'
import { decode } from './text.ts'
import { type Entry, entryOf, itemsOf, membersOf, type TreeNode, textOf } from './tree.ts'

/** Null: the layout of the text is one that only a person can change safely. */
export function amend({ path, text }: Policy, amendments: Amendments): Spliced | null {
  const source = decode(path, new TextEncoder().encode(text))
  const tree = 'code' in source ? null : readTree(noProblems(source))
  if (tree === null) return null
  const page: Page = { text, eol: /\r\n/.test(text) ? '\r\n' : '\n', edits: [] }
  try {
    const agents = entryOf(tree, 'agents')
    if (agents !== undefined) amendAgents(page, agents, amendments)
    const teams = entryOf(tree, 'teams')
    if (teams !== undefined) amendTeams(page, teams, amendments)
    return splice(text, page.edits)
  } catch (error) {
    if (error === UNKNOWN_LAYOUT) return null
    throw error
  }
}

function entriesIn(section: Entry): readonly Entry[] {
  return section.value.kind === 'map' ? [...section.value.entries.values()] : []
}

function itemOf(page: Page, { span, value }: Entry, remove: boolean): Item {
  return { span: { start: span.start, end: endOf(page, value) }, remove }
}

function amendAgents(page: Page, section: Entry, { agents }: Amendments): void {
  const entries = entriesIn(section)
  const names = entries.map(({ key }) => normaliseEmail(key))
  const kinds = entries.map(({ value }) => kindOf(value))
  for (const [index, entry] of entries.entries()) {
    const keys = agents.get(names[index] ?? '')
    if (keys !== undefined && keys !== 'remove') amendAgent(page, entry, keys)
  }
  const listed = new Set(names)
  const added = [...agents].filter(([email, keys]) => keys !== 'remove' && !listed.has(email))
  change(page, {
    kind: 'map',
    span: section.value.span,
    keyEnd: section.span.end,
    items: entries.map((entry, index) =>
      itemOf(page, entry, agents.get(names[index] ?? '') === 'remove'),
    ),
    additions: added
      .sort(([a], [b]) => byCodeUnits(a, b))
      .map(([email, keys]): Addition => {
        const value = keys === 'remove' ? '' : agentValue(keys)
        const kind = keys === 'remove' ? '' : kindOfKeys(keys)
        const lines = keyed(email, value)
        return { after: placeOf(email, kind, names, kinds), lines, inline: inline(email, value) }
      }),
  })
}

/** Entries of one kind stand together in a tidy policy: a new one goes where its like are. */
function kindOf(value: TreeNode): string {
  const role = textOf(value) ?? textOf(entryOf(value, 'role')?.value)
  const has = (key: string) => entryOf(value, key) !== undefined
  return [role, has('custom_role'), has('pending_until')].join()
}

function kindOfKeys({ role, custom_role: special, pending_until: until }: AgentKeys): string {
  return [role, special != null, until !== undefined].join()
}

/** After the last of its like that comes before it by name; else at the end. */
function placeOf(
  name: string,
  kind: string,
  names: readonly string[],
  kinds: readonly string[],
): number {
  const role = kind.split(',')[0]
  for (const like of [
    (each: string) => each === kind,
    (each: string) => each.split(',')[0] === role && !each.endsWith(',true'),
  ]) {
    const group = kinds.flatMap((each, index) => (like(each) ? [index] : []))
    const last = group.at(-1)
    if (last === undefined) continue
    if (!isSorted(group.map((index) => names[index] ?? ''))) return last
    const before = group.filter((index) => (names[index] ?? '') < name)
    return before.at(-1) ?? (group[0] ?? 0) - 1
  }
  return names.length - 1
}

function isSorted(names: readonly string[]): boolean {
  return names.every((name, index) => index === 0 || (names[index - 1] ?? '') <= name)
}

function agentKeys(keys: AgentKeys): readonly (readonly [string, string | null])[] {
  const { role, name, custom_role: special, reason, pending_until: until } = keys
  return [
    ...(role === undefined ? [] : [['role', role] as const]),
    ...(name === undefined ? [] : [['name', name === null ? null : yamlText(name)] as const]),
    ...(special === undefined
      ? []
      : [['custom_role', special === null ? null : customRoleText(special)] as const]),
    ...(reason === undefined ? [] : [['reason', yamlText(reason)] as const]),
    ...(until === undefined ? [] : [['pending_until', until] as const]),
  ]
}

/** The role alone, or everything there is to say in braces. */
function agentValue(keys: AgentKeys): string {
  const said = agentKeys(keys).filter(([, value]) => value !== null)
  const [only] = said
  if (said.length === 1 && only?.[0] === 'role') return only[1] ?? ''
  return `{ ${said.map(([key, value]) => `${key}: ${value}`).join(', ')} }`
}

function amendAgent(page: Page, { value, span }: Entry, keys: AgentKeys): void {
  const role = textOf(value)
  if (role === null) {
    amendKeys(page, { value, span }, agentKeys(keys))
    return
  }
  page.edits.push({
    ...value.span,
    text: agentValue({ role: role === 'administrator' ? role : 'agent', ...keys }),
  })
}

/** Sets keys of an entry that is a map, and takes out those that are to be null. */
function amendKeys(
  page: Page,
  { value: map, span }: Pick<Entry, 'value' | 'span'>,
  keys: readonly (readonly [string, string | null])[],
): void {
  if (map.kind !== 'map') return
  const entries = [...map.entries.values()]
  const gone = new Set<string>()
  const additions: Addition[] = []
  for (const [key, value] of keys) {
    const entry = map.entries.get(key)
    if (value === null) gone.add(key)
    else if (entry === undefined) {
      additions.push({
        after: entries.length - 1,
        lines: [`${key}: ${value}`],
        inline: `${key}: ${value}`,
      })
    } else replace(page, entry.value, value)
  }
  const items = entries.map((entry) => itemOf(page, entry, gone.has(entry.key)))
  change(page, { kind: 'map', span: map.span, keyEnd: span.end, items, additions })
}

function replace(page: Page, node: TreeNode, text: string): void {
  const { start } = node.span
  const end = endOf(page, node)
  // A block scalar ends in the line break that ends the line.
  const rest = page.text.charAt(end - 1) === '\n' ? page.eol : ''
  page.edits.push({ start, end, text: text + rest })
}

function amendTeams(page: Page, section: Entry, { teams }: Amendments): void {
  const entries = entriesIn(section)
  const names = entries.map(({ key }) => normaliseTeamName(key))
  for (const [index, entry] of entries.entries()) {
    const keys = teams.get(names[index] ?? '')
    if (keys !== undefined && keys !== 'remove') amendTeam(page, entry, keys)
  }
  const listed = new Set(names)
  const added = [...teams].filter(([name, keys]) => keys !== 'remove' && !listed.has(name))
  const spaced =
    entries.length > 1 && entries.slice(1).every(({ span }) => followsBlank(page, span.start))
  change(page, {
    kind: 'map',
    span: section.value.span,
    keyEnd: section.span.end,
    items: entries.map((entry, index) =>
      itemOf(page, entry, teams.get(names[index] ?? '') === 'remove'),
    ),
    additions: added
      .sort(([a], [b]) => byCodeUnits(a, b))
      .map(([name, keys]): Addition => {
        const join = keys === 'remove' ? [] : [...keys.join].sort(byCodeUnits).map(yamlText)
        const after = isSorted(names)
          ? names.filter((each) => each < name).length - 1
          : names.length - 1
        const lines = teamLines(name, join)
        const separated = after < 0 ? [...lines, ''] : ['', ...lines]
        return {
          after,
          lines: spaced ? separated : lines,
          inline: inline(name, `[${join.join(', ')}]`),
        }
      }),
  })
}

function followsBlank({ text }: Page, offset: number): boolean {
  return /(?:^|\n)[ \t]*\r?\n[ \t]*(?:\? +)?$/.test(text.slice(Math.max(0, offset - 200), offset))
}

const WIDTH = 76

function teamLines(name: string, members: readonly string[]): readonly string[] {
  const short = keyed(name, `[${members.join(', ')}]`)
  if (members.length === 0 || short.every((line) => line.length <= WIDTH)) return short
  const [key = '', value] = keyed(name, '')
  const items = members.map((email) => `  - ${email}`)
  return value === undefined ? [key.trimEnd(), ...items] : [key, value.trimEnd(), ...items]
}

function amendTeam(page: Page, entry: Entry, keys: TeamKeys): void {
  const { description, auto_assign: autoAssign, join, leave } = keys
  amendKeys(page, entry, [
    ...(description === undefined ? [] : [['description', yamlText(description)] as const]),
    ...(autoAssign === undefined ? [] : [['auto_assign', String(autoAssign)] as const]),
  ])
  const list = membersOf(entry.value)
  if (list === undefined) return
  const key = entry.value.kind === 'list' ? entry : entryOf(entry.value, 'members')
  const items = itemsOf(list)
  const names = items.map((item) => normaliseEmail(textOf(item) ?? ''))
  const sorted = isSorted(names)
  change(page, {
    kind: 'list',
    span: list.span,
    keyEnd: key?.span.end ?? 0,
    items: items.map((item, index) => ({
      span: { start: item.span.start, end: endOf(page, item) },
      remove: leave.has(names[index] ?? ''),
    })),
    additions: [...join].sort(byCodeUnits).map((email): Addition => {
      const text = yamlText(email)
      const after = sorted ? names.filter((each) => each < email).length - 1 : names.length - 1
      return { after, lines: [text], inline: text }
    }),
  })
}

/** A longer key is none to YAML, unless a question mark announces it. */
const LONGEST_KEY = 1_000

function keyed(name: string, value: string): readonly string[] {
  const key = yamlText(name)
  return key.length <= LONGEST_KEY ? [`${key}: ${value}`] : [`? ${key}`, `: ${value}`]
}

function inline(name: string, value: string): string {
  return keyed(name, value).join(' ')
}
