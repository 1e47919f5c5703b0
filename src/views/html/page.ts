/**
 * The frame of every HTML page: self-contained, without scripts and requests, and with a content
 * security policy that makes the browser enforce this.
 */
import type { Diagnostic } from '../../core/messages/diagnostic.ts'
import type { Reading, Report } from '../../core/report/report.ts'
import { abridge } from '../abridge.ts'
import { listActivityNotes } from '../activity-words.ts'
import { API_LIMITS, describeSnapshot, formatMoment } from '../labels.ts'
import { renderDiagnostics } from './diagnostics.ts'
import {
  html,
  type Markup,
  renderDates,
  renderName,
  renderParagraph,
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
  readonly patterns?: Markup
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
    patterns !== undefined &&
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

interface Result extends Pick<HtmlPage, 'tool' | 'generatedAt'> {
  readonly diagnostics: readonly Diagnostic[]
  readonly exitCode: 0 | 1 | 2
}

/** The content of a page that judges no account by a policy. */
interface Facts {
  readonly mark: string
  readonly tone?: 'in_sync' | 'none'
  readonly about: string
  readonly kind: string
  readonly patterns?: Markup
  /** Below the summary. */
  readonly notes: readonly Markup[]
  readonly body: Markup | null
}

/** The page of a command whose result is no verdict. */
export function renderFactsPage(
  { tool, generatedAt, diagnostics, exitCode }: Result,
  { mark, tone = 'none', about, notes, body, ...page }: Facts,
): string {
  return renderPage({
    ...page,
    title: `${mark}: ${about}`,
    tool,
    generatedAt,
    main: html`
<div class="banner ${tone}">
<h1>${mark}</h1>
<p class="summary">${about}</p>${notes}
</div>${renderDiagnostics(diagnostics)}${body}`,
    footer: html`
<p class="closing"><span class="verdict ${tone}">${mark}</span>, exit code ${exitCode}</p>`,
  })
}

/** An account on such a page. */
export function renderFacts(
  noun: 'list' | 'page',
  name: string,
  read: Reading,
  sections: readonly Section[],
): Markup {
  const file = describeSnapshot(read, abridge)
  const limits = {
    title: `What this ${noun} does not show`,
    body: html`${[API_LIMITS, ...listActivityNotes(read)].map(renderParagraph)}`,
  }
  return html`
<section class="account" aria-labelledby="account">
<header>
<h2 id="account">${name}</h2>
<p class="muted">Read as ${renderName(read.caller.email)} (${read.caller.role}) on ${formatMoment(read.finishedAt)}${file !== '' && html`. ${file}`}</p>
</header>${renderSections([...sections, limits], 'section')}
</section>`
}
