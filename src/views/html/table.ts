/**
 * A table that also fits on a phone: there, each row becomes a card and each cell shows its heading.
 * The roles keep it a table for screen readers even when it looks different.
 */
import { html, limit, type Markup } from './markup.ts'

export type Cell = Markup | null

/** The first cell of a row names the subject of the row. */
export function renderTable(
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

/** A row for each of the first items, and a line with the number of the others. */
export function renderLongTable<T>(
  label: string,
  heads: readonly string[],
  items: readonly T[],
  most: number,
  makeCells: (item: T) => readonly Cell[],
): Markup {
  const { shown, rest } = limit(items, most)
  return html`${renderTable(label, heads, shown.map(makeCells))}${rest}`
}

function renderCell(cell: Cell, head: string, first: boolean): Markup {
  const content = cell ?? html`–`
  return first
    ? html`<th role="rowheader" scope="row">${content}</th>`
    : html`<td role="cell" data-head="${head}"><div>${content}</div></td>`
}
