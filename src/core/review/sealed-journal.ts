/**
 * The journal of an apply as evidence of a review: Chatwoot does not log removals, so the journal is
 * their only record. It must be complete, for the same account, and from after the review.
 */
import { type HashedLine, readJournal } from '../apply/journal.ts'
import type { Diagnostic } from '../messages/diagnostic.ts'
import { count } from '../messages/phrase.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { makeNote } from './note.ts'
import type { ListedFile } from './record.ts'

export interface SealedWrite {
  /** RFC 3339, UTC; when the request was announced. */
  readonly at: string
  readonly requestId: string
  readonly step: string
  readonly address: string
  /** Null: the journal has no result, so it is not known. */
  readonly outcome: string | null
  readonly status: number | null
}

export interface SealedJournal {
  readonly file: ListedFile
  readonly startedAt: string
  /** Of rollcall. */
  readonly version: string
  /** The owner of the token. */
  readonly owner: string
  /** Of the approved document, SHA-256 in hex. */
  readonly approval: string
  /** Null: the run was killed. */
  readonly closing: { readonly at: string; readonly verdict: string | null } | null
  /** Every request, in the order of the run. */
  readonly writes: readonly SealedWrite[]
}

/** What is wrong with it, as a phrase after its name; or what it records. */
export function sealJournal(
  lines: readonly HashedLine[],
  file: ListedFile,
  before: Snapshot,
): SealedJournal | { readonly problem: string } {
  const { first, unfinished, results, closing, torn, problems } = readJournal(lines)
  if (first === null) return { problem: 'is not the journal of an apply' }
  const [problem] = problems
  if (problem !== undefined) return { problem: `was changed: ${problem.replace(/\.$/, '')}` }
  if (torn && closing !== null) return { problem: 'was changed: lines follow after its end' }
  if (first.server !== before.server || first.account !== before.account.id) {
    return {
      problem: `is of account ${first.account} on ${first.server}, but the review is of account ${before.account.id} on ${before.server}`,
    }
  }
  if (first.at < before.finishedAt) return { problem: 'is from before the review' }
  const open = unfinished.map((intent) => ({ intent, outcome: null, status: null }))
  const writes = [...results, ...open].sort((a, b) => a.intent.number - b.intent.number)
  return {
    file,
    startedAt: first.at,
    version: first.version,
    owner: first.owner,
    approval: first.hash,
    closing: closing && { at: closing.at, verdict: closing.verdict },
    writes: writes.map(({ intent, outcome, status }) => ({
      at: intent.at,
      requestId: intent.request_id,
      step: intent.step,
      address: intent.address,
      outcome,
      status,
    })),
  }
}

/** What a journal does not say, and journals that are not evidence. */
export function noteJournals(
  journals: readonly SealedJournal[],
  after: Pick<Snapshot, 'finishedAt'> | null,
): readonly Diagnostic[] {
  return journals.flatMap(({ file, startedAt, approval, closing, writes }, index) => {
    const unknown = writes.filter(({ outcome }) => outcome === null || outcome === 'unknown').length
    const same = journals
      .slice(0, index)
      .find((each) => each.startedAt === startedAt && each.approval === approval)
    const what = [
      ...(same === undefined ? [] : [`is of the same run as ${same.file.name}`]),
      ...(after !== null && startedAt > after.finishedAt
        ? ['is of a run that began after the later snapshot was read']
        : []),
      ...(closing === null ? ['has no closing line because the run was stopped'] : []),
      ...(unknown > 0 ? [`has no result for ${count(unknown, 'request')}`] : []),
    ]
    if (what.length === 0) return []
    const summary = `The journal ${file.name} ${what.join(', and ')}.`
    const advice = 'Check in the later snapshot what was done.'
    return [makeNote(summary, advice)]
  })
}
