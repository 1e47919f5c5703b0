/**
 * Concludes a review from the files of its decisions, and writes the closing record. The same files
 * give the same bytes, so that `review verify` can write a record again and compare.
 */
import {
  type ClosedReview,
  concludeClose,
  findDoubtful,
  noteOtherFindings,
  noteOtherPolicy,
} from '../../core/review/closing.ts'
import { judgeDecisions } from '../../core/review/decisions.ts'
import { compareFacts, noteMissingFacts } from '../../core/review/form.ts'
import type { ReviewRecord } from '../../core/review/record.ts'
import { checkRemediation, noteOlderSnapshot, noteUnseen } from '../../core/review/remediation.ts'
import { identifyRenamed, listReviewed } from '../../core/review/reviewed.ts'
import { judgeReviewers, tallyReviewers } from '../../core/review/reviewers.ts'
import { noteJournals } from '../../core/review/sealed-journal.ts'
import type { World } from '../../shell/world.ts'
import type { JudgedReview } from './check.ts'
import { readForms, readLaterSnapshot, readReviewers, readSealedJournal } from './closing-files.ts'
import { type Bundle, computeSha256, KEEPS_BYTES } from './folder.ts'

/** A review that is intact. */
export interface SoundReview {
  readonly bundle: Bundle
  readonly judged: JudgedReview
}

/** The files that the user named. */
export interface ClosingFiles {
  readonly decisions: string
  readonly reviewers: string | null
  readonly after: string | null
  readonly journal: readonly string[]
}

export interface Concluded {
  readonly closed: ClosedReview
  /** The files of the record by name, without the record itself. */
  readonly contents: ReadonlyMap<string, string | Uint8Array>
  readonly record: string
}

/**
 * Throws a Failure if a file cannot be read.
 * @param made decisions are judged by the day on which the record is made
 */
export async function concludeReview(
  { bundle, judged }: SoundReview,
  named: ClosingFiles,
  made: Pick<ReviewRecord, 'tool' | 'generatedAt'>,
  world: World,
): Promise<Concluded> {
  const before = judged.snapshot
  const reviewed = listReviewed(judged.account)
  const { people, findings, others } = reviewed
  const emails = people.map(({ email }) => email)
  const form = await readForms(judged.blank, named.decisions, emails, world)
  const reviewers = named.reviewers === null ? null : await readReviewers(named.reviewers, world)
  const after = named.after === null ? null : await readLaterSnapshot(named.after, before, world)
  const journals = []
  for (const [index, each] of named.journal.entries()) {
    journals.push(await readSealedJournal(each, index + 1, before, world))
  }

  const identify = identifyRenamed(people, after?.value ?? null)
  const { decisions, problems } = judgeDecisions(form.value.rows, {
    people,
    findings,
    identify,
    since: before.startedAt.slice(0, 10),
    today: made.generatedAt.slice(0, 10),
  })
  const allowed = reviewers?.value ?? null
  const { notes, ...refused } = judgeReviewers(tallyReviewers(decisions, identify), {
    people: emails,
    doubtful: findDoubtful(reviewed),
    allowed,
  })
  const hashOf = (name: string) => computeSha256(bundle.files.get(name) ?? '')
  const sealed = journals.map(({ value }) => value)
  const closed = concludeClose({
    folder: bundle.folder,
    generatedAt: made.generatedAt,
    tool: made.tool,
    before,
    after: after?.value ?? null,
    people,
    decisions,
    findings,
    others,
    notShown: bundle.document.notShown,
    allowed,
    remediation: after && checkRemediation(decisions, before, after.value),
    journals: sealed,
    problems: [...compareFacts(form.value, form.blank), ...problems, ...refused.problems],
    remarks: [
      ...noteMissingFacts(form.value, form.blank),
      ...notes,
      ...noteOtherPolicy(bundle.document.record.git),
      ...noteOtherFindings(others),
      ...(after === null
        ? []
        : [...noteUnseen(before, after.value), ...noteOlderSnapshot(decisions, after.value)]),
      ...noteJournals(sealed, after?.value ?? null),
    ],
    manifestSha256: bundle.sha256,
    snapshotSha256: hashOf('snapshot.json'),
    policySha256: hashOf('policy.yaml'),
    form: form.file,
    reviewersFile: reviewers?.file ?? null,
    afterFile: after?.file ?? null,
  })
  const { renderClosing } = await import('../../views/closing.ts')
  const { renderClosingHtml } = await import('../../views/html/closing.ts')
  const { listFiles } = await import('./write.ts')
  const evidence = [form, reviewers, after, ...journals].filter((each) => each !== null)
  const contents = new Map<string, string | Uint8Array>([
    ['closing.html', renderClosingHtml(closed)],
    ...evidence.map(({ file, bytes }) => [file.name, bytes] as const),
    [KEEPS_BYTES.name, KEEPS_BYTES.text],
  ])
  return { closed, contents, record: renderClosing(closed, listFiles(contents)) }
}
