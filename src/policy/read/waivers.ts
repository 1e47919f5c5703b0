/** Checks what a waiver accepts, and its address. */
import { isAlwaysCritical } from '../../core/messages/finding-records.ts'
import { isPattern } from '../../core/model/pattern.ts'
import { checkWaiverAddress } from './addresses.ts'
import { type Problems, quoteName, reportOnce } from './problems.ts'
import { getItems, getText, getValue, type TreeNode } from './tree.ts'
import { checkDate } from './values.ts'

export function checkWaivers(problems: Problems, waivers: TreeNode | undefined): void {
  for (const [index, waiver] of getItems(waivers).entries()) {
    checkDate(problems, waiver, 'expires', () => `waiver ${index + 1}`)
    const code = getText(getValue(waiver, 'finding'))
    const address = getValue(waiver, 'address')
    const text = getText(address)
    if (address !== undefined) checkWaiverAddress(problems, address, code)
    if (address === undefined || code === null || text === null) continue
    if (problems.faulty.has(address) || !isAlwaysCritical(code) || !isPattern(text)) continue
    reportOnce(problems, 'policy-critical-finding', address, {
      summary: `${quoteName(code)} is critical, but ${quoteName(text)} is a pattern: accept critical findings one by one.`,
      detail: 'A pattern would also accept the next person who becomes administrator.',
      advice: 'Write one waiver with the exact address for each.',
    })
  }
}
