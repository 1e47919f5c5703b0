/** The changes that would fix the drift, in order. */
import type { Change } from '../../core/plan/change.ts'
import type { JudgedAccount, Report } from '../../core/report/report.ts'
import { abridge } from '../abridge.ts'
import { ACTIONS, listChangedFacts, noteUnchanged, SYMBOLS } from '../labels.ts'
import { makeWho, renderSubject, type Who } from './findings.ts'
import { html, limit, type Markup, renderParagraph } from './markup.ts'

export function renderChanges(account: JudgedAccount, id: string, report: Report): Markup {
  const { changes } = account
  const who = makeWho(account, id)
  if (changes.length === 0) return renderParagraph('None.')
  const { shown, rest } = limit(changes)
  return html`
<p>In this order, grants come before removals.${noteUnchanged(report)}</p>
<ol class="changes">${shown.map((change) => renderChange(change, who))}
</ol>${rest}`
}

function renderChange(change: Change, who: Who): Markup {
  const { action, subject, irreversible, effects } = change
  const details = [
    ...listDifferences(change),
    ...effects.map((effect) => html`${abridge(effect)}`),
    ...(irreversible ? [html`<strong>Cannot be undone.</strong>`] : []),
  ]
  return html`
<li><span class="badge ${action}">${SYMBOLS[action].replace('-', '−')} ${ACTIONS[action]}</span> ${renderSubject(subject, who)}${
    details.length > 0
      ? html`
<ul>${details.map(
          (detail) => html`
<li>${detail}</li>`,
        )}
</ul>`
      : null
  }</li>`
}

function listDifferences(change: Change): readonly Markup[] {
  return listChangedFacts(change).map(({ key, was, will }) => {
    const from = was === null ? null : html`${renderValue(was)} → `
    return html`${key}: ${from}<strong>${renderValue(will)}</strong>`
  })
}

function renderValue(text: string): string {
  return text === '' ? 'empty' : abridge(text)
}
