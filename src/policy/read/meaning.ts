/**
 * What the statements of a policy mean together: names that become equal, members nobody declared,
 * people both declared and ignored. Works on half-broken policies too, and is silent wherever
 * something already reported may be the cause.
 */

import { type GroupKind, KINDS } from '../../core/model/kinds.ts'
import { correctedEmail } from '../../core/model/mistyped.ts'
import { normaliseEmail } from '../../core/model/names.ts'
import { matches } from '../../core/model/pattern.ts'
import { nearest } from '../nearest.ts'
import type { Misspelt } from '../schema.ts'
import { checkDomains, checkEmail, checkPeoplePattern } from './addressees.ts'
import { groupSubject } from './build.ts'
import { didYouMean, type Problems, placeName, quoted, report, reportOnce } from './problems.ts'
import { checkRules } from './rules.ts'
import type { Span } from './text.ts'
import {
  type Entry,
  entriesOf,
  entryOf,
  itemsOf,
  type MapNode,
  membersOf,
  type TreeNode,
  textOf,
} from './tree.ts'
import { checkDate, checkServer, checkSeverity } from './values.ts'
import { checkWaivers } from './waivers.ts'

/** Suggestions compare a name with everybody declared: thousands of them would take long. */
const MAX_SUGGESTIONS = 20

interface Pattern {
  readonly text: string
  readonly span: Span
  readonly node: TreeNode
}

interface Context {
  readonly problems: Problems
  readonly root: MapNode
  readonly misspelt: Misspelt
}

interface People {
  /** By normalised address. */
  readonly declared: ReadonlyMap<string, Entry>
  readonly ignored: ReadonlySet<string>
  /** Whether somebody who is not in `declared` is certainly not meant to be an agent. */
  readonly complete: boolean
  /** Keys that are no e-mail address, as written: one of them may be who a member stands for. */
  readonly unreadable: readonly string[]
}

export function checkMeaning(problems: Problems, root: TreeNode, misspelt: Misspelt): void {
  if (root.kind !== 'map') return
  const context: Context = { problems, root, misspelt }
  const ignore = entryOf(entryOf(root, 'scope')?.value, 'ignore')?.value
  const ignoredAgents = patternsOf(problems, entryOf(ignore, 'agents')?.value)
  for (const { text, node } of ignoredAgents) checkPeoplePattern(problems, node, text)
  checkManaged(context)
  checkServer(problems, entryOf(root, 'server'))
  checkSeverity(problems, entryOf(root, 'severity')?.value)
  checkWaivers(problems, entryOf(root, 'waivers')?.value)
  checkRules(problems, entryOf(root, 'rules')?.value, root)
  checkDomains(problems, entryOf(entryOf(root, 'rules')?.value, 'email_domains')?.value)
  const people = checkAgents(context, ignoredAgents)
  for (const of of KINDS) {
    const patterns = patternsOf(problems, entryOf(ignore, of.section)?.value)
    checkGroups(of, context, people, ignoredAgents, patterns)
  }
}

function checkManaged({ problems, root, misspelt }: Context): void {
  const { entries, open, span } = root
  const sections = ['agents', ...KINDS.map((of) => of.section)]
  if (open || sections.some((key) => entries.has(key) || misspelt.get(root)?.has(key))) return
  report(problems, 'policy-nothing-managed', span, {
    summary: 'The policy has neither `agents` nor `teams`, so it manages nothing.',
    detail: 'A section that is left out is not managed.',
    advice: 'Add `agents:` with e-mail addresses and roles, or `teams:` with names and members.',
  })
}

function checkAgents(context: Context, patterns: readonly Pattern[]): People {
  const { problems, root } = context
  const section = entryOf(root, 'agents')
  const declared = new Map<string, Entry>()
  const ignored = new Set<string>()
  const unreadable: string[] = []
  for (const entry of entriesOf(section?.value)) {
    checkDate(problems, entry.value, 'expires', quoted(entry.key))
    checkDate(problems, entry.value, 'pending_until', quoted(entry.key))
    if (problems.faulty.has(entry)) {
      unreadable.push(entry.key)
      continue
    }
    const meant = checkEmail(problems, entry, entry.span, entry.key)
    const email = normaliseEmail(meant)
    const first = declared.get(email)
    if (first !== undefined) {
      reportSame(problems, entry, entry.key, entry.span, first)
      continue
    }
    declared.set(email, entry)
    const pattern = patterns.find((each) => matches(each.text, meant, normaliseEmail))
    if (pattern !== undefined) {
      ignored.add(email)
      reportIgnored(problems, entry, entry.key, entry.span, pattern)
    }
  }
  if (section?.value.kind !== 'map') return { declared, ignored, unreadable, complete: false }
  const certain = !section.value.open && !section.doubtful
  if (certain && [...section.value.entries.values()].every(isPlainAgent)) {
    report(problems, 'policy-no-administrator', section.span, {
      summary: 'The policy lists agents, but no administrator.',
      detail: 'Nobody could manage an account that follows it.',
      advice: 'Give at least one person the role `administrator`.',
    })
  }
  return { declared, ignored, unreadable, complete: certain && ownsEverybody(context) }
}

