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
import { makeGroupSubject } from './build.ts'
import { checkCustomRoles, hasIdentity } from './custom-roles.ts'
import { MANAGING_SECTIONS } from './other-file.ts'
import {
  describeSameIdentity,
  formatPlace,
  listTexts,
  type Placed,
  type Problems,
  quoteName,
  report,
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
  getText,
  getValue,
  type MapNode,
  type TreeNode,
} from './tree.ts'
import { checkDate, checkRules, checkServerKey, checkSeverity, checkWaivers } from './values.ts'
import { findEmail } from './wording.ts'

/** A suggestion compares a name with every person, so thousands of suggestions would take too long. */
const MAX_SUGGESTIONS = 20

interface Context {
  readonly problems: Problems
  readonly root: MapNode
  readonly misspelt: Misspelt
}

interface People {
  /** People under `agents`, by normalised address. */
  readonly declared: ReadonlyMap<string, Entry>
  readonly ignored: ReadonlySet<string>
  /** Whether everybody who is not in `declared` is certainly not an agent of the policy. */
  readonly complete: boolean
  /** Keys that are not e-mail addresses, as written. A member may be one of them, misspelt. */
  readonly unreadable: readonly string[]
}

export function checkMeaning(problems: Problems, root: TreeNode, misspelt: Misspelt): void {
  if (root.kind !== 'map') return
  const context: Context = { problems, root, misspelt }
  const ignore = getValue(getValue(root, 'scope'), 'ignore')
  const ignoredAgents = listTexts(problems, getValue(ignore, 'agents'))
  for (const pattern of ignoredAgents) checkPeoplePattern(problems, pattern)
  checkManaged(context)
  checkServerKey(problems, getValue(root, 'server'))
  checkSeverity(problems, getValue(root, 'severity'))
  checkWaivers(problems, getValue(root, 'waivers'))
  const hasAgents = root.open || root.entries.has('agents') || misspelt.get(root)?.has('agents')
  checkRules(problems, getValue(root, 'rules'), hasAgents === true)
  checkDomains(problems, getValue(getValue(root, 'rules'), 'email_domains'))
  checkProtected(problems, getValue(getValue(root, 'apply'), 'protect'))
  const people = checkAgents(context, ignoredAgents)
  checkCustomRoles(problems, root)
  for (const of of KINDS) {
    const patterns = listTexts(problems, getValue(ignore, of.section))
    checkGroups(of, context, people, ignoredAgents, patterns)
  }
}

function checkManaged({ problems, root, misspelt }: Context): void {
  const { entries, open, span } = root
  if (open || MANAGING_SECTIONS.some((key) => entries.has(key) || misspelt.get(root)?.has(key)))
    return
  report(problems, 'policy-nothing-managed', span, {
    summary: `The policy has none of the keys ${MANAGING_SECTIONS.map(quoteName).join(', ')}, so it manages nothing.`,
    detail: 'rollcall does not manage a section that is missing.',
    advice: 'Add `agents:` with e-mail addresses and roles, or `teams:` with names and members.',
  })
}

function checkProtected(problems: Problems, list: TreeNode | undefined): void {
  for (const { key: text, node } of listTexts(problems, list)) {
    // It would protect nobody.
    if (isPattern(text)) {
      reportOnce(problems, 'policy-value', node, {
        summary: `${quoteName(text)} is a pattern, and \`apply.protect\` needs addresses.`,
        advice: 'Write the address of each person.',
      })
    } else checkEmail(problems, node, text)
  }
}

function checkAgents(context: Context, patterns: readonly Text[]): People {
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
      unreadable.push(findEmail(entry.key) ?? entry.key.replace(/\s*\bat\b\s*/, '@'))
      continue
    }
    const meant = checkEmail(problems, entry, entry.key)
    const email = normaliseEmail(meant)
    if (reportRepeated(problems, declared, email, entry)) continue
    const pattern = patterns.find((each) => matches(each.key, meant, normaliseEmail))
    if (pattern !== undefined) {
      ignored.add(email)
      reportIgnored(problems, entry, entry.key, pattern)
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
  agentPatterns: readonly Text[],
  patterns: readonly Text[],
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
        ? agentPatterns.find((each) => matches(each.key, written, normaliseEmail))
        : undefined
    if (pattern !== undefined) {
      reportIgnored(problems, item, written, pattern)
      return
    }
    if (agent !== undefined || !people.complete) return
    if (findNearest(email, people.unreadable) !== null) return
    suggestions += 1
    const known = suggestions <= MAX_SUGGESTIONS ? findNearest(email, people.declared.keys()) : null
    const meant = known === null ? null : correctEmail(people.declared.get(known)?.key ?? '')
    reportOnce(problems, 'policy-undeclared-member', item, {
      summary: `${quoteName(written)} is a member of ${addArticle(of.label)}, but is not listed under \`agents\`.`,
      advice:
        suggest(meant, email) ??
        `Add the address to \`agents\`, or remove it from the ${of.label}.`,
    })
  }
  for (const entry of getEntries(getValue(root, of.section))) {
    const seen = new Map<string, Text>()
    for (const text of listTexts(problems, getList(entry.value, 'members'))) {
      const meant = checkEmail(problems, text.node, text.key)
      const email = normaliseEmail(meant)
      if (reportRepeated(problems, seen, email, text, text.node)) continue
      checkMember(text.node, meant, email)
    }
    if (problems.faulty.has(entry) || !hasIdentity(entry)) continue
    const { name, id } = makeGroupSubject(of, entry)
    const why = of.repeats === null ? {} : describeSameIdentity(id)
    if (reportRepeated(problems, groups, id ?? of.normalise(name), entry, entry, why)) continue
    const pattern = patterns.find((each) => matches(each.key, name, of.normalise))
    if (pattern !== undefined) reportIgnored(problems, entry, entry.key, pattern)
  }
}

function reportIgnored(problems: Problems, subject: Placed, name: string, pattern: Text): void {
  const place = formatPlace(problems, pattern.span)
  reportOnce(problems, 'policy-declared-and-ignored', subject, {
    summary: `${quoteName(name)} is listed, but the pattern ${quoteName(pattern.key)} at ${place} ignores it.`,
  })
}
