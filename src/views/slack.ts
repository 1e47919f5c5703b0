/**
 * The report as a message for an incoming webhook of Slack, in its Block Kit. Text from a server or a
 * policy is only in code spans, where Slack has no formatting, emoji or links.
 */
import { escapeInvisible, reveal } from '../core/model/visible.ts'
import type { Report } from '../core/report/report.ts'
import { type ChatItem, type ChatMessage, renderChat } from './chat.ts'
import { toJson } from './json-document.ts'

/** Slack limits all blocks together, to about 13,000 characters, which it does not document. */
const LONGEST = 11_000

/** Of a code span. All lines of an item fit into the 3,000 characters of a text. */
const LONGEST_SPAN = 700

export function renderSlack(report: Report): string {
  return renderChat(report, writeMessage, ({ length }) => length <= LONGEST)
}

function writeMessage({ title, own, quoted, items, left, closing }: ChatMessage): string {
  const sections = [
    [own, ...quoted.map(quoteCode)].join('\n'),
    ...items.map(writeItem),
    ...left.map(escapeText),
  ]
  return toJson({
    // For notifications. Slack reads mentions here too, so it is in words of rollcall alone.
    text: `${title}. ${own}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title, emoji: false } },
      ...sections.map((text) => ({ type: 'section', text: makeText(text) })),
      { type: 'context', elements: [makeText(closing.map(escapeText).join('\n'))] },
    ],
  })
}

/** `verbatim`: Slack makes no links of addresses, channels and people. */
function makeText(text: string) {
  return { type: 'mrkdwn', text, verbatim: true }
}

function writeItem({ own, quoted, remedy }: ChatItem): string {
  const lines = [`*${own}*`, ...quoted.map(quoteCode)]
  return [...lines, ...(remedy === null ? [] : [escapeText(remedy)])].join('\n')
}

/** What begins a mention, a link or an entity. The only escapes that Slack knows. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** The escape function of Slack: a code span, cut between characters if it is too long. */
export function quoteCode(text: string): string {
  let shown = ''
  for (const point of reveal(text)) {
    const next = point === '`' ? escapeInvisible(point) : escapeText(point)
    if (shown.length + next.length > LONGEST_SPAN) return `\`${shown}…\``
    shown += next
  }
  return `\`${shown}\``
}
