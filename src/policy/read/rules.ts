/** Checks the values of `rules` together. */
import { type Problems, reportOnce } from './problems.ts'
import { getEntry, getNumber, getValue, type MapNode, type TreeNode } from './tree.ts'

export function checkRules(problems: Problems, rules: TreeNode | undefined, root: MapNode): void {
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
  if (reason !== undefined && required && !root.open && !root.entries.has('agents')) {
    reportOnce(problems, 'policy-missing-key', reason, {
      summary: '`rules.administrators.require_reason` needs the key `agents`.',
      detail: 'The reason belongs in the entry of each administrator.',
      advice: 'List the administrators under `agents`, or remove `require_reason`.',
    })
  }
}
