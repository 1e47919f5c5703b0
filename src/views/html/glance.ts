/**
 * The account at a glance: how many findings of each risk, with links to them, then bars for people by
 * role and status and for groups by drift. Patterns and words mark the drift. The words next to each
 * bar contain everything that the bar shows.
 */

import { RISKS } from '../../core/messages/finding-records.ts'
import { count } from '../../core/messages/phrase.ts'
import { labelSubject } from '../../core/model/address.ts'
import { type GroupKind, getHeading } from '../../core/model/kinds.ts'
import type { Standing } from '../../core/plan/outcome.ts'
import {
  countGroupsByDrift,
  countPeople,
  type GroupCounts,
  type PersonStatus,
  type StandingCounts,
} from '../../core/report/glance.ts'
import { countRisks } from '../../core/report/order.ts'
import type { JudgedAccount } from '../../core/report/report.ts'
import { STANDINGS } from '../labels.ts'
import { html, type Markup, renderName, renderParagraph } from './markup.ts'

interface Bar {
  readonly label: Markup
  readonly text: string
  readonly tally: StandingCounts
}

const ORDER = Object.keys(STANDINGS) as Standing[]

/** A chart with more groups would not be readable. */
const MOST_GROUPS = 12

export function renderGlance(account: JudgedAccount, id: string): Markup {
  const people = countPeople(account).map(({ status, counts }) => ({
    label: html`${STATUSES[status]}`,
    tally: counts,
    text: describeTally(counts),
  }))
  const kinds = [...account.read.groups.keys()].map((of) => ({
    of,
    groups: countGroupsByDrift(of, account, MOST_GROUPS),
  }))
  const bars = [...people, ...kinds.flatMap(({ groups }) => groups.shown.map(makeGroupBar))]
  const present = ORDER.filter((standing) => bars.some(({ tally }) => tally[standing] > 0))
  return html`${renderRisks(account, id)}
<div class="glance">
<figure>
<figcaption>People by role and status</figcaption>${renderChart(people)}
</figure>${kinds.map(({ of, groups }) => renderGroupsChart(of, groups))}
</div>
<ul class="legend">${present.map(
    (standing) => html`
<li><svg width="18" height="12" aria-hidden="true"><rect class="${standing}" width="100%" height="100%"/></svg> ${STANDINGS[standing]}</li>`,
  )}
</ul>`
}

/** Where the findings of a risk begin. */
export function makeRiskId(id: string, risk: string): string {
  return `${id}-${risk}`
}

function renderRisks({ findings }: JudgedAccount, id: string): Markup {
  const counts = countRisks(findings)
  const present = RISKS.filter((risk) => counts[risk] > 0)
  if (present.length === 0) {
    return html`
<p class="risks">No open findings.</p>`
  }
  return html`
<ul class="risks">${present.map(
    (risk) => html`
<li><a class="badge ${risk}" href="#${makeRiskId(id, risk)}">${counts[risk]} ${risk}</a></li>`,
  )}
</ul>`
}

function renderGroupsChart(
  of: GroupKind,
  { shown, others, othersWithDrift }: ReturnType<typeof countGroupsByDrift>,
): Markup {
  const which =
    others === 0 ? getHeading(of) : `${MOST_GROUPS} of ${MOST_GROUPS + others} ${of.plural}`
  return html`
<figure>
<figcaption>${which}, the most drift first, with actual and expected members</figcaption>${
    shown.length === 0 ? renderParagraph(`No ${of.plural}.`) : renderChart(shown.map(makeGroupBar))
  }${
    others > 0 &&
    html`
<p class="rest">And ${count(others, `more ${of.label}`, `more ${of.plural}`)}, ${othersWithDrift === 0 ? 'without drift' : `${othersWithDrift} of them with drift`}.</p>`
  }
</figure>`
}

/** Patterns of the bars, which differ even without colours. Once per page: the style uses them. */
export const PATTERNS = html`<svg width="0" height="0" aria-hidden="true" class="patterns"><defs>
<pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="6" height="6"/><rect class="stripe" width="2.4" height="6"/></pattern>
<pattern id="lined" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="ground" width="5" height="5"/><rect class="stripe" width="5" height="1"/></pattern>
<pattern id="ticked" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="ground" width="6" height="6"/><rect class="stripe" width="1.5" height="6"/></pattern>
<pattern id="dotted" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="ground" width="6" height="6"/><circle class="dot" cx="3" cy="3" r="1.5"/></pattern>
</defs></svg>`

const STATUSES: Readonly<Record<PersonStatus, string>> = {
  administrator: 'Administrators',
  agent: 'Agents',
  invited: 'Invitation not accepted',
  absent: 'In the policy, not on the account',
}

function makeGroupBar({ group, counts, absent }: GroupCounts): Bar {
  const { subject, exists, alone, members } = group
  const about = !exists
    ? ['not on the account']
    : alone.standing === 'fine'
      ? []
      : [`the ${subject.of.label} itself: ${STANDINGS[alone.standing]}`]
  const inside = members.length === 0 ? 'no members' : describeTally(counts)
  const notMembers = Object.entries(absent).flatMap(([kind, n]) => (n === 0 ? [] : `${n} ${kind}`))
  return {
    label: renderName(labelSubject(subject)),
    tally: counts,
    text: [...about, inside, ...notMembers].join('; '),
  }
}

function sumTally(tally: StandingCounts): number {
  return ORDER.reduce((sum, standing) => sum + tally[standing], 0)
}

function describeTally(tally: StandingCounts): string {
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

function drawBar(tally: StandingCounts, scale: number): Markup | null {
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
