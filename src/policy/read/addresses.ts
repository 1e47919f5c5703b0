/**
 * Finds addresses, domains, patterns and waivers that cannot match anybody on any server. Each error
 * suggests the value that was probably meant. Invisible characters are allowed only as escapes.
 */
import { FINDINGS, type FindingRecord, isFindingCode } from '../../core/messages/finding-records.ts'
import type { Subject } from '../../core/model/address.ts'
import { findKindByCode, joinWords, KINDS } from '../../core/model/kinds.ts'
import { correctDomain, correctEmail, isDomain, isEmail } from '../../core/model/mistyped.ts'
import { isPattern } from '../../core/model/pattern.ts'
import { escapeInYaml, formatCodePoint, makeLater } from '../../core/model/visible.ts'
import {
  listTexts,
  type Placed,
  type Problems,
  quoteName,
  reportOnce,
  type Text,
} from './problems.ts'
import { getText, type TreeNode } from './tree.ts'

/** Zero-width spaces, direction marks and fillers; NFC does not remove them. */
const getInvisible = makeLater(
  String.raw`[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]`,
  'gu',
)
/** Matches almost every value: those that need no closer look. */
const PLAIN = /^[ -~]*$/

/** The invisible characters that are written directly, not as escapes. */
function findInvisible({ source }: Problems, { span }: Placed, value: string): readonly string[] {
  if (PLAIN.test(value)) return []
  const found = new Set(value.trim().match(getInvisible()))
  const text = source.text.slice(span.start, span.end)
  return [...found].filter((each) => text.includes(each))
}

function removeCharacters(text: string, characters: readonly string[]): string {
  return characters.reduce((rest, each) => rest.replaceAll(each, ''), text)
}

/** Reports a value that is written with invisible characters; returns whether it did. */
function checkVisible(
  problems: Problems,
  subject: Placed,
  value: string,
  meant: (text: string) => string,
): boolean {
  const hidden = findInvisible(problems, subject, value)
  if (hidden.length === 0) return false
  const shown = hidden.reduce(
    (text, each) => text.replaceAll(each, escapeInYaml(each)),
    value.trim(),
  )
  const codes = hidden.map(formatCodePoint).join(' and ')
  reportOnce(problems, 'policy-value', subject, {
    summary: `${quoteName(shown)} contains an invisible character: ${codes}.`,
    advice: `Write ${quoteName(meant(removeCharacters(value.trim(), hidden)))}. If the character belongs there, write it as an escape, in double quotes: "${escapeInYaml(hidden[0] ?? '')}".`,
  })
  return true
}

/** Reports an invalid e-mail address; returns the address that was probably meant. */
export function checkEmail(problems: Problems, subject: Placed, written: string): string {
  const hidden = findInvisible(problems, subject, written)
  const meant = correctEmail(removeCharacters(written, hidden))
  if (checkVisible(problems, subject, written, correctEmail)) return meant
  if (meant === written.trim()) return checkStart(problems, subject, meant)
  reportOnce(problems, 'policy-value', subject, {
    summary: `${quoteName(written)} is not a valid e-mail address.`,
    advice: adviseAddress(meant),
  })
  return meant
}

/**
 * Reports the dash of a list without its space, or a line of a diff: without an error, the policy would mean
 * another person. Returns the address that was probably meant.
 */
function checkStart(problems: Problems, subject: Placed, address: string): string {
  const isQuoted = /["']/.test(problems.source.text.charAt(subject.span.start))
  if (isQuoted || !/^[-+]./.test(address)) return address
  const meant = address.slice(1)
  reportOnce(problems, 'policy-value', subject, {
    summary: `${quoteName(address)} begins with \`${address.charAt(0)}\`, which seems not to be part of it.`,
    advice: `Write ${quoteName(meant)}. If it is part of it, use quotes: "${address}".`,
  })
  return meant
}

/** Suggests the address only if it looks like one. */
function adviseAddress(address: string): string {
  return /^[^\s@]+@[^\s@]+$/.test(address)
    ? `Write ${quoteName(address)}.`
    : 'Write an address like ada@acme.com.'
}

export function checkDomains(problems: Problems, list: TreeNode | undefined): void {
  const correct = (text: string) => (isDomain(text) ? text : correctDomain(text))
  for (const { key: text, node } of listTexts(problems, list)) {
    if (checkVisible(problems, node, text, correct) || isDomain(text)) continue
    const meant = correctDomain(text)
    reportOnce(problems, 'policy-value', node, {
      summary: `${quoteName(text)} is not a valid domain, so no address can match it.`,
      advice: meant === '' ? 'Write a domain like acme.com.' : `Write ${quoteName(meant)}.`,
    })
  }
}

/** Reports a pattern that no e-mail address can match. */
export function checkPeoplePattern(problems: Problems, { key: text, node }: Text): void {
  if (checkVisible(problems, node, text, correctPattern)) return
  const meant = correctPattern(text)
  const isPossible = !/\s|@.*@/.test(text.trim()) && (isPattern(text) || isEmail(text.trim()))
  if (meant === text && isPossible) {
    checkStart(problems, node, text)
    return
  }
  reportOnce(problems, 'policy-value', node, {
    summary: `No e-mail address can match the pattern ${quoteName(text)}.`,
    advice:
      meant === text || meant === ''
        ? 'Write a pattern like `*@acme.com`.'
        : `Write ${quoteName(meant)}.`,
  })
}

/** Returns a valid pattern unchanged. Keeps unusual blanks, because they may be part of a name. */
function correctPattern(text: string): string {
  const pattern = text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '')
  if (/^@[^@]+$/.test(pattern)) return `*${pattern}`
  if (pattern.includes('@')) {
    const email = correctEmail(pattern)
    return email === pattern.trim() || !/^[^\s@]+@[^\s@]+$/.test(email) ? pattern : email
  }
  if (isPattern(pattern)) return pattern
  const domain = correctDomain(pattern)
  return domain.includes('.') ? `*@${domain}` : pattern
}

