/**
 * The report as one self-contained page, for an access review: no scripts, no requests, readable on a
 * phone, in dark mode and on paper. What needs no attention is folded on a screen, and printed in full.
 */
import { splitQuiet } from '../../core/report/order.ts'
import type { AccountReport, Report } from '../../core/report/report.ts'
import { nameAccount, summariseAccount, VERDICTS } from '../labels.ts'
import { renderAccount } from './account.ts'
import { renderDiagnostics } from './diagnostics.ts'
import { PATTERNS } from './glance.ts'
import { html, type Markup } from './markup.ts'
import { renderPage } from './page.ts'
import { renderTable } from './table.ts'
import { renderBadge, renderBanner, renderLastLine, titleReport } from './verdict.ts'

export function renderHtml(report: Report): string {
  const { diagnostics, tool, generatedAt, verdict } = report
  const { loud, quiet } = splitQuiet(report.accounts)
  const accounts = [...loud, ...quiet]
  return renderPage({
    title: `${VERDICTS[verdict]}: ${titleReport(report)}`,
    kind: 'access report',
    tool,
    generatedAt,
    patterns: PATTERNS,
    main: html`${renderBanner(report)}${renderDiagnostics(diagnostics)}${
      accounts.length > 1 && renderIndex(accounts)
    }${accounts.map((account, index) => renderAccount(account, makeId(index), report, index >= loud.length))}`,
    footer: renderLastLine(report),
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
