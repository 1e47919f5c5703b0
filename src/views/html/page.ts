/**
 * The frame of every HTML page: self-contained, without scripts and requests, and with a content
 * security policy that makes the browser enforce this.
 */
import type { Reading, Report, Verdict } from '../../core/report/report.ts'
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

interface Page {
  /** The result in a word or two, shown at the top and at the bottom. */
  readonly mark: string
  /** Drawn before the mark. */
  readonly sign?: Markup
  readonly tone?: Verdict
  /** The result in one phrase. */
  readonly about: string
  readonly title?: string
  /** The kind of page, shown after the name of the tool. */
  readonly kind: string
  /** Definitions that the drawings of the page use. */
  readonly patterns?: Markup
  /** Below the summary. */
  readonly notes: readonly Markup[]
  readonly body: Markup | null
  readonly exit?: string
}

// The empty icon stops browsers from requesting one from the server.
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`

export function renderPage(
  run: Pick<Report, 'tool' | 'generatedAt' | 'diagnostics' | 'exitCode'>,
  {
    mark,
    sign = html``,
    tone = 'none',
    about,
    title = `${mark}: ${about}`,
    kind,
    patterns,
    notes,
    body,
    exit = `exit code ${run.exitCode}`,
  }: Page,
): string {
  const { tool, generatedAt, diagnostics } = run
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
<main>
<div class="banner ${tone}">
<h1>${sign}${mark}</h1>
<p class="summary">${about}</p>${notes}
</div>${renderDiagnostics(diagnostics)}${body}
</main>
<footer>
<p class="closing"><span class="verdict ${tone}">${sign}${mark}</span>, ${exit}</p>
</footer>
</body>
</html>
`)
}

/** An account on a page without a policy, so without a verdict. */
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
