/** A typed policy as text, in one of the many ways in which people write YAML, with comments. */
import fc from 'fast-check'
import type { Policy, PolicyAgent, PolicyGroup } from '../../src/core/model/policy.ts'
import { writeCustomRole } from '../../src/core/plan/policy-fix.ts'
import { writeYamlText, writeYamlValue } from '../../src/policy/write/yaml.ts'

export interface Style {
  readonly section: Layout
  readonly entry: Layout
  readonly members: Layout
  readonly eol: '\n' | '\r\n'
  readonly comments: boolean
  readonly blank: boolean
  readonly indent: '  ' | '    '
  readonly finalBreak: boolean
}

/** Indented lines, brackets on one line, brackets over several. */
type Layout = 'block' | 'flow' | 'tall'

const layout = fc.constantFrom<Layout>('block', 'flow', 'tall')

export const style: fc.Arbitrary<Style> = fc
  .record({
    section: layout,
    entry: layout,
    members: layout,
    eol: fc.constantFrom('\n' as const, '\r\n' as const),
    comments: fc.boolean(),
    blank: fc.boolean(),
    indent: fc.constantFrom('  ' as const, '    ' as const),
    finalBreak: fc.boolean(),
  })
  // Inside brackets there are no indented lines, and on one line there is nothing but one line.
  .map((given): Style => {
    const inner = (own: Layout): Layout =>
      given.section === 'flow' ? 'flow' : given.section === 'tall' && own === 'block' ? 'flow' : own
    return { ...given, entry: inner(given.entry), members: inner(given.members) }
  })

export function written(policy: Policy, given: Style): string {
  let comments = 0
  const remark = (kind: string) => {
    comments += 1
    return `# ${kind} ${comments}`
  }
  const sections = [
    [
      'agents',
      policy.agents && [...policy.agents.entries.values()].map((each) => agent(each, given)),
    ],
    ...policy.groups.map(
      ({ of, section }) =>
        [
          of.section,
          section && [...section.entries.values()].map((each) => group(each, given)),
        ] as const,
    ),
  ] as const
  const lines = ['# yaml-language-server: $schema=x', 'version: 1', '']
  for (const [name, entries] of sections) {
    if (entries === null) continue
    lines.push(...collection(name, entries, given.section, given, '{}', remark), '')
  }
  const { agents, ignore } = policy.scope
  lines.push(
    'scope:',
    `  agents: ${agents}`,
    '  ignore:',
    `    agents: [${ignore.map(({ value }) => JSON.stringify(value)).join(', ')}]`,
    ...policy.groups.map(
      (each) =>
        `    ${each.of.section}: [${each.ignore.map(({ value }) => JSON.stringify(value)).join(', ')}] # the end`,
    ),
  )
  return lines.join(given.eol) + (given.finalBreak ? given.eol : '')
}

/** A key with its value: one line or several, the first without indentation. */
type Written = readonly string[]

function collection(
  key: string,
  items: readonly Written[],
  layout: Layout,
  { indent, comments, blank }: Style,
  brackets: '{}' | '[]',
  remark: (kind: string) => string,
): Written {
  const open = brackets.charAt(0)
  const close = brackets.charAt(1)
  if (items.length === 0) return [`${key}: ${brackets}`]
  const inside = (lines: Written) => lines.map((line) => (line === '' ? '' : `${indent}${line}`))
  const above = () => (comments ? [remark('above')] : [])
  const beside = (lines: Written) =>
    comments ? [...lines.slice(0, -1), `${lines.at(-1) ?? ''} ${remark('beside')}`] : lines
  switch (layout) {
    case 'flow':
      return [`${key}: ${open}${items.map((lines) => lines.join(' ')).join(', ')}${close}`]
    case 'tall':
      return [
        `${key}: ${open}`,
        ...items.flatMap((lines, index) => {
          const comma = index === items.length - 1 ? '' : ','
          return inside([
            ...above(),
            ...beside([...lines.slice(0, -1), `${lines.at(-1) ?? ''}${comma}`]),
          ])
        }),
        close,
      ]
    case 'block':
      return [
        `${key}:`,
        ...items.flatMap((lines, index) => {
          const own = brackets === '{}' ? lines : lines.map((line) => `- ${line}`)
          return inside([...(blank && index > 0 ? [''] : []), ...above(), ...beside(own)])
        }),
      ]
  }
}

const silent = () => ''

function agent(each: PolicyAgent, given: Style): Written {
  const { email, role, name, customRole, reason, pendingUntil } = each
  const keys = [
    `role: ${role}`,
    ...(name === null ? [] : [`name: ${writeYamlText(name)}`]),
    ...(customRole === null
      ? []
      : [`custom_role: ${writeYamlValue(writeCustomRole(customRole.value))}`]),
    ...(reason === null ? [] : [`reason: ${writeYamlText(reason)}`]),
    ...(pendingUntil === null ? [] : [`pending_until: ${pendingUntil}`]),
  ]
  const key = writeYamlText(email)
  if (keys.length === 1) return [`${key}: ${role}`]
  const quiet = { ...given, comments: false, blank: false }
  return collection(
    key,
    keys.map((line) => [line]),
    given.entry,
    quiet,
    '{}',
    silent,
  )
}

function group({ key: name, settings: said, members }: PolicyGroup, given: Style): Written {
  const quiet = { ...given, comments: false, blank: false }
  const people = [...members.keys()].map((email) => [writeYamlText(email)])
  const list = (key: string) => collection(key, people, given.members, quiet, '[]', silent)
  const settings = Object.entries(said)
    .sort(([a], [b]) => Number(a > b) * -1 + Number(a < b))
    .map(([key, { value }]) => [`${key}: ${writeYamlValue(value)}`])
  const key = writeYamlText(name)
  if (settings.length === 0) return list(key)
  const entry = given.entry === 'flow' && given.members !== 'flow' ? 'tall' : given.entry
  if (entry === 'tall' && given.members === 'block') {
    const flat = collection('members', people, 'flow', quiet, '[]', silent)
    return collection(key, [...settings, flat], entry, quiet, '{}', silent)
  }
  return collection(key, [...settings, list('members')], entry, quiet, '{}', silent)
}
