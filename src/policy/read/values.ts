/**
 * Checks single values that the schema cannot check: whether a text is an origin, whether a date exists.
 */

import { isAlwaysCritical } from '../../core/messages/finding-records.ts'
import { isDay } from '../../core/model/dates.ts'
import { type Problems, quoteName, reportOnce } from './problems.ts'
import { getEntries, getText, getValue, type TreeNode } from './tree.ts'

/** `server` must be an http or https origin and nothing more. */
export function checkServerKey(problems: Problems, node: TreeNode | undefined): void {
  const text = getText(node)
  if (node === undefined || text === null || problems.faulty.has(node)) return
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) {
    reportOnce(problems, 'policy-value', node, {
      summary: `\`server\` must be the http or https address of a server, not ${quoteName(text)}.`,
      advice: 'Write the scheme and the host, for example https://chat.acme.com.',
    })
    return
  }
  if (url.href === `${url.origin}/`) return
  reportOnce(problems, 'policy-value', node, {
    summary: '`server` must not contain a path, a query or credentials.',
    advice: `Write ${quoteName(url.origin)}.`,
  })
}

/** @param nameOwner gives the entry with the date, as a message names it */
export function checkDate(
  problems: Problems,
  map: TreeNode,
  key: string,
  nameOwner: () => string,
): void {
  const node = getValue(map, key)
  const text = getText(node)
  if (node === undefined || text === null || problems.faulty.has(node)) return
  if (isDay(text)) return
  reportOnce(problems, 'policy-value', node, {
    summary: `\`${key}\` of ${nameOwner()} is ${text}, which is not a valid date.`,
    advice: 'Write a valid date as YYYY-MM-DD, for example 2026-12-15.',
  })
}

/** A policy must not lower the severity of a finding that is always critical. */
export function checkSeverity(problems: Problems, severity: TreeNode | undefined): void {
  for (const entry of getEntries(severity)) {
    if (problems.faulty.has(entry) || !isAlwaysCritical(entry.key)) continue
    reportOnce(problems, 'policy-critical-finding', entry, {
      summary: `${quoteName(entry.key)} is always critical: its severity must be \`error\`.`,
      detail:
        'This finding can give somebody control of the whole account, so a policy cannot lower its severity.',
      advice:
        'Remove the line. To accept one such finding temporarily, add a waiver with its exact address.',
    })
  }
}
