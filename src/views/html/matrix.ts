/**
 * People and the groups of a kind at a glance: a row for each person, a column for each group. On a phone each row
 * is a list of names instead, which screen readers get everywhere. Conversations assigned to a team
 * never fill a cell.
 */

import { listWaysInside, type Way } from '../../core/access/access.ts'
import { formatAddress, type GroupSubject, labelSubject } from '../../core/model/address.ts'
import type { GroupKind } from '../../core/model/kinds.ts'
import type { RecordedAccess } from '../../core/report/access.ts'
import { abridge } from '../abridge.ts'
import { describeExtent, describeHolder } from '../access/labels.ts'
import { html, limit, type Markup, MOST, renderName } from './markup.ts'

/** With more, a cell would be too narrow to see: then every row is a list. */
const MOST_COLUMNS = 60
const CELL = 14
/** The numbers of the columns are repeated, so that they are near every row. */
const ROWS_BETWEEN_NUMBERS = 25

/** Up to this number of groups, all that somebody is in are named. */
const FEW = 8

interface Grid {
  readonly of: GroupKind
  readonly columns: readonly { readonly group: GroupSubject; readonly address: string }[]
  readonly drawn: boolean
}

type Mark = 'whole' | 'part' | 'unsure'

export const MATRIX_PATTERN = html`<svg width="0" height="0" aria-hidden="true" class="patterns"><defs>
<pattern id="cells" width="14" height="14" patternUnits="userSpaceOnUse"><rect class="cell" x="2" y="2" width="10" height="10"/></pattern>
</defs></svg>`

export function renderMatrix(
  of: GroupKind,
  people: readonly RecordedAccess[],
  columns: readonly GroupSubject[],
): Markup {
  const drawn = columns.length <= MOST_COLUMNS
  const grid = {
    of,
    columns: columns.map((group) => ({ group, address: formatAddress(group) })),
    drawn,
  }
  const { shown, rest } = limit(people, MOST.people)
  const rows = shown.map((access, index) => {
    const numbers = drawn && index % ROWS_BETWEEN_NUMBERS === 0 && renderNumbers(columns.length)
    return html`${numbers}${renderRow(access, grid)}`
  })
  return html`${
    drawn &&
    html`
<ol class="columns" aria-hidden="true">${columns.map(
      (group) => html`
<li>${renderShort(labelSubject(group))}</li>`,
    )}
</ol>
<ul class="legend" aria-hidden="true">
<li>${drawSample('M0 7h10', 'whole')} every conversation</li>
<li>${drawSample('M0 12h10v-10z', 'part')} a part of them</li>
<li>${drawSample('M5 3v5M5 10v2', 'unsure')} not known</li>
</ul>`
  }
<ul class="${drawn ? 'matrix drawn' : 'matrix'}">${rows}
</ul>${rest}`
}

function drawSample(path: string, mark: Mark): Markup {
  return html`<svg width="10" height="14"><path class="${mark}" d="${path}"/></svg>`
}

function renderNumbers(columns: number): Markup {
  const numbers = Array.from({ length: columns }, (_, index) => index)
  return html`
<li class="numbers" aria-hidden="true"><span></span>${drawStrip(
    columns,
    html`${numbers.map((index) => html`<text x="${index * CELL + CELL / 2}" y="11">${index + 1}</text>`)}`,
  )}</li>`
}

function renderRow(access: RecordedAccess, grid: Grid): Markup {
  const ways = listWaysInside(access).filter(({ group }) => group.of === grid.of)
  // The role says nothing here: everybody in the matrix is an agent.
  const [, ...notes] = describeHolder(access)
  return html`
<li><div><strong>${renderShort(access.person.email)}</strong> <span class="muted">${[access.person.name, ...notes].filter((part) => part !== '').map((part, index) => html`${index === 0 ? null : '; '}${renderShort(part)}`)}</span></div>${grid.drawn && drawCells(ways, grid)}<p class="named">${renderNamed(ways, grid)}</p></li>`
}

/** A path through the columns that have this mark. */
const PATHS: Readonly<Record<Mark, (columns: readonly number[]) => string>> = {
  whole: joinRuns,
  part: (columns) => columns.map((column) => `M${column * CELL + 2} 12h10v-10z`).join(''),
  unsure: (columns) => columns.map((column) => `M${column * CELL + 7} 3v5m0 2v2`).join(''),
}

function drawCells(ways: readonly Way[], { columns }: Grid): Markup {
  const own = new Map(ways.map((way) => [formatAddress(way.group), markWay(way)]))
  const paths = (Object.keys(PATHS) as Mark[]).flatMap((mark) => {
    const marked = columns.flatMap(({ address }, index) => (own.get(address) === mark ? index : []))
    return marked.length === 0 ? [] : html`<path class="${mark}" d="${PATHS[mark](marked)}"/>`
  })
  return drawStrip(
    columns.length,
    html`<rect class="cells" width="${columns.length * CELL}" height="14"/>${paths}`,
  )
}

/** Neighbouring columns are one line, so that a dense matrix stays small. */
function joinRuns(columns: readonly number[]): string {
  const all = new Set(columns)
  return columns
    .filter((column) => !all.has(column - 1))
    .map((start) => {
      let end = start
      while (all.has(end + 1)) end += 1
      return `M${start * CELL + 2} 7h${(end - start) * CELL + 10}`
    })
    .join('')
}

function drawStrip(columns: number, content: Markup): Markup {
  return html`<svg width="${columns * CELL}" viewBox="0 0 ${columns * CELL} 14" aria-hidden="true">${content}</svg>`
}

const MARKS: Readonly<Record<Way['opens'], Mark | null>> = {
  all: 'whole',
  'unassigned-and-participating': 'part',
  unassigned: 'part',
  participating: 'part',
  none: null,
  unknown: 'unsure',
  foreign: 'unsure',
}

/** If a person may reach more, the matrix does not show less. */
function markWay({ lists, opens, opensBefore }: Way): Mark | null {
  const marks = [lists, opens, opensBefore ?? 'none'].map((extent) => MARKS[extent])
  return (['whole', 'unsure', 'part'] as const).find((mark) => marks.includes(mark)) ?? null
}

/** Of many groups, the shorter list is shown: those with this person, or those without. */
function renderNamed(ways: readonly Way[], { of, columns }: Grid): Markup {
  const extent = ways.map(describeExtent).find((each) => each !== null) ?? null
  const within = new Set(ways.map(({ group }) => formatAddress(group)))
  const without = columns.filter(({ address }) => !within.has(address)).map(({ group }) => group)
  const names =
    without.length < ways.length && columns.length > FEW
      ? html`all ${columns.length} ${of.plural}${without.length > 0 && html` except ${renderList(without)}`}`
      : html`${renderList(ways.map(({ group }) => group))}`
  return html`${names}${extent !== null && ` (${extent})`}`
}

function renderList(groups: readonly GroupSubject[]): readonly Markup[] {
  return groups.map(
    (group, index) => html`${index === 0 ? null : ', '}${renderShort(labelSubject(group))}`,
  )
}

const ASCII = /^[ -~]*$/

/** As `renderName`, in fewer bytes: a text of ASCII cannot change the direction of what is around it. */
function renderShort(text: string): Markup {
  return ASCII.test(text) ? html`${abridge(text)}` : renderName(text)
}
