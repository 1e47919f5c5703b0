/**
 * Single values that the schema cannot judge: whether a text is an origin, whether a date exists.
 */

import { isAlwaysCritical } from '../../core/messages/finding-records.ts'
import { isDay } from '../../core/model/dates.ts'
import { type Problems, quoteName, reportOnce } from './problems.ts'
import { type Entry, getEntries, getEntry, getText, type TreeNode } from './tree.ts'

/** An http or https origin and nothing more. */
export function checkServer(problems: Problems, server: Entry | undefined): void {
  const node = server?.value
  const text = getText(node)
  if (node === undefined || text === null || problems.faulty.has(node)) return
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) {
    reportOnce(problems, 'policy-value', node, node.span, {
      summary: `\`server\` must be the http or https origin of a server, not ${quoteName(text)}.`,
      advice: 'Write scheme and host, for example https://chat.acme.com.',
    })
    return
  }
  if (url.href === `${url.origin}/`) return
  reportOnce(problems, 'policy-value', node, node.span, {
    summary: '`server` is more than an origin: it may have no path, query or credentials.',
    advice: `Write ${quoteName(url.origin)}.`,
  })
}

/** A date is a day of the calendar. `owner` is whose it is, as a message names it. */
export function checkDate(problems: Problems, map: TreeNode, key: string, owner: string): void {
  const node = getEntry(map, key)?.value
  const text = getText(node)
  if (node === undefined || text === null || problems.faulty.has(node)) return
  if (isDay(text)) return
  reportOnce(problems, 'policy-value', node, node.span, {
    summary: `\`${key}\` of ${owner} is ${text}, and there is no such day.`,
    advice: 'Write a day of the calendar as YYYY-MM-DD, for example 2026-12-15.',
  })
}

/** What is always critical counts whatever a policy says. */
export function checkSeverity(problems: Problems, severity: TreeNode | undefined): void {
  for (const entry of getEntries(severity)) {
    if (problems.faulty.has(entry) || !isAlwaysCritical(entry.key)) continue
    reportOnce(problems, 'policy-critical-finding', entry, entry.span, {
      summary: `${quoteName(entry.key)} is always critical: its severity stays \`error\`.`,
      detail: 'What gives away the whole account cannot be turned down by a policy.',
      advice:
        'Remove the line. To accept one such finding for a time, write a waiver with its exact address.',
    })
  }
}