/** @param prefix of the addresses of these groups */
const describeShapes = (prefix: string): Readonly<Record<Subject['kind'], readonly string[]>> => ({
  agent: ['agent/EMAIL'],
  group: [`${prefix}/NAME`],
  member: [`${prefix}/NAME/EMAIL`],
  'custom-role': ['custom-role/NAME'],
  rule: [RULE],
  // No waiver accepts findings about waivers.
  waiver: [],
})

const RULE = 'rule/administrators'
const PREFIXES = KINDS.map(({ prefix }) => prefix).join('|')

/** `` `agent/`, … or `rule/` ``: how every address begins. */
export const STARTS = joinWords(
  'or',
  ['agent', 'custom-role', ...KINDS.map(({ prefix }) => prefix), 'rule'].map(
    (kind) => `\`${kind}/\``,
  ),
)

/** Reports an address at which no finding of that code can be. */
export function checkWaiverAddress(problems: Problems, node: TreeNode, code: string | null): void {
  const text = getText(node)
  if (text === null) return
  if (checkVisible(problems, node, text, (rest) => rest)) return
  const meant = correctAddress(text)
  const [, , person = ''] = isPattern(text) ? [] : (PERSON.exec(text) ?? [])
  if (meant !== text || /@.*@|\s@|@\s/.test(person)) {
    reportOnce(problems, 'policy-value', node, {
      summary: `${quoteName(text)} is not a valid address of a finding.`,
      advice: meant === text ? 'Correct the e-mail address in it.' : `Write ${quoteName(meant)}.`,
    })
    return
  }
  const about: FindingRecord['about'] =
    code !== null && isFindingCode(code) ? FINDINGS[code].about : []
  const shapesOf = describeShapes(findKindByCode(code ?? '')?.prefix ?? '')
  const shapes = about.flatMap((kind) => shapesOf[kind])
  if (shapes.length === 0 || shapes.some((shape) => canBe(shape, text))) return
  const known = shapes.flatMap((shape) => convertTo(shape, text))[0]
  reportOnce(problems, 'policy-value', node, {
    summary: `The finding ${quoteName(String(code))} never has the address ${quoteName(text)}.`,
    detail: `Its address is always ${shapes.join(' or ')}.`,
    advice:
      known === undefined
        ? 'Correct `finding` or `address`.'
        : `Write ${quoteName(known)}, or correct \`finding\`.`,
  })
}

/** What every address of a finding begins with. */
export const ANY_PREFIX = new RegExp(`^(agent|custom-role|${PREFIXES}|rule)/`, 'i')
const PERSON = new RegExp(`^(agent/|(?:${PREFIXES})/[^/]+/)(.*)$`, 's')

/** Without outer spaces, and with a valid e-mail address. */
export function correctAddress(text: string): string {
  const address = text.trim().replace(ANY_PREFIX, (prefix) => prefix.toLowerCase())
  const [, before = '', last = ''] = PERSON.exec(address) ?? []
  if (!last.includes('@')) return address
  // Addresses escape slashes, so a text with a plain slash is not an e-mail address.
  const email = correctEmail(last)
  return /^[^\s@]+@[^\s@]+$/.test(email) ? before + email : address
}

/** Whether some address of that shape is this text, or is covered by it as a pattern. */
function canBe(shape: string, text: string): boolean {
  if (shape === RULE) {
    const rule = text.toLowerCase()
    return rule === RULE || (isPattern(rule) && fitsPrefix(rule, RULE))
  }
  const person = shape.endsWith('EMAIL') && !isPattern(text)
  // People write addresses too, with more escapes than rollcall does. Of a hidden member only the id
  // is known.
  if (person && !/@|%40|^\/#\d+$/.test(text.slice(text.lastIndexOf('/')))) return false
  const missing = shape.split('/').length - text.split('/').length
  const enough = isPattern(text) ? missing >= 0 : missing === 0 && !text.endsWith('/')
  return enough && fitsPrefix(text, shape.slice(0, shape.indexOf('/') + 1))
}

/** Compares the part of a pattern before its first wildcard with the prefix. */
function fitsPrefix(text: string, prefix: string): boolean {
  const [fixed = ''] = text.split(/[*?]/, 1)
  return prefix.startsWith(fixed) || fixed.startsWith(prefix)
}

const MEMBER = new RegExp(`^(${PREFIXES})/([^/]+)/([^/]+)$`)

/** The address of that shape that the text also contains: the person or the group of a member. */
function convertTo(shape: string, text: string): readonly string[] {
  const [, prefix, name, email] = MEMBER.exec(text) ?? []
  if (prefix === undefined) return []
  if (shape === 'agent/EMAIL') return [`agent/${email}`]
  return shape === `${prefix}/NAME` ? [`${prefix}/${name}`] : []
}
