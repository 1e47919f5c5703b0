/** The changes that would end the drift, in their order. Nothing here was or will be done. */
import type { Party } from '../../core/model/address.ts'
import { type Action, type Change, type Facts, factKeys } from '../../core/plan/change.ts'
import type { JudgedAccount } from '../../core/report/report.ts'
import { abridged, customRole } from '../labels.ts'
import { subjectName } from './findings.ts'
import { html, limited, type Markup } from './markup.ts'

const MOST = 1_000

const ACTIONS: Readonly<Record<Action, string>> = {
  create: '+ add',
  update: '~ change',
  delete: '− remove',
}

export function renderChanges({ changes }: JudgedAccount): Markup {
  if (changes.length === 0) {
    return html`
<p>None: no change of the account is called for.</p>`
  }
  const { shown, rest } = limited(changes, MOST)
  return html`
<p>In this order, what gives access comes before what takes it. Nothing was changed.</p>
<ol class="changes">${shown.map(renderChange)}
</ol>${rest}`
}

function renderChange(change: Change): Markup {
  const { action, subject, before, after, irreversible, effects } = change
  const details = [
    ...(after === null ? [] : differences(subject, before, after)),
    ...effects.map((effect) => html`${abridged(effect)}`),
    ...(irreversible ? [html`<strong>Cannot be undone.</strong>`] : []),
  ]
  return html`
<li><span class="badge ${action}">${ACTIONS[action]}</span> ${subjectName(subject)}${
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

function differences(subject: Party, before: Facts | null, after: Facts): readonly Markup[] {
  return factKeys(subject).flatMap((key) => {
    const [was, will] = [before && fact(before, key), fact(after, key)]
    // No custom role is what everybody begins with.
    const nothing = before === null && after[key] === null
    if (nothing || will === null || was === will) return []
    const from = was === null ? null : html`${abridged(was)} → `
    return [html`${key.replaceAll('_', ' ')}: ${from}<strong>${abridged(will)}</strong>`]
  })
}

function fact(facts: Facts, key: string): string | null {
  const value = facts[key]
  if (value === undefined) return null
  if (value === null) return 'none'
  if (typeof value === 'object') return customRole(value)
  return value === '' ? 'empty' : String(value)
}
