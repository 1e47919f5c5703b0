/**
 * Addresses, domains, patterns and waivers that can match nobody on any server. Each error has the value that
 * was probably meant. Characters that nobody sees are fine where they are written as escapes.
 */
import { FINDINGS, type FindingRecord, isFindingCode } from '../../core/messages/finding-records.ts'
import type { Subject } from '../../core/model/address.ts'
import { correctedDomain, correctedEmail, isDomain, isEmail } from '../../core/model/mistyped.ts'
import { isPattern } from '../../core/model/pattern.ts'
import { type Problems, quoteName, reportOnce } from './problems.ts'
import type { Span } from './source-text.ts'
import { getItems, getText, type TreeNode } from './tree.ts'

/** Also NFC cannot show what these are: spaces without width, marks for directions, fillers. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** What stands there as such, not as an escape; none where all is well. */
function findInvisible({ source }: Problems, span: Span, value: string): readonly string[] {
  const found = new Set(value.trim().match(INVISIBLE))
  if (found.size === 0) return []
  const text = source.text.slice(span.start, span.end)
  return [...found].filter((each) => text.includes(each))
}

function removeCharacters(text: string, characters: readonly string[]): string {
  return characters.reduce((rest, each) => rest.replaceAll(each, ''), text)
}

const formatCode = (character: string) =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

const escapeCharacter = (character: string) => {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
}

/** Reports a value that is written with characters that nobody sees; true where it did. */
function checkVisible(
  problems: Problems,
  subject: object,
  span: Span,
  value: string,
  meant: (text: string) => string,
): boolean {
  const hidden = findInvisible(problems, span, value)
  if (hidden.length === 0) return false
  const shown = hidden.reduce(
    (text, each) => text.replaceAll(each, escapeCharacter(each)),
    value.trim(),
  )
  const codes = hidden.map(formatCode).join(' and ')
  reportOnce(problems, 'policy-value', subject, span, {
    summary: `${quoteName(shown)} has an invisible character: ${codes}.`,
    advice: `Write ${quoteName(meant(removeCharacters(value.trim(), hidden)))}. If the character belongs there, write it as an escape, in double quotes: "${escapeCharacter(hidden[0] ?? '')}".`,
  })
  return true
}

/** Reports an address that nobody can have; the address that was probably meant. */
export function checkEmail(
  problems: Problems,
  subject: object,
  span: Span,
  written: string,
): string {
  const hidden = findInvisible(problems, span, written)
  const meant = correctedEmail(removeCharacters(written, hidden))
  if (checkVisible(problems, subject, span, written, correctedEmail)) return meant
  if (meant !== written.trim()) {
    reportOnce(problems, 'policy-value', subject, span, {
      summary: `${quoteName(written)} is not an e-mail address that anybody can have.`,
      advice: adviseAddress(meant),
    })
  }
  return meant
}

/** As far as it is one. */
function adviseAddress(address: string): string {
  return /^[^\s@]+@[^\s@]+$/.test(address)
    ? `Write ${quoteName(address)}.`
    : 'Write an address like ada@acme.com.'
}

export function checkDomains(problems: Problems, list: TreeNode | undefined): void {
  for (const item of getItems(list)) {
    const text = getText(item)
    if (text === null || problems.faulty.has(item)) continue
    if (
      checkVisible(problems, item, item.span, text, (rest) =>
        isDomain(rest) ? rest : correctedDomain(rest),
      )
    )
      continue
    if (isDomain(text)) continue
    const meant = correctedDomain(text)
    reportOnce(problems, 'policy-value', item, item.span, {
      summary: `${quoteName(text)} is not a domain, so no address can be in it.`,
      advice: meant === '' ? 'Write a domain like acme.com.' : `Write ${quoteName(meant)}.`,
    })
  }
}

/** Reports a pattern of people under which no address can fall. */
export function checkPeoplePattern(problems: Problems, node: TreeNode, text: string): void {
  if (checkVisible(problems, node, node.span, text, correctPattern)) return
  const meant = correctPattern(text)
  if (meant === text && (isPattern(text) || isEmail(text.trim()))) return
  reportOnce(problems, 'policy-value', node, node.span, {
    summary: `No e-mail address can fall under the pattern ${quoteName(text)}.`,
    advice: meant === text ? 'Write a pattern like `*@acme.com`.' : `Write ${quoteName(meant)}.`,
  })
}

