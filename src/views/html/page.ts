/**
 * The frame of every HTML page: self-contained, without scripts and requests, and with a content
 * security policy that makes the browser enforce this.
 */
import type { FactsReport } from '../../core/report/facts.ts'
import type { Reading, Report } from '../../core/report/report.ts'
import { abridge } from '../abridge.ts'
import { describeSnapshot, formatMoment } from '../labels.ts'
import { renderDiagnostics } from './diagnostics.ts'
import {
  html,
  type Markup,
  renderDates,
  renderName,
  renderSections,
  type Section,
  toText,
} from './markup.ts'
import { STYLE, STYLE_HASH } from './style.ts'

export interface HtmlPage {
  readonly title: string
  /** The kind of page, shown after the name of the tool. */
  readonly kind: string
  readonly tool: Report['tool']
  readonly generatedAt: string
  /** Definitions that the drawings of the page use. */
  readonly patterns: Markup | null
  readonly main: Markup
  readonly footer: Markup
}

// The empty icon stops browsers from requesting one from the server.
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`

export function renderPage({
  title,
  kind,
  tool,
  generatedAt,
  patterns,
  main,
  footer,
}: HtmlPage): string {
  return toText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title} – ${tool.name}</title>
<link rel="icon" href="data:,">
${STYLE}
</head>
<body>${
    patterns &&
    html`
${patterns}`
  }
<header class="masthead">
<p><strong>${tool.name}</strong> ${kind}</p>
<p><time datetime="${generatedAt}">${renderDates(formatMoment(generatedAt))}</time></p>
</header>
<main>${main}
</main>
<footer>${footer}
</footer>
</body>
</html>
`)
}

/** What a page shows that judges nothing. */
interface Facts {
  readonly mark: string
  readonly about: string
  readonly kind: string
  readonly patterns: Markup | null
  /** Below the summary. */
  readonly notes: readonly Markup[]
  readonly body: Markup | null
}

/** The page of a command without a policy. */
export function renderFactsPage(
  { tool, generatedAt, diagnostics, exitCode }: FactsReport,
  { mark, about, kind, patterns, notes, body }: Facts,
): string {
  return renderPage({
    title: `${mark}: ${about}`,
    kind,
    tool,
    generatedAt,
    patterns,
    main: html`
<div class="banner none">
<h1>${mark}</h1>
<p class="summary">${about}</p>${notes}
</div>${renderDiagnostics(diagnostics)}${body}`,
    footer: html`
<p class="closing"><span class="verdict none">${mark}</span>, exit code ${exitCode}</p>`,
  })
}

/** An account on such a page. */
export function renderFacts(name: string, read: Reading, sections: readonly Section[]): Markup {
  const file = describeSnapshot(read, abridge)
  return html`
<section class="account" aria-labelledby="account">
<header>
<h2 id="account">${name}</h2>
<p class="muted">Read as ${renderName(read.caller.email)} (${read.caller.role}) on ${formatMoment(read.finishedAt)}${file !== '' && html`. ${file}`}</p>
</header>${renderSections(sections, 'section')}
</section>`
}
