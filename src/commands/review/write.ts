/**
 * Writes every file of a review from what was read: the policy, the snapshot and the record. The same
 * three give the same bytes, so that `review verify` can write a review again and compare.
 */
import { Failure } from '../../core/messages/diagnostic.ts'
import { compareCodeUnits } from '../../core/model/names.ts'
import type { Policy } from '../../core/model/policy.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { describeAccountAccess } from '../../core/report/access.ts'
import { concludeFacts } from '../../core/report/facts.ts'
import { describeHiddenMembers } from '../../core/report/missing-parts.ts'
import { concludeReport, type JudgedAccount } from '../../core/report/report.ts'
import { findClockDifference } from '../../core/review/moments.ts'
import type { ListedFile, ReviewRecord } from '../../core/review/record.ts'
import { renderManifest, renderTables } from '../../views/bundle.ts'
import { renderCsv } from '../../views/csv.ts'
import { renderAccessHtml } from '../../views/html/access.ts'
import { renderHtml } from '../../views/html/report.ts'
import { renderJson } from '../../views/json.ts'
import { renderSnapshot } from '../../views/snapshot.ts'
import { judgeSnapshot } from '../shared/make-report.ts'
import { computeSha256, KEEPS_BYTES, sealFile } from './folder.ts'

export interface Written {
  readonly account: JudgedAccount
  /** By name; without the manifest. */
  readonly contents: ReadonlyMap<string, string>
  readonly renderManifest: (files: readonly ListedFile[]) => string
}

/** Throws a Failure if the account cannot be judged. */
export function writeReview(record: ReviewRecord, policy: Policy, snapshot: Snapshot): Written {
  const { tool, generatedAt, judgedOn: today, requests, roster } = record
  const { serverVersion } = snapshot
  const read = { ...snapshot, requests: requests.length }
  const account = judgeSnapshot(policy, read, null, { today, strict: false, people: roster })
  if (account.verdict === 'none') throw new Failure(...account.diagnostics)

  const head = { command: 'review', tool, generatedAt, exitZero: false, roster }
  const whole = concludeReport(head, findClockDifference(requests), [account])
  const everybody = describeAccountAccess(read, null, null)
  const access = everybody.sections.flatMap(({ people }) => people)
  const answer = concludeFacts({
    tool,
    generatedAt,
    facts: everybody,
    diagnostics: describeHiddenMembers(read, 'This page'),
  })
  const contents = new Map<string, string>([
    ...Object.entries(renderTables(account, policy, access)),
    ['access.html', renderAccessHtml(answer)],
    ['findings.csv', renderCsv(whole) ?? ''],
    ['report.html', renderHtml(whole)],
    ['report.json', renderJson(whole)],
    ['snapshot.json', renderSnapshot(snapshot, tool)],
    ['policy.yaml', restoreText(policy)],
    [KEEPS_BYTES.name, KEEPS_BYTES.text],
  ])
  return {
    account,
    contents,
    renderManifest: (files) => renderManifest({ record, serverVersion, account, access, files }),
  }
}

/** Restores the exact bytes: the text may lack only the byte order mark. */
export function restoreText({ text, sha256 }: Policy): string {
  return computeSha256(text) === sha256 ? text : `\ufeff${text}`
}

/** What the manifest says about each file, by name. */
export function listFiles(contents: ReadonlyMap<string, string | Uint8Array>): ListedFile[] {
  return [...contents]
    .map(([name, content]) => sealFile(name, content))
    .sort((a, b) => compareCodeUnits(a.name, b.name))
}
