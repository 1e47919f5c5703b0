/**
 * Finds marks around a name that belong to a list, a diff or a word processor, or were typed twice:
 * without an error, the policy would mean another person or team. In quotes, every mark is accepted.
 */
import { correctEmail } from '../../core/model/mistyped.ts'
import { MANAGING_SECTIONS } from './other-file.ts'
import { type Placed, type Problems, quoteName, reportOnce } from './problems.ts'
import { getEntries, getItems, getList, getText, getValue, type TreeNode } from './tree.ts'

// A phone number begins with a plus.
const BEFORE = /^(?:[-+](?=[^\s\d(])|[•·–—\u200b\u2060\ufeff]\s*)/
const AFTER = /\s*(?:[:;,]|(?<!\[.*)\]|(?<!\{.*)\}|(?<!\(.*)\))+$/
const NAME_KEYS = ['name', 'custom_role']
const QUOTE = /["“”„‟«»]/g
const OUTER_QUOTES = /^["“”„‟«»]\s*|\s*["“”„‟«»]$/g

/** Without the marks that nobody would give a name. */
function correctName(written: string): string {
  const name = written.replace(BEFORE, '').replace(AFTER, '')
  const quotes = name.match(QUOTE)?.length ?? 0
  const bare = name.replace(OUTER_QUOTES, '')
  const isPair = name.length - bare.length >= 2 && quotes === 2
  return quotes % 2 === 1 || isPair ? bare : name
}

export function checkNames(problems: Problems, root: TreeNode): void {
  for (const [subject, name] of listNames(root)) {
    const isQuoted = /["'|>]/.test(problems.source.text.charAt(subject.span.start))
    // Addresses have a check of their own.
    if (isQuoted || (name.includes('@') && correctEmail(name) !== name.trim())) continue
    const meant = correctName(name)
    if (meant === name) continue
    const quote = name.includes('"') ? "'" : '"'
    reportOnce(problems, 'policy-value', subject, {
      summary: `${quoteName(name)} begins or ends with a mark that seems not to be part of it.`,
      advice: `Write ${quoteName(meant)}. If the mark is part of it, put it in quotes: ${quote}${name}${quote}.`,
    })
  }
}

function* listNames(root: TreeNode): Iterable<readonly [Placed, string]> {
  const ignore = getValue(getValue(root, 'scope'), 'ignore')
  const waivers = getItems(getValue(root, 'waivers'))
  const texts = waivers.map((waiver) => getValue(waiver, 'address'))
  for (const section of MANAGING_SECTIONS) {
    texts.push(...getItems(getValue(ignore, section)))
    for (const entry of getEntries(getValue(root, section))) {
      yield [entry, entry.key]
      texts.push(...NAME_KEYS.map((key) => getValue(entry.value, key)))
      texts.push(...getItems(getList(entry.value, 'members')))
    }
  }
  for (const node of texts) {
    const text = getText(node)
    if (node !== undefined && text !== null) yield [node, text]
  }
}
