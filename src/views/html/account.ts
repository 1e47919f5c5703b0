/** One account: its verdict, then the details. Only arranges the parts of the other files. */

import { waivedOf } from '../../core/messages/finding.ts'
import { FINDINGS } from '../../core/messages/finding-records.ts'
import { headingOf, KINDS } from '../../core/model/kinds.ts'
import type { Location } from '../../core/model/location.ts'
import type {
  AccountReport,
  JudgedAccount,
  Report,
  UnjudgedAccount,
} from '../../core/report/report.ts'
import { abridged, asOf, gist, moment, phraseOf, titleOf } from '../labels.ts'
import { renderChanges } from './changes.ts'
import { renderDiagnostics } from './diagnostics.ts'
import { renderFindings, subjectName } from './findings.ts'
import { renderGlance } from './glance.ts'
import { renderGroups, renderPeople } from './inventory.ts'
import { html, limited, type Markup, name, renderSections, type Section } from './markup.ts'
import { renderCoverage, renderProvenance } from './provenance.ts'
import { table } from './table.ts'
import { verdictBadge } from './verdict.ts'

export function renderAccount(account: AccountReport, id: string, report: Report): Markup {
  const own = account.verdict === 'none' ? withoutVerdict(account) : withVerdict(account)
  const sections: readonly Section[] = [
    ...own,
    { title: 'Coverage', body: renderCoverage(account) },
    { title: 'Source of this report', body: renderProvenance(account, report) },
  ]
  return html`
<section class="account" aria-labelledby="${id}">
<header>
<h2 id="${id}">${titleOf(account)}</h2>${headline(account, report)}
<nav aria-labelledby="${id}">
<ul>${sections.map(
    ({ title }, index) => html`
<li><a href="#${id}-${index}">${title}</a></li>`,
  )}
</ul>
</nav>
</header>${renderSections(sections, id)}
</section>`
}

/** The verdict is left out if the banner of the page already shows it. */
function headline(account: AccountReport, { accounts, verdict }: Report): Markup {
  const own = accounts.length > 1 || account.verdict !== verdict
  const { read } = account
  return html`${
    own &&
    html`
<p>${verdictBadge(account.verdict)} ${gist(account)}</p>`
  }${
    account.account !== null &&
    html`
<p class="muted">Policy ${name(account.policy.path)}${
      read &&
      html`, read as ${name(read.caller.email)} (${read.caller.role}) on ${moment(read.finishedAt)}`
    }</p>`
  }${
    read !== null &&
    read.snapshot !== null &&
    html`
<p><strong>${asOf(read, abridged)}</strong></p>`
  }`
}

function withoutVerdict({ diagnostics, retryable }: UnjudgedAccount): readonly Section[] {
  const again = html`
<p>${retryable ? 'Running again may help.' : 'Running again without a change does not help.'}</p>`
  return [
    { title: 'Why there is no verdict', body: html`${renderDiagnostics(diagnostics)}${again}` },
  ]
}

function withVerdict(account: JudgedAccount): readonly Section[] {
  const { diagnostics } = account
  return [
    ...(diagnostics.length === 0
      ? []
      : [{ title: 'Warnings', body: renderDiagnostics(diagnostics) }]),
    { title: 'At a glance', body: renderGlance(account) },
    { title: 'Findings', body: renderFindings(account) },
    { title: 'Waived', body: renderWaived(account) },
    { title: 'Changes that would fix the drift', body: renderChanges(account) },
    { title: 'People on the account', body: renderPeople(account) },
    ...KINDS.map((of) => ({
      title: `${headingOf(of)} on the account`,
      body: renderGroups(of, account),
    })),
    { title: 'Ignored', body: renderIgnored(account) },
  ]
}

const MOST_WAIVED = 1_000

function renderWaived(account: JudgedAccount): Markup {
  const waived = waivedOf(account.findings)
  if (waived.length === 0) {
    return html`
<p>None.</p>`
  }
  const { shown, rest } = limited(waived, MOST_WAIVED)
  const heads = ['Finding', 'What', 'Until', 'Owner', 'Reason', 'Line in the policy']
  const rows = shown.map((finding) => [
    html`<strong>${FINDINGS[finding.code].title}</strong>`,
    html`${subjectName(finding.subject)}: ${phraseOf(finding, abridged)}`,
    html`${finding.waiver.expires}`,
    name(finding.waiver.owner),
    html`${abridged(finding.waiver.reason)}`,
    place(finding.waiver.location),
  ])
  return html`
<p>These findings are accepted until the end of the given day (UTC). They do not count.</p>${table('Waived', heads, rows)}${rest}`
}

function place({ file, line, column }: Location): Markup {
  return html`<span class="place">${abridged(file)}:${line}:${column}</span>`
}

const MOST_IGNORED = 1_000

function renderIgnored({ ignored }: JudgedAccount): Markup {
  if (ignored.length === 0) {
    return html`
<p>None.</p>`
  }
  const { shown, rest } = limited(ignored, MOST_IGNORED)
  const rows = shown.map(({ address, pattern, location }) => [
    html`<strong>${name(address)}</strong>`,
    html`<code>${abridged(pattern)}</code>`,
    place(location),
  ])
  return html`
<p>A pattern of the policy ignores these people and teams. Administrators are always checked.</p>${table('Ignored', ['Address', 'Pattern', 'Line in the policy'], rows)}${rest}`
}