/** False also where the role could not be read. */
function isPlainAgent(entry: Entry): boolean {
  const role = entryOf(entry.value, 'role')
  if (entry.doubtful || role?.doubtful) return false
  return (textOf(entry.value) ?? textOf(role?.value)) === 'agent'
}

/** Whether `scope.agents` is certainly `all`. */
function ownsEverybody({ root, misspelt }: Context): boolean {
  const scope = entryOf(root, 'scope')
  if (scope === undefined) return !root.open && !misspelt.get(root)?.has('scope')
  if (scope.value.kind !== 'map' || scope.value.open || scope.doubtful) return false
  const agents = scope.value.entries.get('agents')
  if (agents === undefined) return !misspelt.get(scope.value)?.has('agents')
  return textOf(agents.value) === 'all' && !agents.doubtful
}

function checkGroups(
  of: GroupKind,
  { problems, root }: Context,
  people: People,
  agentPatterns: readonly Pattern[],
  patterns: readonly Pattern[],
): void {
  const groups = new Map<string, Entry>()
  let suggestions = 0
  const checkMember = (item: TreeNode, written: string, email: string): void => {
    const agent = people.declared.get(email)
    // Declared and ignored: said at the agent already.
    if (people.ignored.has(email)) return
    const pattern =
      agent === undefined
        ? agentPatterns.find((each) => matches(each.text, written, normaliseEmail))
        : undefined
    if (pattern !== undefined) {
      reportIgnored(problems, item, written, item.span, pattern)
      return
    }
    if (agent !== undefined || !people.complete) return
    if (nearest(email, people.unreadable) !== null) return
    suggestions += 1
    const known = suggestions <= MAX_SUGGESTIONS ? nearest(email, people.declared.keys()) : null
    const meant = known === null ? null : correctedEmail(people.declared.get(known)?.key ?? '')
    reportOnce(problems, 'policy-undeclared-member', item, item.span, {
      summary: `${quoted(written)} is a member of a ${of.label}, but is not listed under \`agents\`.`,
      advice:
        didYouMean(meant, email) ??
        `Add the address to \`agents\`, or remove it from the ${of.label}.`,
    })
  }
  for (const entry of entriesOf(entryOf(root, of.section)?.value)) {
    checkMembers(problems, membersOf(entry.value), checkMember)
    if (problems.faulty.has(entry)) continue
    const { name, id } = groupSubject(of, entry)
    const meant = `${of.normalise(name)} ${id ?? ''}`
    const first = groups.get(meant)
    if (first !== undefined) {
      reportSame(problems, entry, entry.key, entry.span, first)
      continue
    }
    groups.set(meant, entry)
    const pattern = patterns.find((each) => matches(each.text, name, of.normalise))
    if (pattern !== undefined) reportIgnored(problems, entry, entry.key, entry.span, pattern)
  }
}

function checkMembers(
  problems: Problems,
  members: TreeNode | undefined,
  checkMember: (item: TreeNode, written: string, email: string) => void,
): void {
  const seen = new Map<string, { key: string; span: Span }>()
  for (const item of itemsOf(members)) {
    const written = textOf(item)
    if (written === null || problems.faulty.has(item)) continue
    const meant = checkEmail(problems, item, item.span, written)
    const email = normaliseEmail(meant)
    const first = seen.get(email)
    if (first !== undefined) {
      reportSame(problems, item, written, item.span, first)
      continue
    }
    seen.set(email, { key: written, span: item.span })
    checkMember(item, meant, email)
  }
}

function patternsOf(problems: Problems, list: TreeNode | undefined): readonly Pattern[] {
  return itemsOf(list).flatMap((item) => {
    const text = textOf(item)
    return text === null || problems.faulty.has(item) ? [] : [{ text, span: item.span, node: item }]
  })
}

function reportSame(
  problems: Problems,
  subject: object,
  name: string,
  span: Span,
  first: { readonly key: string; readonly span: Span },
): void {
  const spelling = first.key === name ? '' : ` as ${quoted(first.key)}`
  reportOnce(problems, 'policy-duplicate-entry', subject, span, {
    summary: `${quoted(name)} is already listed at ${placeName(problems, first.span)}${spelling}.`,
    detail: spelling === '' ? null : 'Both are the same name to Chatwoot or to rollcall.',
  })
}

function reportIgnored(
  problems: Problems,
  subject: object,
  name: string,
  span: Span,
  pattern: Pattern,
): void {
  const place = placeName(problems, pattern.span)
  reportOnce(problems, 'policy-declared-and-ignored', subject, span, {
    summary: `${quoted(name)} is listed, but the pattern ${quoted(pattern.text)} at ${place} ignores it.`,
  })
}
