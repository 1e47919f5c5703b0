/**
 * The report as one self-contained page, for an access review: no scripts, no requests, readable on a
 * phone, in dark mode and on paper. Nothing is folded, because folded parts are not printed.
 */
import type { Report } from '../../core/report/report.ts'
import { gist, titleOf, VERDICTS } from '../labels.ts'
import { renderAccount } from './account.ts'
import { renderDiagnostics } from './diagnostics.ts'
import { PATTERNS } from './glance.ts'
import { html, type Markup } from './markup.ts'
import { page } from './page.ts'
import { table } from './table.ts'
import { renderBanner, renderClosing, subjectOf, verdictBadge } from './verdict.ts'

export function renderHtml(report: Report): string {
  const { accounts, diagnostics, tool, generatedAt, verdict } = report
  return page({
    title: `${VERDICTS[verdict]}: ${subjectOf(report)}`,
    kind: 'access report',
    tool,
    generatedAt,
    patterns: PATTERNS,
    main: html`${renderBanner(report)}${renderDiagnostics(diagnostics)}${
      accounts.length > 1 && renderIndex(report)
    }${accounts.map((account, index) => renderAccount(account, idOf(index), report))}`,
    footer: renderClosing(report),
  })
}

function idOf(index: number): string {
  return `account-${index + 1}`
}

function renderIndex({ accounts }: Report): Markup {
  const rows = accounts.map((account, index) => [
    html`<a href="#${idOf(index)}">${titleOf(account)}</a>`,
    verdictBadge(account.verdict),
    html`${gist(account)}`,
  ])
  return html`
<nav class="index" aria-label="Accounts">${table('Accounts', ['Account', 'Verdict', 'Result'], rows)}
</nav>`
}
