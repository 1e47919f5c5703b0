/**
 * Turns changed statements of a policy into edits of its text. Every other line stays byte for byte.
 * The caller must check that the result means what it should, by parsing and planning it like any
 * policy.
 */
import type { Amendments } from '../../core/adopt/amendments.ts'
import type { Policy } from '../../core/model/policy.ts'
import { startProblems } from '../read/problems.ts'
import { makeSourceText } from '../read/source-text.ts'
import { readTree } from '../read/syntax.ts'
import { getEntry } from '../read/tree.ts'
import { amendAgents } from './amend-agents.ts'
import { amendCustomRoles, amendGroups } from './amend-named.ts'
import { amendWaivers } from './amend-waivers.ts'
import { isFlow, UNKNOWN_LAYOUT } from './collection.ts'
import { type Page, type Spliced, splice } from './splice.ts'

/** Null: only a person can change this layout safely. */
export function amend({ path, text, groups }: Policy, amendments: Amendments): Spliced | null {
  const tree = readTree(startProblems(makeSourceText(path, text)))
  if (tree === null) return null
  const eol = /\r\n/.test(text) ? '\r\n' : '\n'
  const page: Page = { text, eol, inBrackets: isFlow({ text }, tree.span), edits: [] }
  try {
    const agents = getEntry(tree, 'agents')
    if (agents !== undefined) amendAgents(page, agents, amendments)
    const customRoles = getEntry(tree, 'custom_roles')
    if (customRoles !== undefined) amendCustomRoles(page, customRoles, amendments)
    for (const { of } of groups) {
      const section = getEntry(tree, of.section)
      if (section !== undefined) amendGroups(of, page, section, amendments)
    }
    if (tree.kind === 'map') amendWaivers(page, tree, amendments)
    return splice(text, page.edits)
  } catch (error) {
    if (error === UNKNOWN_LAYOUT) return null
    throw error
  }
}
