/** One account: its verdict, then the details. Only arranges the parts of the other files. */

import { listWaived } from '../../core/messages/finding.ts'
import { FINDINGS } from '../../core/messages/finding-records.ts'
import { getHeading } from '../../core/model/kinds.ts'
import type { Location } from '../../core/model/location.ts'
import type {
  AccountReport,
  JudgedAccount,
  Report,
  UnjudgedAccount,
} from '../../core/report/report.ts'
import { abridge } from '../abridge.ts'
import {
  describeQuietAccount,
  describeSince,
  describeSnapshot,
  formatMoment,
  nameAccount,
  phraseFinding,
  summariseAccount,
} from '../labels.ts'
import { describeRetry } from '../remedy.ts'
import { renderChanges } from './changes.ts'
import { renderDiagnostics } from './diagnostics.ts'
import { makeWho, renderFindings, renderSubject, type Who } from './findings.ts'
import { renderGlance } from './glance.ts'
import { renderCustomRoles, renderGroups, renderPeople } from './inventory.ts'
import {
  html,
  keepFilled,
  type Markup,
  MOST,
  renderDates,
  renderName,
  renderParagraph,
  renderSections,
  type Section,
} from './markup.ts'
import { renderCoverage, renderProvenance } from './provenance.ts'
import { renderLongTable } from './table.ts'
import { renderBadge } from './verdict.ts'

/** @param folded whether only the heading and one line are open */
export function renderAccount(
  account: AccountReport,
  id: string,
  report: Report,
  folded: boolean,
): Markup {
  const own =
    account.verdict === 'none'
      ? listUnjudgedSections(account)
      : listJudgedSections(account, id, report)
  const sections = keepFilled([
    ...own,
    { title: 'Coverage', body: renderCoverage(account) },
    { title: 'Source of this report', body: renderProvenance(account, report) },
  ])
  const heading = html`<h2 id="${id}">${nameAccount(account)}</h2>`
  const body = html`
<nav aria-labelledby="${id}">
<ul>${sections.map(
    ({ title }, index) => html`
<li><a href="#${id}-${index}">${title}</a></li>`,
  )}
</ul>
</nav>${renderSections(sections, id)}`
  return html`
<section class="account${folded && ' folded'}" aria-labelledby="${id}">${
    folded
      ? html`
<details>
<summary>${heading} ${renderBadge(account.verdict)} ${describeQuietAccount(account)}</summary>${body}
</details>`
      : html`
<header>
${heading}${renderHeadline(account, report)}
</header>${body}`
  }
</section>`
}

/** The verdict is left out if the banner of the page already shows it. */
function renderHeadline(account: AccountReport, { accounts, verdict }: Report): Markup {
  const own = accounts.length > 1 || account.verdict !== verdict
  const { read } = account
  const file = describeSnapshot(read, abridge)
  return html`${
    own && renderParagraph(html`${renderBadge(account.verdict)} ${summariseAccount(account)}`)
  }${
    account.account !== null &&
    html`
<p class="muted">Policy ${renderName(account.policy.path)}${
      read &&
      html`, read as ${renderName(read.caller.email)} (${read.caller.role}) on ${renderDates(formatMoment(read.finishedAt))}`
    }</p>`
  }${
    file !== '' && renderParagraph(html`<strong>${file}</strong>`)
  }${account.since !== null && renderParagraph(renderDates(describeSince(account)))}`
}

function listUnjudgedSections({ diagnostics, retryable }: UnjudgedAccount): readonly Section[] {
  const body = html`${renderDiagnostics(diagnostics)}${renderParagraph(describeRetry(retryable))}`
  return [{ title: 'Why there is no verdict', body }]
}

function listJudgedSections(
  account: JudgedAccount,
  id: string,
  report: Report,
): readonly Section[] {
  return [
    { title: 'Warnings', body: renderDiagnostics(account.diagnostics) },
    { title: 'At a glance', body: renderGlance(account, id) },
    { title: 'Findings', body: renderFindings(account, id) },
    { title: 'Waived', body: renderWaived(account, makeWho(account, id)) },
    { title: 'Changes that would fix the drift', body: renderChanges(account, id, report) },
    { title: 'People on the account', body: renderPeople(account, id) },
    { title: 'Custom roles on the account', body: renderCustomRoles(account) },
    ...[...account.read.groups.keys()].map((of) => ({
      title: `${getHeading(of)} on the account`,
      body: renderGroups(of, account),
    })),
    { title: 'Ignored', body: renderIgnored(account) },
  ]
}

function renderWaived(account: JudgedAccount, who: Who): Markup {
  const waived = listWaived(account.findings)
  if (waived.length === 0) return renderParagraph('None.')
  const heads = ['Finding', 'What', 'Until', 'Owner', 'Reason', 'Line in the policy']
  const table = renderLongTable('Waived', heads, waived, MOST.entries, (finding) => [
    html`<strong>${FINDINGS[finding.code].title}</strong>`,
    html`${renderSubject(finding.subject, who)}: ${renderDates(phraseFinding(finding, abridge))}`,
    renderDates(finding.waiver.expires),
    renderName(finding.waiver.owner),
    html`${abridge(finding.waiver.reason)}`,
    renderPlace(finding.waiver.location),
  ])
  return html`
<p>These findings are accepted until the end of the given day (UTC). They do not count.</p>${table}`
}

function renderPlace({ file, line, column }: Location): Markup {
  return html`<span class="place">${abridge(file)}:${line}:${column}</span>`
}

function renderIgnored({ ignored }: JudgedAccount): Markup {
  if (ignored.length === 0) return renderParagraph('None.')
  const heads = ['Address', 'Pattern', 'Line in the policy']
  const table = renderLongTable('Ignored', heads, ignored, MOST.entries, (each) => [
    html`<strong>${renderName(each.address)}</strong>`,
    html`<code>${abridge(each.pattern)}</code>`,
    renderPlace(each.location),
  ])
  return html`
<p>A pattern of the policy ignores these people and groups. Administrators are always checked.</p>${table}`
}
