/**
 * Markup as values. Only the tag `html` creates markup, and it escapes every text that is put into it.
 * So text from a server or a policy can never become an element, an attribute or a style. Interpolate
 * only between tags and inside quoted attributes.
 */

import { hideMarks, reveal } from '../../core/model/visible.ts'
import { abridge } from '../abridge.ts'

const MARKUP = Symbol('markup')

/** Data cannot fake it, because the symbol stays in this file. */
export interface Markup {
  readonly [MARKUP]: string
}

/** Null and false show nothing. */
export type MarkupPart = string | number | null | false | Markup | readonly Markup[]

export function html(literals: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  const text = literals.map((literal, index) => literal + toText(parts[index] ?? null))
  return { [MARKUP]: text.join('') }
}

/** The markup as text. */
export function toText(part: MarkupPart): string {
  if (part === null || part === false) return ''
  if (typeof part === 'string') return escapeHtml(part)
  if (typeof part === 'number') return String(part)
  return MARKUP in part ? part[MARKUP] : part.map(toText).join('')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

// Nearly every text matches this and needs no escaping, which is slow.
const PLAIN = /^[ !#-%'-;=?-~]*$/

/**
 * The escape function of XML. Invisible and forbidden characters are made visible first. A document may be
 * printed into the log of a CI job, so it contains no command of a runner.
 */
export function escapeXml(text: string): string {
  const safe = PLAIN.test(text)
    ? text
    : reveal(text).replace(/[&<>"]/g, (each) => `${ENTITIES[each]}`)
  return hideMarks(safe, '#&#35;')
}

function escapeHtml(text: string): string {
  return escapeXml(text).replaceAll("'", '&#39;')
}

/** A longer name may break anywhere, so that it does not push the rest out of the page. */
const LONGEST_WHOLE = 32

/** A name that a person typed: shortened, and unable to change the direction of the text around it. */
export function renderName(text: string): Markup {
  const name = abridge(text)
  return name.length > LONGEST_WHOLE
    ? html`<bdi class="long">${name}</bdi>`
    : html`<bdi>${name}</bdi>`
}

/** A text whose dates do not break at their hyphens. */
export function renderDates(text: string): Markup {
  const pieces = text.split(/(\d{4}-\d{2}-\d{2})/)
  return html`${pieces.map((piece, index) => (index % 2 === 0 ? html`${piece}` : html`<span class="date">${piece}</span>`))}`
}

/** A text of rollcall in which backticks mark code. */
export function renderProse(text: string): Markup {
  const pieces = text.split('`')
  return html`${pieces.map((piece, index) => (index % 2 === 0 ? html`${piece}` : html`<code>${piece}</code>`))}`
}

/** The most items that a page shows of one list. */
export const MOST = { people: 2_000, groups: 500, names: 200, entries: 1_000 } as const

/** The first items of a list, and a line with the number of the others. */
export function limit<T>(
  items: readonly T[],
  most: number = MOST.entries,
): { readonly shown: readonly T[]; readonly rest: Markup | null } {
  const left = items.length - most
  if (left <= 0) return { shown: items, rest: null }
  const rest = html`
<p class="rest">${left} of ${items.length} are not shown here.</p>`
  return { shown: items.slice(0, most), rest }
}

export function renderParagraph(text: MarkupPart): Markup {
  return html`
<p>${text}</p>`
}

export interface Section {
  readonly title: string
  /** Null: the section is left out. */
  readonly body: Markup | null
}

/** Each section that has a body, under its heading, whose id is `id` and its number. */
export function renderSections(sections: readonly Section[], id: string): readonly Markup[] {
  return keepFilled(sections).map(
    ({ title, body }, index) => html`
<section aria-labelledby="${id}-${index}">
<h3 id="${id}-${index}">${title}</h3>${body}
</section>`,
  )
}

export function keepFilled(sections: readonly Section[]): readonly Section[] {
  return sections.filter(({ body }) => body !== null)
}

/** Names in one line, at most `most` of them; null if there are none. */
export function renderNames(texts: readonly string[], most: number = MOST.names): Markup | null {
  if (texts.length === 0) return null
  const { shown, rest } = limit(texts, most)
  return html`${shown.map((text, index) => html`${index === 0 ? null : ', '}${renderName(text)}`)}${rest}`
}
