/** The verdict as readers see it: a sign, a word, a colour, and what it means. */
import type { Report, Verdict } from '../../core/report/report.ts'
import {
  describeExit,
  explainNoVerdict,
  MEANINGS,
  nameAccount,
  summariseAccount,
  summariseVerdicts,
  VERDICTS,
} from '../labels.ts'
import { MAY_HELP } from '../remedy.ts'
import { html, type Markup } from './markup.ts'

/** The shapes differ, so that a black-and-white copy shows the same. */
const SIGNS: Readonly<Record<Verdict, Markup>> = {
  in_sync: html`<circle cx="12" cy="12" r="10"/><path d="M7 12.5l3.5 3.5 6.5-8"/>`,
  drift: html`<path d="M12 1.5L22.5 12 12 22.5 1.5 12z"/><path d="M7.5 10h9M7.5 14h9M14.5 7l-5 10"/>`,
  none: html`<circle cx="12" cy="12" r="10" stroke-dasharray="3.1 2.1"/><path d="M9 9.5a3 3 0 1 1 4 2.8c-.8.4-1 .9-1 2"/><path d="M12 17.2v.1"/>`,
}

function renderSign(verdict: Verdict): Markup {
  return html`<svg class="sign" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">${SIGNS[verdict]}</svg>`
}

export function renderBadge(verdict: Verdict): Markup {
  return html`<span class="verdict ${verdict}">${renderSign(verdict)} ${VERDICTS[verdict]}</span>`
}

/** The banner at the top of the page. */
export function renderBanner(report: Report): Markup {
  const { verdict } = report
  return html`
<div class="banner ${verdict}">
<h1>${renderSign(verdict)} ${VERDICTS[verdict]}</h1>
<p class="summary">${summariseReport(report)}</p>
<p>${MEANINGS[verdict]}${report.retryable ? ` ${MAY_HELP}` : null}</p>
</div>`
}

/** The last line of the page, as in the text report. */
export function renderLastLine(report: Report): Markup {
  return html`
<p class="closing">${renderBadge(report.verdict)}, ${describeExit(report)}</p>`
}

/** For the title of the page: the account and the result. */
export function titleReport(report: Report): string {
  const { accounts } = report
  return [
    ...(accounts.length === 1 ? accounts.map((account) => nameAccount(account)) : []),
    summariseReport(report),
  ].join(': ')
}

function summariseReport(report: Report): string {
  if (report.accounts.length > 1) return summariseVerdicts(report)
  if (report.failed || report.accounts.length === 0) return explainNoVerdict(report.diagnostics)
  return report.accounts.map(summariseAccount).join()
}
