/** Messages of a run: what is wrong, where, the offending line, why, and the next step. */
import type { Diagnostic } from '../../core/messages/diagnostic.ts'
import { abridge } from '../abridge.ts'
import { html, limit, type Markup, renderParagraph, renderProse } from './markup.ts'

export function renderDiagnostics(diagnostics: readonly Diagnostic[]): Markup | null {
  if (diagnostics.length === 0) return null
  const { shown, rest } = limit(diagnostics)
  return html`
<ul class="cards">${shown.map(renderDiagnostic)}
</ul>${rest}`
}

function renderDiagnostic(each: Diagnostic): Markup {
  const { severity, summary, location, detail, advice, requestId } = each
  const place = location && `${abridge(location.file)}:${location.line}:${location.column}`
  return html`
<li class="card ${severity === 'error' ? 'unsure' : 'low'}">
<p><span class="badge ${severity}">${severity}</span> <strong>${renderProse(summary)}</strong></p>${
    place &&
    html`
<p class="place">${place}</p>`
  }${renderExcerpt(each)}${detail && renderParagraph(renderProse(detail))}${
    advice && renderParagraph(html`<strong>What to do:</strong> ${renderProse(advice)}`)
  }${
    requestId &&
    html`
<p class="place">Request id: ${abridge(requestId)}</p>`
  }
</li>`
}

function renderExcerpt({ excerpt: quoted, location }: Diagnostic): Markup | null {
  if (quoted === null || location === null) return null
  const { text, start, length } = quoted
  const part = (from: number, until?: number) => text.slice(from, until).replaceAll('\t', ' ')
  const end = start + length
  return html`
<pre><span class="number">${location.line} | </span>${part(0, start)}<mark>${part(start, end)}</mark>${part(end)}</pre>`
}
