/**
 * The report as one self-contained page, for an access review: no scripts, no requests, readable on a
 * phone, in dark mode and on paper. What needs no attention is folded on a screen, and printed in full.
 */
import { splitQuiet } from '../../core/report/order.ts'
import type { AccountReport, Report } from '../../core/report/report.ts'
import { describeExit, MEANINGS, nameAccount, summariseAccount, VERDICTS } from '../labels.ts'
import { MAY_HELP } from '../remedy.ts'
import { renderAccount } from './account.ts'
import { PATTERNS } from './glance.ts'
import { html, type Markup, renderParagraph } from './markup.ts'
import { renderPage } from './page.ts'
import { renderTable } from './table.ts'
import { renderBadge, renderSign, summariseReport } from './verdict.ts'

export function renderHtml(report: Report): string {
  const { verdict } = report
  const { loud, quiet } = splitQuiet(report.accounts)
  const accounts = [...loud, ...quiet]
  const mark = VERDICTS[verdict]
  const about = summariseReport(report)
  const names = accounts.length === 1 ? accounts.map((account) => nameAccount(account)) : []
  return renderPage(report, {
    mark,
    sign: renderSign(verdict),
    tone: verdict,
    about,
    title: [mark, ...names, about].join(': '),
    kind: 'access report',
    patterns: PATTERNS,
    notes: [renderParagraph(`${MEANINGS[verdict]}${report.retryable ? ` ${MAY_HELP}` : ''}`)],
    body: html`${accounts.length > 1 && renderIndex(accounts)}${accounts.map((account, index) => renderAccount(account, makeId(index), report, index >= loud.length))}`,
    exit: describeExit(report),
  })
}

function makeId(index: number): string {
  return `account-${index + 1}`
}

function renderIndex(accounts: readonly AccountReport[]): Markup {
  const rows = accounts.map((account, index) => [
    html`<a href="#${makeId(index)}">${nameAccount(account)}</a>`,
    renderBadge(account.verdict),
    html`${summariseAccount(account)}`,
  ])
  return html`
<nav class="index" aria-label="Accounts">${renderTable('Accounts', ['Account', 'Verdict', 'Result'], rows)}
</nav>`
}
