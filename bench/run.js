/**
 * `npm run bench`: prints the speed of rollcall as ratios to a reference from the same run.
 * `-- startup decide` runs only these rows, `-- --json` prints JSON. Never fails because of a number:
 * people judge the numbers.
 */
import { cpus } from 'node:os'
import { ROWS } from './rows.js'

const words = process.argv.slice(2)
const names = words.filter((word) => !word.startsWith('-'))
const unknown = [
  ...names.filter((word) => !Object.hasOwn(ROWS, word)),
  ...words.filter((word) => word.startsWith('-') && word !== '--json'),
]
async function runRows() {
  const json = words.includes('--json')
  const machine = `node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} CPUs`
  const lines = []
  if (!json) console.log(`${machine}\n\n${HEAD}`)
  for (const name of names.length > 0 ? names : Object.keys(ROWS)) {
    for (const line of await ROWS[name]()) {
      lines.push({ group: name, ...line })
      if (!json) console.log(formatLine(line))
    }
  }
  if (json) console.log(JSON.stringify({ machine, lines }, null, 2))
}

const HEAD = `${formatRow(['row', 'rollcall', 'reference', 'against', 'ratio', 'wanted'])}
${formatRow(['---', '---', '---', '---', '---', '---'])}`

/** @param {import('./rows.js').Line | import('./rows.js').Skipped} line */
function formatLine(line) {
  if ('skipped' in line) return formatRow([line.row, `skipped: ${line.skipped}`, '', '', '', ''])
  const { unit, subject, reference, against, ratio, wanted } = line
  const amount = (/** @type {number} */ each) => `${each.toFixed(each < 10 ? 1 : 0)} ${unit}`
  const word = ratio <= wanted ? '' : ' (missed)'
  const shownRatio = `${ratio.toFixed(2)}${word}`
  return formatRow([
    line.row,
    amount(subject),
    amount(reference),
    against,
    shownRatio,
    `<= ${wanted}`,
  ])
}

/** A row of a Markdown table. @param {readonly string[]} cells */
function formatRow(cells) {
  const widths = [20, 12, 12, 16, 14, 7]
  return `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`
}

if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}. Rows: ${Object.keys(ROWS).join(', ')}.`)
  process.exitCode = 1
} else {
  await runRows()
}
