/** Recognises another file of rollcall than the one that belongs here. Knows nothing of its content. */
import { KINDS } from '../../core/model/kinds.ts'
import { mayContainToken } from '../../core/model/visible.ts'
import { findNearest } from '../nearest.ts'
import { listKeysAt } from '../places.ts'
import { type Problems, quoteName, report } from './problems.ts'
import type { Span } from './source-text.ts'
import {
  getEntries,
  getEntry,
  getItems,
  getNumber,
  getText,
  getValue,
  type TreeNode,
} from './tree.ts'
import { ANY_SECTION } from './wording.ts'

/** The keys that say what rollcall manages. A policy has at least one. */
export const MANAGING_SECTIONS = ['agents', 'custom_roles', ...KINDS.map((of) => of.section)]

/** Whether it is another file; one error then speaks for all of it. */
export function reportOtherFile(problems: Problems, root: TreeNode): boolean {
  const { noun } = problems
  const accounts = getEntry(root, 'accounts')
  const section = MANAGING_SECTIONS.flatMap((key) => getEntry(root, key) ?? [])[0]
  if (noun === 'fleet file') {
    if (accounts !== undefined || section === undefined) return false
    report(problems, 'policy-unknown-key', section.span, {
      summary: 'This is a policy, not a fleet file.',
      advice:
        'Leave out --fleet to use one policy, or write a fleet file that names it: docs/fleet.md.',
    })
    return true
  }
  const fleet = getItems(accounts?.value).some((item) => getEntry(item, 'policy') !== undefined)
  if (accounts !== undefined && section === undefined && fleet) {
    report(problems, 'policy-unknown-key', accounts.span, {
      summary: 'This is a fleet file, not a policy.',
      advice: 'Use it with --fleet, as in `rollcall plan --fleet FILE`, or name a policy.',
    })
    return true
  }
  const format = getEntry(root, 'format')
  const name = getText(format?.value) ?? ''
  if (format === undefined || !name.startsWith('rollcall.'))
    return reportForeignFile(problems, root)
  report(problems, 'policy-unknown-key', format.span, {
    summary: `This is a document of rollcall with the format ${quoteName(name)}, not a policy.`,
    advice:
      'Name a policy. A snapshot belongs after --snapshot, and an earlier report after --since.',
  })
  return true
}

const KEY_OF_POLICY = new RegExp(
  `(?:^|[\\s"'{,])(?:version|${MANAGING_SECTIONS.join('|')})\\b`,
  'i',
)

/**
 * Whether the text has no key of a policy, but something that may be a token: settings, headers, or the
 * token alone. Other messages quote what is wrong, so this one must come before them.
 */
export function reportSecretText(problems: Problems): boolean {
  const { text } = problems.source
  const isSecret = !KEY_OF_POLICY.test(text) && mayContainToken(text)
  if (isSecret) reportNoPolicy(problems, { start: 0, end: 1 })
  return isSecret
}

/** Of another program: its version is not 1, and it has no key that a policy has. */
function reportForeignFile(problems: Problems, root: TreeNode): boolean {
  const keys = [...getEntries(root)].map(({ key }) => key).filter((key) => key !== 'version')
  const isForeign = (key: string) => !key.includes('@') && findNearest(key, listKeysAt('')) === null
  if (getNumber(getValue(root, 'version')) === 1 || keys.length === 0 || !keys.every(isForeign))
    return false
  reportNoPolicy(problems, root.span)
  return true
}

function reportNoPolicy(problems: Problems, span: Span): void {
  report(problems, 'policy-nothing-managed', span, {
    summary: 'This is not a policy of rollcall: it has none of the keys of a policy.',
    advice: `Name a policy. A policy begins with \`version: 1\`, then lists ${ANY_SECTION}.`,
    isQuoted: false,
  })
}