/** The same text where nothing is wrong with it. A blank that is not plain may be part of a name. */
function correctPattern(text: string): string {
  const pattern = text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
  if (/^@[^@]+$/.test(pattern)) return `*${pattern}`
  if (pattern.includes('@')) {
    const email = correctedEmail(pattern)
    return email === pattern.trim() || !/^[^\s@]+@[^\s@]+$/.test(email) ? pattern : email
  }
  if (isPattern(pattern)) return pattern
  const domain = correctedDomain(pattern)
  return domain.includes('.') ? `*@${domain}` : pattern
}

/** No waiver accepts what is about another one. */
type Kind = Exclude<Subject['kind'], 'waiver'>

const SHAPES: Readonly<Record<Kind, string>> = {
  agent: 'agent/EMAIL',
  team: 'team/NAME',
  member: 'team/NAME/EMAIL',
  rule: 'rule/administrators',
}

/** Reports an address at which no finding of that code can be. */
export function checkWaiverAddress(problems: Problems, node: TreeNode, code: string | null): void {
  const text = getText(node)
  if (text === null || problems.faulty.has(node)) return
  if (checkVisible(problems, node, node.span, text, (rest) => rest)) return
  const meant = correctAddress(text)
  if (meant !== text) {
    reportOnce(problems, 'policy-value', node, node.span, {
      summary: `${quoteName(text)} is not an address that a finding can have.`,
      advice: `Write ${quoteName(meant)}.`,
    })
    return
  }
  const about: FindingRecord['about'] =
    code !== null && isFindingCode(code) ? FINDINGS[code].about : []
  const kinds = about.filter((kind) => kind !== 'waiver')
  if (kinds.length === 0 || kinds.some((kind) => canBe(kind, text))) return
  const shapes = kinds.map((kind) => SHAPES[kind]).join(' or ')
  const known = kinds.flatMap((kind) => convertToKind(kind, text))[0]
  reportOnce(problems, 'policy-value', node, node.span, {
    summary: `No finding ${quoteName(String(code))} can be at ${quoteName(text)}.`,
    detail: `Its address is ${shapes}.`,
    advice:
      known === undefined
        ? 'Correct `finding` or `address`.'
        : `Write ${quoteName(known)}, or correct \`finding\`.`,
  })
}

/** Without outer spaces, with an address of e-mail that somebody can have. */
export function correctAddress(text: string): string {
  const address = text.trim().replace(/^(agent|team|rule)\//i, (kind) => kind.toLowerCase())
  const [, before = '', last = ''] = /^(agent\/|team\/[^/]+\/)(.*)$/s.exec(address) ?? []
  if (!last.includes('@')) return address
  // A slash is an escape in an address: what has one as such is no e-mail address.
  const email = correctedEmail(last)
  return /^[^\s@]+@[^\s@]+$/.test(email) ? before + email : address
}

/** Whether some address of that kind is this text, or is covered by it as a pattern. */
function canBe(kind: Kind, text: string): boolean {
  if (kind === 'rule') {
    const rule = text.toLowerCase()
    return rule === SHAPES.rule || (isPattern(rule) && fitsPrefix(rule, SHAPES.rule))
  }
  const slashes = kind === 'member' ? 2 : 1
  const given = text.split('/').length - 1
  const person = kind !== 'team' && !isPattern(text)
  // People write addresses too, with more escapes than rollcall does.
  if (person && !/@|%40/.test(text.slice(text.lastIndexOf('/')))) return false
  const enough = isPattern(text) ? given <= slashes : given === slashes && !text.endsWith('/')
  return enough && fitsPrefix(text, kind === 'agent' ? 'agent/' : 'team/')
}

/** The fixed beginning of a pattern against that of an address. */
function fitsPrefix(text: string, prefix: string): boolean {
  const [fixed = ''] = text.split(/[*?]/, 1)
  return prefix.startsWith(fixed) || fixed.startsWith(prefix)
}

/** The address of that kind which the text names as well: of the person or the team of a member. */
function convertToKind(kind: Kind, text: string): readonly string[] {
  const [, team, email] = /^team\/([^/]+)\/([^/]+)$/.exec(text) ?? []
  if (team === undefined) return []
  return kind === 'agent' ? [`agent/${email}`] : kind === 'team' ? [`team/${team}`] : []
}
