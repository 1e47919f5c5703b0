/**
 * What a closing record says about itself: when and by what it was made, and which files it seals.
 * Everything else in it follows from these files. Knows no files and no JSON text.
 */
import { measureTime } from '../model/dates.ts'
import { checkFields, checkFormat, type RefuseAt } from '../model/fields.ts'
import { CLOSING_FORMAT, type ClosedReview } from './closing.ts'
import { type ListedFile, parseListedFiles, parseTool, type ReviewRecord } from './record.ts'

export interface ClosingContent extends Pick<ReviewRecord, 'tool' | 'generatedAt'> {
  readonly files: readonly ListedFile[]
}

export function parseClosing(document: unknown, refuse: RefuseAt): ClosingContent {
  const root = checkFields(document, [], refuse)
  checkFormat(root, CLOSING_FORMAT, '1.0')
  return {
    tool: parseTool(root),
    generatedAt: root.moment('generated_at'),
    files: parseListedFiles(root),
  }
}

/** What the record cannot have known when it was made, as clauses about its time. */
export function findLateness(
  { generatedAt, after, journals }: Pick<ClosedReview, 'generatedAt' | 'after' | 'journals'>,
  review: Pick<ReviewRecord, 'generatedAt'>,
): readonly string[] {
  const known: readonly (readonly [string, string])[] = [
    ['the review was written', review.generatedAt],
    ...(after === null ? [] : [['the later snapshot was read', after.finishedAt] as const]),
    ...journals.map(
      ({ file, startedAt, closing }) =>
        [`the run of ${file.name} ended`, closing?.at ?? startedAt] as const,
    ),
  ]
  return known
    .filter(([, at]) => measureTime(generatedAt) < measureTime(at))
    .map(([what, at]) => `${generatedAt} is before ${what}, ${at}`)
}
