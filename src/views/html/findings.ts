/**
 * Findings, worst first. What findings of one code have in common (meaning, remedy) is shown once
 * above them; who, where and the policy line that would fix it are shown for each.
 */

import { type Finding, isOpen } from '../../core/messages/finding.ts'
import { FINDINGS } from '../../core/messages/finding-records.ts'
import { type GroupSubject, labelSubject, type Subject } from '../../core/model/address.ts'
import { groupBy } from '../../core/model/collect.ts'
import type { Location } from '../../core/model/location.ts'
import type { JudgedAccount, PolicyLines } from '../../core/report/report.ts'
import { abridge } from '../abridge.ts'
import { describeSwitchedOff, phraseFinding } from '../labels.ts'
import { OFFER } from '../remedy.ts'
import { makeRiskId } from './glance.ts'
import {
  html,
  limit,
  type Markup,
  renderDates,
  renderName,
  renderParagraph,
  renderProse,
} from './markup.ts'

export function renderFindings(account: JudgedAccount, id: string): Markup {
  const { fixes, policyText } = account
  const findings = account.findings.filter(isOpen)
  const off = describeSwitchedOff(account)
  const note = off && renderParagraph(off)
  if (findings.length === 0) return html`${renderParagraph('None.')}${note}`
  const lines = policyText.split('\n')
  const who = makeWho(account, id)
  const entry = (finding: Finding) => html`
<li>
<div>
<p>${renderSubject(finding.subject, who)}: ${renderDates(phraseFinding(finding, abridge))}</p>${
    finding.location && renderPlace(finding.location, lines)
  }
</div>${renderFix(fixes.get(finding.id))}
</li>`
  const { shown, rest } = limit(findings)
  const kept = new Set(shown)
  // Those that share title, risk and severity, in the order of the first of each.
  const byKind = groupBy(findings, ({ code, risk, severity }) => `${code} ${risk} ${severity}`)
  const kinds = [...byKind.values()]
  const cards = kinds.map((kind) => {
    const [{ risk }] = kind
    const first = kinds.find(([each]) => each.risk === risk) === kind
    return renderKind(
      kind,
      kind.filter((each) => kept.has(each)).map(entry),
      first && makeRiskId(id, risk),
    )
  })
  return html`${cards}${rest}${note}`
}

function renderKind(
  [{ code, risk, severity }, ...others]: readonly [Finding, ...Finding[]],
  entries: readonly Markup[],
  id: string | false,
): Markup {
  const { title, meaning, remedy } = FINDINGS[code]
  return html`
<article class="card ${severity === 'warning' ? 'low' : risk}"${id && html` id="${id}"`}>
<header>
<h4>${title} <span class="count">${others.length + 1}</span></h4>
<p class="badges"><span class="badge ${risk}">${risk}</span> <span class="badge ${severity}">${
    severity === 'error' ? 'drift' : 'warning'
  }</span> <code>${code}</code></p>
<p>${renderProse(meaning)}</p>
<p><strong>What to do:</strong> ${renderProse(remedy)}</p>
</header>
<ul class="entries">${entries}
</ul>
</article>`
}

/** A person as a finding names them. */
export type Who = (email: string) => Markup

/** With the name beside the address, and a link to everything about the person. */
export function makeWho({ getOutcomes }: JudgedAccount, id: string): Who {
  const people = new Map(
    getOutcomes().people.map((person, index) => [person.email, { person, index }]),
  )
  return (email) => {
    const address = html`<strong>${renderName(email)}</strong>`
    const known = people.get(email)
    if (known === undefined) return address
    const { seen } = known.person
    return html`<a href="#${makePersonId(id, known.index)}">${address}</a>${seen !== null && html` <span class="name">${renderName(seen.name)}</span>`}`
  }
}

/** @param index among the people of the account */
export function makePersonId(id: string, index: number): string {
  return `${id}-person-${index + 1}`
}

export function renderSubject(subject: Subject, who: Who): Markup {
  switch (subject.kind) {
    case 'agent':
      return who(subject.email)
    case 'group':
      return groupName(subject)
    case 'member':
      return html`${who(subject.email)} in ${groupName(subject.group)}`
    case 'custom-role':
      return html`custom role <strong>${renderName(labelSubject(subject))}</strong>`
    case 'rule':
      return html`rule <strong>${subject.rule}</strong>`
    case 'waiver':
      return html`waiver <strong>${subject.number}</strong>`
  }
}

function groupName(group: GroupSubject): Markup {
  return html`${group.of.label} <strong>${renderName(labelSubject(group))}</strong>`
}

/** The line of the policy, with its text. */
function renderPlace({ file, line, column }: Location, lines: readonly string[]): Markup {
  const quoted = lines
    .slice(line - 1, line)
    .map((each) => html` <code>${abridge(each.trim())}</code>`)
  return html`
<p class="place">${abridge(file)}:${line}:${column}${quoted}</p>`
}

/** Longer lines are not shown: nobody pastes them, and a cut line would be wrong. */
const LONGEST = 8_000

function renderFix(fix: PolicyLines | undefined): Markup | null {
  if (fix === undefined) return null
  const { path, lines } = fix
  const keys = path.map((key, index) => html`${index > 0 && ' › '}<code>${key}</code>`)
  const length = lines.join('').length
  const text =
    length > LONGEST
      ? html`<p>(${length} characters, too long to show)</p>`
      : html`<pre>${lines.map((line) => html`${line}\n`)}</pre>`
  return html`
<div class="policy-fix">
<p>${OFFER} below ${keys}:</p>
${text}
</div>`
}
