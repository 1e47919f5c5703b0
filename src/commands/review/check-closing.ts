/**
 * Checks the closing record of a review: closes the review again with the files that are stored in the
 * folder of the record, and compares.
 */
import { join } from 'node:path'
import { Failure } from '../../core/messages/diagnostic.ts'
import { CLOSING } from '../../core/review/closing.ts'
import { findLateness, parseClosing } from '../../core/review/parse-closing.ts'
import type { Mismatch, Unchecked } from '../../core/review/results.ts'
import type { StatedClosing } from '../../core/review/statement.ts'
import type { World } from '../../shell/world.ts'
import { isOwnWork, listUnchecked } from './check.ts'
import { concludeReview, type SoundReview } from './conclude.ts'
import { findDifferences } from './differences.ts'
import { readListedFolder } from './folder.ts'

export interface ClosingInspection extends StatedClosing {
  readonly problems: readonly Mismatch[]
  readonly unchecked: Unchecked | null
}

/** Throws a Failure if there is no valid record. @param shown its folder, as the user named it */
export async function inspectClosing(
  shown: string,
  review: SoundReview,
  world: World,
): Promise<ClosingInspection> {
  const help = {
    advice: 'Name the folder that `rollcall review close -o` wrote, or restore the record.',
  }
  const read = await readListedFolder(shown, CLOSING, parseClosing, help, world)
  const { document: record, bytes, sha256, files } = read
  const found = read.problems.map((each) => ({ ...each, file: join(shown, each.file) }))
  const add = (name: string, place: string, problem: string) =>
    void found.push({ kind: 'record', file: join(shown, name), place, problem })
  const end = (unchecked: Unchecked | null): ClosingInspection => {
    const { generatedAt } = record
    return { sha256, files: record.files, generatedAt, problems: found, unchecked }
  }
  if (found.length > 0) return end(null)

  const within = (name: string) => (files.has(name) ? join(shown, name) : null)
  const journals = [...files.keys()].filter((name) => /^journal-\d+\.jsonl$/.test(name))
  const named = {
    decisions: join(shown, 'decisions.csv'),
    reviewers: within('reviewers.csv'),
    after: within('later.json'),
    journal: journals.map((_, index) => join(shown, `journal-${index + 1}.jsonl`)),
  }
  try {
    const { closed, contents, record: should } = await concludeReview(review, named, record, world)
    for (const problem of findLateness(closed, review.bundle.document.record)) {
      add(CLOSING, ', `generated_at`', problem)
    }
    for (const { summary } of closed.problems) add('decisions.csv', '', `says: ${summary}`)
    const otherwise: string[] = []
    for (const [name, content] of [...contents, [CLOSING, should] as const]) {
      const is = name === CLOSING ? bytes : (files.get(name) ?? Buffer.from(''))
      const differences = findDifferences(name, is, Buffer.from(content).toString())
      if (!isOwnWork(record.tool) && differences.length > 0) otherwise.push(join(shown, name))
      else for (const { place, problem } of differences) add(name, place, problem)
    }
    return end(listUnchecked(record.tool, otherwise))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    add(CLOSING, '', `cannot be written again: ${error.message}`)
    return end(null)
  }
}
