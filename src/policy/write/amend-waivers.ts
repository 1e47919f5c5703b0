/** Amends the `waivers` of a policy's text: removes some, and writes new ones below the others. */
import type { Amendments, NewWaiver } from '../../core/adopt/amendments.ts'
import { findLineStart } from '../read/lines.ts'
import { getItems, type MapNode } from '../read/tree.ts'
import { type Addition, changeCollection, UNKNOWN_LAYOUT } from './collection.ts'
import type { Page } from './splice.ts'
import { writeYamlValue } from './yaml.ts'

export function amendWaivers(page: Page, root: MapNode, { waivers }: Amendments): void {
  const section = root.entries.get('waivers')
  if (section === undefined) {
    if (waivers.add.length > 0) addSection(page, root, waivers.add)
    return
  }
  const after = getItems(section.value).length - 1
  const additions = waivers.add.map((waiver): Addition => {
    const lines = listKeys(waiver)
    return {
      after,
      lines: lines.map((line, index) => (index === 0 ? line : `  ${line}`)),
      inline: `{ ${lines.join(', ')} }`,
    }
  })
  changeCollection(page, section, (index) => waivers.remove.has(index), additions)
}

function listKeys({ finding, address, reason, owner, expires }: NewWaiver): readonly string[] {
  return Object.entries({ finding, address, reason, owner, expires }).map(
    ([key, value]) => `${key}: ${writeYamlValue(value, key)}`,
  )
}

/** At the end of the text, below a blank line. */
function addSection(page: Page, root: MapNode, waivers: readonly NewWaiver[]): void {
  const { text, eol, edits } = page
  const [first] = root.entries.values()
  const start = first?.span.start ?? 0
  const indent = text.slice(findLineStart(page, start), start)
  const endsWithMark = /^(?:\.\.\.|---)(?:\s|$)/m.test(text.slice(start))
  if (page.inBrackets || indent.trim() !== '' || endsWithMark) throw UNKNOWN_LAYOUT
  const lines = [
    'waivers:',
    ...waivers.flatMap((waiver) =>
      listKeys(waiver).map((line, index) => `  ${index === 0 ? '- ' : '  '}${line}`),
    ),
  ].map((line) => `${indent}${line}`)
  const [open, close] = text.endsWith('\n') ? ['', eol] : [eol, '']
  edits.push({
    start: text.length,
    end: text.length,
    text: `${open}${eol}${lines.join(eol)}${close}`,
  })
}
