/** The closing record of a review as one self-contained page, built with the parts of the HTML report. */
import type { Finding } from '../../core/messages/finding.ts'
import type { ClosedDecision, ClosedReview } from '../../core/review/closing.ts'
import type { ReviewedPerson } from '../../core/review/reviewed.ts'
import { formatMoment, HIDING } from '../labels.ts'
import { CLOSING_MARKS, describeArrival, summariseClosed } from '../review.ts'
import {
  html,
  type Markup,
  renderDates,
  renderName,
  renderNames,
  renderParagraph,
  renderSections,
  type Section,
} from './markup.ts'
import { renderPage } from './page.ts'
import { renderTable } from './table.ts'

export function renderClosingHtml(closed: ClosedReview): string {
  const { before, after, exitCode, remarks } = closed
  return renderPage(
    { ...closed, diagnostics: remarks },
    {
      mark: CLOSING_MARKS[exitCode],
      tone: exitCode === 0 ? 'in_sync' : 'none',
      about: summariseClosed(closed),
      kind: 'closing record of an access review',
      notes: [
        renderParagraph(
          html`Account ${renderName(before.account.name)} (${before.account.id}) on ${renderName(before.server)}, as it was on ${renderDates(formatMoment(before.finishedAt))}.`,
        ),
        ...(after === null
          ? [renderParagraph('Nobody has checked yet whether changes and removals were done.')]
          : []),
      ],
      body: html`
<section class="account" aria-labelledby="record">
<header>
<h2 id="record">The review</h2>
</header>${renderSections(listSections(closed), 'section')}
</section>`,
    },
  )
}

function listSections(closed: ClosedReview): readonly Section[] {
  const { decisions, since, journals } = closed
  return [
    {
      title: 'To do',
      body: renderDecisions(decisions.filter(({ result }) => result?.done === false)),
    },
    ...(since === null
      ? []
      : [
          { title: 'New since the review', body: renderCame(since.came) },
          { title: 'Has more access than at the review', body: renderGained(since.gained) },
        ]),
    { title: 'Findings about nobody in the form', body: renderOthers(closed.others) },
    { title: 'Reviewers', body: renderReviewers(closed) },
    { title: 'All decisions', body: renderDecisions(decisions) },
    ...journals.map((journal) => ({
      title: `Changes by rollcall apply, ${formatMoment(journal.startedAt)}`,
      body: renderTable(
        'Changes',
        ['Subject', 'Step', 'Announced', 'Outcome', 'Request'],
        journal.writes.map(({ address, step, at, outcome, requestId }) => [
          renderName(address),
          renderName(step),
          renderDates(formatMoment(at)),
          html`${outcome ?? 'unknown'}`,
          renderName(requestId),
        ]),
      ),
    })),
    { title: 'What the review does not show', body: html`${closed.notShown.map(renderParagraph)}` },
    { title: 'Hashes', body: renderHashes(closed) },
  ]
}

function renderDecisions(decisions: readonly ClosedDecision[]): Markup | null {
  if (decisions.length === 0) return null
  return renderTable(
    'Decisions',
    ['Person', 'Findings', 'Decision', 'By', 'Reason'],
    decisions.map(({ person, findings, result, ...of }) => [
      html`<strong>${renderName(person.email)}</strong><br>${renderName(person.name)}, ${person.role ?? `hidden member of ${HIDING.one}`}`,
      findings.length === 0
        ? null
        : html`${findings.map(({ code, risk }) => `${code} (${risk})`).join(', ')}`,
      html`<strong>${of.decision}</strong>${
        result &&
        html`<br>${result.done ? 'done' : 'NOT DONE'}: <bdi class="long">${result.what}</bdi>`
      }`,
      html`${renderName(of.reviewer)}<br>${renderDates(of.date)}`,
      of.why === '' && of.ticket === ''
        ? null
        : html`<bdi class="long">${of.why}</bdi>${of.ticket !== '' && html`<br>${renderName(of.ticket)}`}`,
    ]),
  )
}

function renderReviewers({ reviewers }: ClosedReview): Markup {
  return renderTable(
    'Reviewers',
    ['Reviewer', 'On the account', 'Keep', 'Change', 'Remove', 'Reviewed by'],
    reviewers.map(({ email, role, decided, reviewedBy }) => [
      renderName(email),
      html`${role ?? 'no'}`,
      html`${decided.keep}`,
      html`${decided.change}`,
      html`${decided.remove}`,
      reviewedBy === null ? null : renderName(reviewedBy),
    ]),
  )
}

/** No decision covers them. */
function renderOthers(others: readonly Finding[]): Markup | null {
  if (others.length === 0) return null
  return renderTable(
    'Findings',
    ['Finding', 'Subject', 'Summary'],
    others.map(({ code, risk, address, summary }) => [
      html`${code} (${risk})`,
      renderName(address),
      html`<bdi class="long">${summary}</bdi>`,
    ]),
  )
}

function renderCame(came: readonly ReviewedPerson[]): Markup | null {
  if (came.length === 0) return null
  return renderTable(
    'People',
    ['Person', 'Access'],
    came.map(({ email, name, role }) => [
      html`<strong>${renderName(email)}</strong><br>${renderName(name)}`,
      html`${describeArrival(role)}`,
    ]),
  )
}

function renderGained(gained: readonly string[]): Markup | null {
  const names = renderNames(gained, gained.length)
  return names && renderParagraph(names)
}

function renderHashes(closed: ClosedReview): Markup {
  const files = [
    { name: 'MANIFEST.json of the review', sha256: closed.manifestSha256 },
    { name: 'snapshot.json of the review', sha256: closed.snapshotSha256 },
    { name: 'policy.yaml of the review', sha256: closed.policySha256 },
    closed.form,
    closed.reviewersFile,
    closed.afterFile,
    ...closed.journals.map(({ file }) => file),
  ].filter((file) => file !== null)
  return html`
<p>SHA-256 of each file.</p>${renderTable(
    'Hashes',
    ['File', 'Hash'],
    files.map(({ name, sha256 }) => [html`${name}`, html`<code>${sha256}</code>`]),
  )}`
}
