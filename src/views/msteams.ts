/**
 * The report as a message for a workflow of Microsoft Teams: an adaptive card. Every text is a run,
 * which knows no Markdown, so that only dates in double braces have a meaning.
 */
import { escapeInvisible, reveal } from '../core/model/visible.ts'
import type { Report } from '../core/report/report.ts'
import { type ChatItem, type ChatMessage, renderChat } from './chat.ts'
import { toJson } from './json-document.ts'
import { countBytes } from './markdown/fit.ts'

/** Teams rejects a message of more than 28 KB. Bytes of UTF-8, with room for what a workflow adds. */
const LARGEST = 25_000

export function renderMsteams(report: Report): string {
  return renderChat(report, writeMessage, (text) => countBytes(text) <= LARGEST)
}

function writeMessage({ title, own, quoted, items, left, closing }: ChatMessage): string {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      makeLine(title, { weight: 'Bolder', size: 'Large' }),
      makeContainer([own, ...quoted].map((text) => makeLine(text))),
      ...items.map(makeItem),
      ...(left.length === 0 ? [] : [makeContainer(left.map((text) => makeLine(text)))]),
      makeContainer(closing.map((text) => makeLine(text, { isSubtle: true }))),
    ],
  }
  const contentType = 'application/vnd.microsoft.card.adaptive'
  return toJson({ type: 'message', attachments: [{ contentType, contentUrl: null, content }] })
}

function makeItem({ own, quoted, remedy }: ChatItem) {
  return makeContainer([
    makeLine(own, { weight: 'Bolder' }),
    ...quoted.map((text) => makeLine(text, { fontType: 'Monospace' })),
    ...(remedy === null ? [] : [makeLine(remedy)]),
  ])
}

function makeContainer(items: readonly ReturnType<typeof makeLine>[]) {
  return { type: 'Container', separator: true, items }
}

function makeLine(text: string, look: Readonly<Record<string, string | boolean>> = {}) {
  return {
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: escapeRun(text), ...look }],
  }
}

/** The escape function of Teams: no `{{DATE(…)}}`, whatever is before or after it. */
export function escapeRun(text: string): string {
  return reveal(text).replace(/\{(?=\{)/g, escapeInvisible)
}
