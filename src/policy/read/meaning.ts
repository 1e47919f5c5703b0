/**
 * Checks the statements of a policy together: duplicate names, members who are not under `agents`,
 * people who are both listed and ignored. Also works on policies with errors, and reports nothing
 * that an error already reported may have caused.
 */

import { addArticle } from '../../core/messages/phrase.ts'
import { type GroupKind, KINDS } from '../../core/model/kinds.ts'
import { correctEmail } from '../../core/model/mistyped.ts'
import { normaliseEmail } from '../../core/model/names.ts'
import { isPattern, matches } from '../../core/model/pattern.ts'
import { findNearest } from '../nearest.ts'
import type { Misspelt } from '../schema.ts'
import { checkDomains, checkEmail, checkPeoplePattern } from './addresses.ts'
import { groupSubject } from './build.ts'
import { checkCustomRoles } from './custom-roles.ts'
import {
  formatPlace,
  type Problems,
  quoteName,
  report,
  reportOnce,
  reportSame,
  suggest,
} from './problems.ts'
import { checkRules } from './rules.ts'
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
import { checkDate, checkServer, checkSeverity } from './values.ts'
import { checkWaivers } from './waivers.ts'

/** A suggestion compares a name with every person, so thousands of suggestions would take too long. */
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
  /** People under `agents`, by normalised address. */
  readonly declared: ReadonlyMap<string, Entry>
  readonly ignored: ReadonlySet<string>
  /** Whether everybody who is missing in `declared` is certainly not an agent of the policy. */
  readonly complete: boolean
  /** Keys that are not e-mail addresses, as written. A member may be one of them, misspelt. */
  readonly unreadable: readonly string[]
}

export function checkMeaning(problems: Problems, root: TreeNode, misspelt: Misspelt): void {
  if (root.kind !== 'map') return
  const context: Context = { problems, root, misspelt }
  const ignore = getEntry(getEntry(root, 'scope')?.value, 'ignore')?.value
  const ignoredAgents = readPatterns(problems, getEntry(ignore, 'agents')?.value)
  for (const { text, node } of ignoredAgents) checkPeoplePattern(problems, node, text)
  checkManaged(context)
  checkServer(problems, getEntry(root, 'server'))
  checkSeverity(problems, getEntry(root, 'severity')?.value)
  checkWaivers(problems, getEntry(root, 'waivers')?.value)
  checkRules(problems, getEntry(root, 'rules')?.value, root)
  checkDomains(problems, getEntry(getEntry(root, 'rules')?.value, 'email_domains')?.value)
  checkProtected(problems, getEntry(getEntry(root, 'apply')?.value, 'protect')?.value)
  const people = checkAgents(context, ignoredAgents)
  checkCustomRoles(problems, root)
  for (const of of KINDS) {
    const patterns = readPatterns(problems, getEntry(ignore, of.section)?.value)
    checkGroups(of, context, people, ignoredAgents, patterns)
  }
}

function checkManaged({ problems, root, misspelt }: Context): void {
  const { entries, open, span } = root
  const sections = ['agents', 'custom_roles', ...KINDS.map((of) => of.section)]
  if (open || sections.some((key) => entries.has(key) || misspelt.get(root)?.has(key))) return
  report(problems, 'policy-nothing-managed', span, {
    summary: `The policy has none of the keys ${sections.map(quoteName).join(', ')}, so it manages nothing.`,
    detail: 'rollcall does not manage a section that is missing.',
    advice: 'Add `agents:` with e-mail addresses and roles, or `teams:` with names and members.',
  })
}

function checkProtected(problems: Problems, list: TreeNode | undefined): void {
  for (const item of getItems(list)) {
    const text = getText(item)
    if (text === null || problems.faulty.has(item)) continue
    // It would protect nobody.
    if (isPattern(text)) {
      reportOnce(problems, 'policy-value', item, item.span, {
        summary: `${quoteName(text)} is a pattern, and \`apply.protect\` needs addresses.`,
        advice: 'Write the address of each person.',
      })
    } else checkEmail(problems, item, item.span, text)
  }
}

function checkAgents(context: Context, patterns: readonly Pattern[]): People {
  const { problems, root } = context
  const section = getEntry(root, 'agents')
  const declared = new Map<string, Entry>()
  const ignored = new Set<string>()
  const unreadable: string[] = []
  for (const entry of getEntries(section?.value)) {
    const nameEntry = () => quoteName(entry.key)
    checkDate(problems, entry.value, 'expires', nameEntry)
    checkDate(problems, entry.value, 'pending_until', nameEntry)
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
      detail: 'Without an administrator nobody can manage the account.',
      advice: 'Give at least one person the role `administrator`.',
    })
  }
  return { declared, ignored, unreadable, complete: certain && managesEverybody(context) }
}

/** Also false if the role is unreadable. */
function isPlainAgent(entry: Entry): boolean {
  const role = getEntry(entry.value, 'role')
  if (entry.doubtful || role?.doubtful) return false
  return (getText(entry.value) ?? getText(role?.value)) === 'agent'
}

/** Whether `scope.agents` is certainly `all`. */
function managesEverybody({ root, misspelt }: Context): boolean {
  const scope = getEntry(root, 'scope')
  if (scope === undefined) return !root.open && !misspelt.get(root)?.has('scope')
  if (scope.value.kind !== 'map' || scope.value.open || scope.doubtful) return false
  const agents = scope.value.entries.get('agents')
  if (agents === undefined) return !misspelt.get(scope.value)?.has('agents')
  return getText(agents.value) === 'all' && !agents.doubtful
}

function checkGroups(
  of: GroupKind,
  { problems, root }: Context,
  people: People,
  agentPatterns: readonly Pattern[],
  patterns: readonly Pattern[],
): void {
  /** By id, or by name where there is none. */
  const groups = new Map<string | number, Entry>()
  let suggestions = 0
  const checkMember = (item: TreeNode, written: string, email: string): void => {
    const agent = people.declared.get(email)
    // Listed and ignored: the entry of the agent already has this error.
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
    if (findNearest(email, people.unreadable) !== null) return
    suggestions += 1
    const known = suggestions <= MAX_SUGGESTIONS ? findNearest(email, people.declared.keys()) : null
    const meant = known === null ? null : correctEmail(people.declared.get(known)?.key ?? '')
    reportOnce(problems, 'policy-undeclared-member', item, item.span, {
      summary: `${quoteName(written)} is a member of ${addArticle(of.label)}, but is not listed under \`agents\`.`,
      advice:
        suggest(meant, email) ??
        `Add the address to \`agents\`, or remove it from the ${of.label}.`,
    })
  }
  for (const entry of getEntries(getEntry(root, of.section)?.value)) {
    checkMembers(problems, getList(entry.value, 'members'), checkMember)
    if (problems.faulty.has(entry)) continue
    const { name, id } = groupSubject(of, entry)
    const meant = id ?? of.normalise(name)
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
  for (const item of getItems(members)) {
    const written = getText(item)
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

function readPatterns(problems: Problems, list: TreeNode | undefined): readonly Pattern[] {
  return getItems(list).flatMap((item) => {
    const text = getText(item)
    return text === null || problems.faulty.has(item) ? [] : [{ text, span: item.span, node: item }]
  })
}

function reportIgnored(
  problems: Problems,
  subject: object,
  name: string,
  span: Span,
  pattern: Pattern,
): void {
  const place = formatPlace(problems, pattern.span)
  reportOnce(problems, 'policy-declared-and-ignored', subject, span, {
    summary: `${quoteName(name)} is listed, but the pattern ${quoteName(pattern.text)} at ${place} ignores it.`,
  })
}
