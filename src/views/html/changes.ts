/** The changes that would fix the drift, in order. rollcall does not make them. */
import type { Action, Change, Facts } from '../../core/plan/change.ts'
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
<p>None.</p>`
  }
  const { shown, rest } = limited(changes, MOST)
  return html`
<p>In this order, grants come before removals. Nothing was changed.</p>
<ol class="changes">${shown.map(renderChange)}
</ol>${rest}`
}

function renderChange(change: Change): Markup {
  const { action, subject, before, after, irreversible, effects } = change
  const details = [
    ...(after === null ? [] : differences(before, after)),
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

/** The subject already names the person and the team of a membership. */
const KEYS = ['role', 'custom_role', 'name', 'description', 'auto_assign'] as const

function differences(before: Facts | null, after: Facts): readonly Markup[] {
  return KEYS.flatMap((key) => {
    const [was, will] = [before && fact(before, key), fact(after, key)]
    // A new person has no custom role, so "none" is not worth showing.
    const nothing = before === null && after[key] === null
    if (nothing || will === null || was === will) return []
    const from = was === null ? null : html`${abridged(was)} → `
    return [html`${key.replace('_', ' ')}: ${from}<strong>${abridged(will)}</strong>`]
  })
}

function fact(facts: Facts, key: (typeof KEYS)[number]): string | null {
  if (key === 'custom_role') {
    const { custom_role } = facts
    return custom_role === undefined
      ? null
      : custom_role === null
        ? 'none'
        : customRole(custom_role)
  }
  const value = facts[key]
  return value === undefined ? null : value === '' ? 'empty' : String(value)
}
