/**
 * What every page of ours has around its content: self-contained, no script, no request to
 * anywhere, and a policy that holds a browser to that.
 */
import type { Report } from '../../core/report/report.ts'
import { moment } from '../labels.ts'
import { html, type Markup, written } from './markup.ts'
import { STYLE, STYLE_HASH } from './style.ts'

export interface Page {
  readonly title: string
  /** What kind of page it is, after the name of the tool. */
  readonly kind: string
  readonly tool: Report['tool']
  readonly generatedAt: string
  /** Definitions that drawings of the page refer to. */
  readonly patterns: Markup | null
  readonly main: Markup
  readonly footer: Markup
}

// The empty icon keeps browsers from asking the server of the page for one.
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`

export function page({ title, kind, tool, generatedAt, patterns, main, footer }: Page): string {
  return written(html`<!doctype html>
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
<p><time datetime="${generatedAt}">${moment(generatedAt)}</time></p>
</header>
<main>${main}
</main>
<footer>${footer}
</footer>
</body>
</html>
`)
}
