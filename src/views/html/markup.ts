/**
 * Markup as values. The tag `html` is the only way to make any, and it escapes whatever is put
 * into it, so that text of a server or a policy can never become an element, an attribute or a
 * style. Interpolate only between tags and inside quoted attributes.
 */

import { reveal } from '../../core/model/visible.ts'
import { abridged } from '../labels.ts'

const MARKUP = Symbol('markup')

/** Cannot be forged by data: the symbol stays in this file. */
export interface Markup {
  readonly [MARKUP]: string
}

/** Null and false show nothing. */
export type Part = string | number | null | false | Markup | readonly Markup[]

export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const text = literals.map((literal, index) => literal + written(parts[index] ?? null))
  return { [MARKUP]: text.join('') }
}

/** The finished document. */
export function written(part: Part): string {
  if (part === null || part === false) return ''
  if (typeof part === 'string') return escaped(part)
  if (typeof part === 'number') return String(part)
  return MARKUP in part ? part[MARKUP] : part.map(written).join('')
}

// The ampersand comes first: all the others are written with one.
const ENTITIES = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
] as const

/** The escape function of HTML. What no parser may see, or no reader could, is shown first. */
function escaped(text: string): string {
  return ENTITIES.reduce((safe, [each, entity]) => safe.replaceAll(each, entity), reveal(text))
}

/** A name that somebody typed: cut, and unable to reorder the words around it. */
export function name(text: string): Markup {
  return html`<bdi>${abridged(text)}</bdi>`
}

/** Text of our own in which backticks mark code. */
export function prose(text: string): Markup {
  const pieces = text.split('`')
  return html`${pieces.map((piece, index) => (index % 2 === 0 ? html`${piece}` : html`<code>${piece}</code>`))}`
}

/** The first so many of a list, and a line that says how many more there are. */
export function limited<T>(
  items: readonly T[],
  most: number,
): { readonly shown: readonly T[]; readonly rest: Markup | null } {
  const left = items.length - most
  if (left <= 0) return { shown: items, rest: null }
  const rest = html`
<p class="rest">${left} more of ${items.length} are left out here.</p>`
  return { shown: items.slice(0, most), rest }
}
