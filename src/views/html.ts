/**
 * The report as one self-contained page, for an access review: no script, no request to anywhere,
 * readable on a phone, in the dark and on paper. Nothing is folded: what is folded is not printed.
 */
import type { Report } from '../core/report.ts'
import { renderAccount } from './html/account.ts'
import { renderDiagnostics } from './html/diagnostics.ts'
import { PATTERNS } from './html/glance.ts'
import { html, type Markup, written } from './html/markup.ts'
import { STYLE, STYLE_HASH } from './html/style.ts'
import { table } from './html/table.ts'
import { renderBanner, renderClosing, subjectOf, verdictBadge } from './html/verdict.ts'
import { gist, moment, titleOf, VERDICTS } from './words.ts'

// The empty icon keeps browsers from asking the server of the page for one.
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`

export function renderHtml(report: Report): string {
  const { accounts, diagnostics, tool, generatedAt, verdict } = report
  return written(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${VERDICTS[verdict]}: ${subjectOf(report)} – ${tool.name}</title>
<link rel="icon" href="data:,">
${STYLE}
</head>
<body>
${PATTERNS}
<header class="masthead">
<p><strong>${tool.name}</strong> access report</p>
<p><time datetime="${generatedAt}">${moment(generatedAt)}</time></p>
</header>
<main>${renderBanner(report)}${renderDiagnostics(diagnostics)}${
    accounts.length > 1 && renderIndex(report)
  }${accounts.map((account, index) => renderAccount(account, idOf(index), report))}
</main>
<footer>${renderClosing(report)}
</footer>
</body>
</html>
`)
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
<nav class="index" aria-label="Accounts">${table('Accounts', ['Account', 'Verdict', 'What was found'], rows)}
</nav>`
}
