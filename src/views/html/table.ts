/**
 * A table that a phone can show: there, each row becomes a card and each cell carries its heading.
 * The roles keep it a table for screen readers when it no longer looks like one.
 */
import { html, type Markup } from './markup.ts'

export type Cell = Markup | null

/** The first cell of a row names what the row is about. */
export function table(
  label: string,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
): Markup {
  return html`
<table role="table" aria-label="${label}">
<thead role="rowgroup"><tr role="row">${heads.map(
    (head) => html`<th role="columnheader" scope="col">${head}</th>`,
  )}</tr></thead>
<tbody role="rowgroup">${rows.map(
    (cells) => html`
<tr role="row">${heads.map((head, index) => renderCell(cells[index] ?? null, head, index === 0))}</tr>`,
  )}
</tbody>
</table>`
}

function renderCell(cell: Cell, head: string, first: boolean): Markup {
  const content = cell ?? html`–`
  return first
    ? html`<th role="rowheader" scope="row">${content}</th>`
    : html`<td role="cell" data-head="${head}"><div>${content}</div></td>`
}
