/**
 * The account at a glance: bars for people by role and status and for groups by size. Patterns and
 * words mark the drift. The words next to each bar contain everything that the bar shows.
 */

import { count } from '../../core/messages/phrase.ts'
import { labelSubject } from '../../core/model/address.ts'
import { type GroupKind, getHeading } from '../../core/model/kinds.ts'
import type { GroupOutcome, PersonOutcome, Standing } from '../../core/plan/outcome.ts'
import type { JudgedAccount } from '../../core/report/report.ts'
import { STANDINGS } from '../labels.ts'
import { html, type Markup, renderName } from './markup.ts'

type Tally = Readonly<Record<Standing, number>>

interface Bar {
  readonly label: Markup
  readonly text: string
  readonly tally: Tally
}

const ORDER = Object.keys(STANDINGS) as Standing[]

/** A chart with more groups would not be readable. */
const MOST_GROUPS = 12

export function renderGlance({ outcomes: { people, groups }, read }: JudgedAccount): Markup {
  const kinds = [...read.groups.keys()].map((of) => ({
    of,
    own: groups.filter(({ subject }) => subject.of === of),
  }))
  const bars = [...makePeopleBars(people), ...kinds.flatMap(({ own }) => groupBars(own))]
  const present = ORDER.filter((standing) => bars.some(({ tally }) => tally[standing] > 0))
  return html`
<div class="glance">
<figure>
<figcaption>People by role and status</figcaption>${renderChart(makePeopleBars(people))}
</figure>${kinds.map(
    ({ of, own }) => html`
<figure>
<figcaption>${own.length > MOST_GROUPS ? `The ${MOST_GROUPS} largest ${of.plural}` : `${getHeading(of)} by size`}, with actual and expected members</figcaption>${
      own.length === 0
        ? html`
<p>No ${of.plural}.</p>`
        : renderChart(groupBars(own))
    }${renderOtherGroups(of, own)}
</figure>`,
  )}
</div>
<ul class="legend">${present.map(
    (standing) => html`
<li><svg width="18" height="12" aria-hidden="true"><rect class="${standing}" width="100%" height="100%"/></svg> ${STANDINGS[standing]}</li>`,
  )}
</ul>`
}

/** Patterns of the bars, which differ even without colours. Once per page: the style uses them. */
export const PATTERNS = html`<svg width="0" height="0" aria-hidden="true" class="patterns"><defs>
<pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="6" height="6"/><rect class="stripe" width="2.4" height="6"/></pattern>
<pattern id="lined" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="ground" width="5" height="5"/><rect class="stripe" width="5" height="1"/></pattern>
<pattern id="ticked" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="ground" width="6" height="6"/><rect class="stripe" width="1.5" height="6"/></pattern>
<pattern id="dotted" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="ground" width="6" height="6"/><circle class="dot" cx="3" cy="3" r="1.5"/></pattern>
</defs></svg>`

const STATUSES: readonly (readonly [string, (person: PersonOutcome) => boolean])[] = [
  ['Administrators', ({ seen }) => seen?.confirmed === true && seen.role === 'administrator'],
  ['Agents', ({ seen }) => seen?.confirmed === true && seen.role === 'agent'],
  ['Invitation not accepted', ({ seen }) => seen?.confirmed === false],
  ['In the policy, not on the account', ({ seen }) => seen === null],
]

function makePeopleBars(people: readonly PersonOutcome[]): readonly Bar[] {
  return STATUSES.map(([label, belongs]) => {
    const tally = countStandings(people.filter(belongs))
    return { label: html`${label}`, tally, text: describeTally(tally) }
  })
}

function groupBars(groups: readonly GroupOutcome[]): readonly Bar[] {
  return sortBySize(groups)
    .slice(0, MOST_GROUPS)
    .map(({ subject, exists, alone, members }) => {
      const tally = countStandings(members)
      const about = !exists
        ? ['not on the account']
        : alone.standing === 'fine'
          ? []
          : [`the ${subject.of.label} itself: ${STANDINGS[alone.standing]}`]
      const absent = (['missing', 'ghost'] as const).flatMap((kind) => {
        const n = members.filter(({ is }) => is === kind).length
        return n === 0 ? [] : [`${n} ${kind}`]
      })
      const inside = members.length === 0 ? 'no members' : describeTally(tally)
      return {
        label: renderName(labelSubject(subject)),
        tally,
        text: [...about, inside, ...absent].join('; '),
      }
    })
}

function sortBySize(groups: readonly GroupOutcome[]): readonly GroupOutcome[] {
  return groups.toSorted((a, b) => b.members.length - a.members.length)
}

function renderOtherGroups(of: GroupKind, groups: readonly GroupOutcome[]): Markup | null {
  const others = sortBySize(groups).slice(MOST_GROUPS)
  if (others.length === 0) return null
  const drifted = others.filter(({ standing }) => standing === 'drift').length
  return html`
<p class="rest">And ${count(others.length, `smaller ${of.label}`, `smaller ${of.plural}`)}, ${drifted} of them with drift.</p>`
}

function countStandings(items: readonly { readonly standing: Standing }[]): Tally {
  const tally = { drift: 0, warning: 0, waived: 0, off: 0, fine: 0, unmanaged: 0, ignored: 0 }
  for (const { standing } of items) tally[standing] += 1
  return tally
}

function sumTally(tally: Tally): number {
  return ORDER.reduce((sum, standing) => sum + tally[standing], 0)
}

function describeTally(tally: Tally): string {
  const parts = ORDER.filter((standing) => tally[standing] > 0).map(
    (standing) => `${tally[standing]} ${STANDINGS[standing]}`,
  )
  return parts.length === 0 ? 'none' : parts.join(', ')
}

/** The scale has at least this length, so that one or two people do not look like many. */
const SHORTEST_SCALE = 10
/** Up to this number, each person is a cell of the bar. */
const MOST_CELLS = 40
/** The smallest share of a bar: one person among thousands stays visible. */
const THINNEST = 0.01

function renderChart(bars: readonly Bar[]): Markup {
  const scale = Math.max(SHORTEST_SCALE, ...bars.map(({ tally }) => sumTally(tally)))
  return html`
<dl class="chart">${bars.map(
    ({ label, text, tally }) => html`
<div><dt>${label} <span class="count">${sumTally(tally)}</span></dt> <dd>${text}</dd>${drawBar(tally, scale)}</div>`,
  )}
</dl>`
}

function drawBar(tally: Tally, scale: number): Markup | null {
  if (sumTally(tally) === 0) return null
  const cells = scale <= MOST_CELLS
  const room = cells ? 1 : 1 - ORDER.length * THINNEST
  const rects: Markup[] = []
  let start = 0
  const add = (standing: Standing, share: number) => {
    rects.push(
      html`<rect class="${standing}" x="${formatPercent(start)}" width="${formatPercent(share)}" height="100%"/>`,
    )
    start += share
  }
  for (const standing of ORDER.filter((each) => tally[each] > 0)) {
    const n = tally[standing]
    if (cells) for (let cell = 0; cell < n; cell += 1) add(standing, 1 / scale)
    else add(standing, Math.max(THINNEST, (room * n) / scale))
  }
  return html`<dd class="bar"><svg width="100%" height="14" aria-hidden="true">${rects}</svg></dd>`
}

function formatPercent(share: number): string {
  return `${(100 * share).toFixed(2)}%`
}
