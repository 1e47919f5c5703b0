/** The verdict as readers see it: a sign, a word, a colour, and why. */
import type { Report, Verdict } from '../../core/report/report.ts'
import { explainNoVerdict, summariseAccount, summariseVerdicts, VERDICTS } from '../labels.ts'
import { html, type Markup } from './markup.ts'

/** The shapes differ, so that a black-and-white copy shows the same. */
const SIGNS: Readonly<Record<Verdict, Markup>> = {
  in_sync: html`<circle cx="12" cy="12" r="10"/><path d="M7 12.5l3.5 3.5 6.5-8"/>`,
  drift: html`<path d="M12 1.5L22.5 12 12 22.5 1.5 12z"/><path d="M7.5 10h9M7.5 14h9M14.5 7l-5 10"/>`,
  none: html`<circle cx="12" cy="12" r="10" stroke-dasharray="3.1 2.1"/><path d="M9 9.5a3 3 0 1 1 4 2.8c-.8.4-1 .9-1 2"/><path d="M12 17.2v.1"/>`,
}

/** Drawn before the word of the verdict. */
export function renderSign(verdict: Verdict): Markup {
  return html`<svg class="sign" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">${SIGNS[verdict]}</svg> `
}

export function renderBadge(verdict: Verdict): Markup {
  return html`<span class="verdict ${verdict}">${renderSign(verdict)}${VERDICTS[verdict]}</span>`
}

/** The result of the run in one phrase. */
export function summariseReport(report: Report): string {
  if (report.accounts.length > 1) return summariseVerdicts(report)
  if (report.failed || report.accounts.length === 0) return explainNoVerdict(report.diagnostics)
  return report.accounts.map(summariseAccount).join()
}
