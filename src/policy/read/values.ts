/** Checks values that the schema cannot check: origins, dates, severities, rules and waivers. */

import { isAlwaysCritical } from '../../core/messages/finding-records.ts'
import { isDay } from '../../core/model/dates.ts'
import { isPattern } from '../../core/model/pattern.ts'
import { checkWaiverAddress } from './addresses.ts'
import { type Problems, quoteName, reportOnce } from './problems.ts'
import {
  getEntries,
  getEntry,
  getItems,
  getNumber,
  getText,
  getValue,
  type TreeNode,
} from './tree.ts'

/** `server` must be an http or https origin and nothing more. */
export function checkServerKey(problems: Problems, node: TreeNode | undefined): void {
  const text = getText(node)
  if (node === undefined || text === null) return
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
  if (node === undefined || text === null || isDay(text)) return
  reportOnce(problems, 'policy-value', node, {
    summary: `\`${key}\` of ${nameOwner()} is ${text}, which is not a valid date.`,
    advice: 'Write a valid date as YYYY-MM-DD, for example 2026-12-15.',
  })
}

/** A policy must not lower the severity of a finding that is always critical. */
export function checkSeverity(problems: Problems, severity: TreeNode | undefined): void {
  for (const entry of getEntries(severity)) {
    if (!isAlwaysCritical(entry.key)) continue
    reportOnce(problems, 'policy-critical-finding', entry, {
      summary: `${quoteName(entry.key)} is always critical: its severity must be \`error\`.`,
      detail:
        'This finding can give somebody control of the whole account, so a policy cannot lower its severity.',
      advice:
        'Remove the line. To accept one such finding temporarily, add a waiver with its exact address.',
    })
  }
}

/** @param hasAgents also if the key `agents` may be a misspelt one */
export function checkRules(
  problems: Problems,
  rules: TreeNode | undefined,
  hasAgents: boolean,
): void {
  const administrators = getValue(rules, 'administrators')
  const [min, max] = [getEntry(administrators, 'min'), getEntry(administrators, 'max')]
  const [fewest, most] = [getNumber(min?.value), getNumber(max?.value)]
  if (max !== undefined && fewest !== null && most !== null && fewest > most) {
    reportOnce(problems, 'policy-value', max.value, {
      summary: `\`rules.administrators.max\` is ${most}, but \`min\` is ${fewest}.`,
      detail: 'No account can meet both.',
      advice: 'Raise `max` or lower `min`.',
    })
  }
  const reason = getEntry(administrators, 'require_reason')
  const required = reason?.value.kind === 'scalar' && reason.value.value === true
  if (reason !== undefined && required && !hasAgents) {
    reportOnce(problems, 'policy-missing-key', reason, {
      summary: '`rules.administrators.require_reason` needs the key `agents`.',
      detail: 'The reason belongs in the entry of each administrator.',
      advice: 'List the administrators under `agents`, or remove `require_reason`.',
    })
  }
}

/** What each waiver accepts, and its address. */
export function checkWaivers(problems: Problems, waivers: TreeNode | undefined): void {
  for (const [index, waiver] of getItems(waivers).entries()) {
    checkDate(problems, waiver, 'expires', () => `waiver ${index + 1}`)
    const code = getText(getValue(waiver, 'finding'))
    const address = getValue(waiver, 'address')
    const text = getText(address)
    if (address !== undefined) checkWaiverAddress(problems, address, code)
    if (address === undefined || code === null || text === null) continue
    if (!isAlwaysCritical(code) || !isPattern(text)) continue
    reportOnce(problems, 'policy-critical-finding', address, {
      summary: `${quoteName(code)} is critical, but ${quoteName(text)} is a pattern: accept critical findings one by one.`,
      detail: 'A pattern would also accept the next person who becomes administrator.',
      advice: 'Write one waiver with the exact address for each.',
    })
  }
}
