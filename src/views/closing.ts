/** The closing record of a review as JSON: a contract, see schemas/closing.schema.json. */
import type { Finding } from '../core/messages/finding.ts'
import { CLOSING_FORMAT, type ClosedDecision, type ClosedReview } from '../core/review/closing.ts'
import type { ListedFile } from '../core/review/record.ts'
import type { ReviewedPerson } from '../core/review/reviewed.ts'
import type { SealedJournal } from '../core/review/sealed-journal.ts'
import { toDiagnosticJson, toJson } from './json-document.ts'

/** @param files the other files of the folder */
export function renderClosing(closed: ClosedReview, files: readonly ListedFile[]): string {
  const { before, after, since, decided, undone } = closed
  return toJson({
    format: CLOSING_FORMAT,
    format_version: '1.0',
    tool: closed.tool,
    generated_at: closed.generatedAt,
    exit_code: closed.exitCode,
    review: {
      manifest_sha256: closed.manifestSha256,
      snapshot_sha256: closed.snapshotSha256,
      policy_sha256: closed.policySha256,
      server: before.server,
      account: before.account,
      read_started_at: before.startedAt,
      read_finished_at: before.finishedAt,
    },
    form: closed.form,
    reviewers_file: closed.reviewersFile && { ...closed.reviewersFile, addresses: closed.allowed },
    after: after && {
      ...closed.afterFile,
      read_started_at: after.startedAt,
      read_finished_at: after.finishedAt,
    },
    totals: {
      people: closed.people.length,
      hidden: closed.people.filter(({ role }) => role === null).length,
      ...decided,
      done: after && decided.change + decided.remove - undone,
      not_done: after && undone,
      came_since: since?.came.length ?? null,
    },
    decisions: closed.decisions.map(toDecisionJson),
    reviewers: closed.reviewers.map(({ email, role, decided: own, reviewedBy }) => ({
      email,
      role,
      ...own,
      reviewed_by: reviewedBy,
    })),
    other_findings: closed.others.map((each) => ({
      ...toFindingJson(each),
      summary: each.summary,
    })),
    not_shown: closed.notShown,
    came_since: since?.came.map(toPersonJson) ?? null,
    gained_since: since?.gained ?? null,
    notes: closed.remarks.map(toDiagnosticJson),
    journals: closed.journals.map(toJournalJson),
    files,
  })
}

function toFindingJson({ id, code, risk }: Finding) {
  return { id, code, risk }
}

function toPersonJson({ email, id, name, role }: ReviewedPerson) {
  return { email, user_id: id, name, role }
}

function toDecisionJson({ person, findings, result, ...of }: ClosedDecision) {
  return {
    ...toPersonJson(person),
    decision: of.decision,
    reviewer: of.reviewer,
    date: of.date,
    ticket: of.ticket,
    why: of.why,
    findings: findings.map(toFindingJson),
    result,
  }
}

function toJournalJson({ file, closing, ...of }: SealedJournal) {
  return {
    ...file,
    started_at: of.startedAt,
    rollcall_version: of.version,
    owner: of.owner,
    approval_sha256: of.approval,
    closed_at: closing?.at ?? null,
    verdict: closing?.verdict ?? null,
    writes: of.writes.map(({ at, requestId, step, address, outcome, status }) => ({
      at,
      request_id: requestId,
      step,
      address,
      outcome,
      status,
    })),
  }
}
