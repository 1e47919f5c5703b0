/** The basis of the verdict: what was compared, what the API does not show, who read it and when. */
import { count } from '../../core/messages/phrase.ts'
import type { AccountReport, Coverage, Report } from '../../core/report/report.ts'
import { abridge } from '../abridge.ts'
import { describeNotJudged, listActivityNotes } from '../activity-words.ts'
import {
  ACCESS,
  API_HIDES,
  formatMoment,
  listNumbers,
  listUnmanaged,
  titleSection,
} from '../labels.ts'
import { html, type Markup, renderDates, renderName, renderParagraph } from './markup.ts'

const COVERAGE: Readonly<Record<Coverage, string>> = {
  compared: 'compared with the policy',
  unmanaged: 'not compared: not managed by the policy',
  unreadable: 'not compared: there is no verdict',
  unsupported: 'not compared: not supported by this server',
}

export function renderCoverage(account: AccountReport): Markup {
  const { coverage, summary, read } = account
  const left = listUnmanaged(summary)
  const activity = read === null ? [] : listActivityNotes(read)
  const unjudged = account.verdict === 'none' ? null : describeNotJudged(account)
  const since =
    activity.length === 0
      ? '; without the audit log, also how old an invitation is, and when a person last signed in'
      : ''
  return html`${renderFacts(
    Object.entries(coverage).map(([section, covered]) => [
      titleSection(section),
      html`${COVERAGE[covered]}`,
    ]),
  )}${
    left.length > 0 &&
    renderParagraph(`On the account, but not managed by this policy: ${left.join(', ')}.`)
  }
<p><strong>What this API does not show:</strong> ${API_HIDES}${since}. ${ACCESS}</p>${[
    ...activity,
    ...(unjudged === null ? [] : [unjudged]),
  ].map((note) => renderParagraph(renderDates(note)))}`
}

export function renderProvenance(account: AccountReport, { tool, generatedAt }: Report): Markup {
  const { policy, server, read } = account
  return renderFacts([
    ['Policy', renderName(policy.path)],
    ['SHA-256 of the policy', policy.sha256 && html`<code>${policy.sha256}</code>`],
    ['Server', server && html`${abridge(server)}`],
    ...(read === null
      ? []
      : ([
          ['Read as', html`${renderName(read.caller.email)} (${read.caller.role})`],
          ...(read.snapshot === null ? [] : [['Snapshot', renderName(read.snapshot)] as const]),
          [
            'Read',
            html`${renderDates(formatMoment(read.startedAt))} to ${renderDates(formatMoment(read.finishedAt))}`,
          ],
          [
            'What was read',
            html`${listNumbers(read).join(', ')}${read.snapshot === null && html`, in ${count(read.requests, 'request')}`}`,
          ],
        ] as const)),
    ['Created by', html`${tool.name} ${tool.version}, ${renderDates(formatMoment(generatedAt))}`],
  ])
}

function renderFacts(entries: readonly (readonly [string, Markup | null | ''])[]): Markup {
  return html`
<dl class="facts">${entries.map(
    ([term, value]) => html`
<div><dt>${term}</dt><dd>${value || 'not known'}</dd></div>`,
  )}
</dl>`
}
