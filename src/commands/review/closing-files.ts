/**
 * Reads the files of `review close`, or reports what is wrong with one and where. What they mean is
 * decided in core/review.
 */
import { makeFailure } from '../../core/messages/diagnostic.ts'
import type { DiagnosticCode } from '../../core/messages/diagnostic-records.ts'
import { spellEmail } from '../../core/model/names.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { checkColumns, makeForm, type ReviewForm, type TableRow } from '../../core/review/form.ts'
import { isAddress } from '../../core/review/one-mailbox.ts'
import type { ListedFile } from '../../core/review/record.ts'
import { type SealedJournal, sealJournal } from '../../core/review/sealed-journal.ts'
import { hashJournal } from '../../files/journal.ts'
import { readCsv } from '../../files/read-csv.ts'
import { LARGEST_SNAPSHOT, parseSnapshotBytes } from '../../files/snapshot-file.ts'
import { explainError } from '../../files/whole-file.ts'
import { readNamed, showName } from '../../policy/read/named-file.ts'
import { makeOptionFailure } from '../../shell/command.ts'
import type { World } from '../../shell/world.ts'
import { escapeCell } from '../../views/csv.ts'
import { formatMoment } from '../../views/labels.ts'
import { sealFile } from './folder.ts'

/** A file that the user named, and what it will be called beside the record. */
export interface ReadFile<T> {
  readonly value: T
  readonly file: ListedFile
  readonly bytes: Uint8Array
}

async function readWhole(
  what: string,
  named: string,
  advice: string,
  world: World,
): Promise<Uint8Array> {
  const bytes = await readNamed(named, LARGEST_SNAPSHOT, world).catch(explainError)
  if (bytes !== null && typeof bytes !== 'string') return bytes
  const summary = `The ${what} ${showName(named)} cannot be read (${bytes ?? 'too large'}).`
  throw makeOptionFailure(summary, advice)
}

const FORM_ADVICE = 'Fill in a copy of decisions.csv from the review, and save it as CSV.'

/**
 * The filled-in form, and the blank one of the review.
 * @param people by e-mail address as in the snapshot
 */
export async function readForms(
  blankBytes: Uint8Array,
  named: string,
  people: readonly string[],
  world: World,
): Promise<ReadFile<ReviewForm> & { readonly blank: ReviewForm }> {
  const advice = 'Use the filled-in copy of decisions.csv.'
  const bytes = await readWhole('decisions', named, advice, world)
  const blank = parseForm(blankBytes, 'decisions.csv', people)
  const file = showName(named)
  const value = parseForm(bytes, file, people)
  const problem = checkColumns(value, blank)
  if (problem !== null) {
    const location = { file, line: value.line, column: 1 }
    const summary = `${file} ${problem}.`
    throw makeFailure({ code: 'review-decision', summary, advice: FORM_ADVICE, location })
  }
  return { value, blank, bytes, file: sealFile('decisions.csv', bytes) }
}

function parseForm(
  bytes: Uint8Array,
  file: string,
  people: readonly string[],
): ReviewForm & { readonly line: number } {
  const table = parseTable(bytes, file, 'review-decision', FORM_ADVICE)
  return { ...makeForm(table, people, escapeCell), line: table[0]?.place(0).line ?? 1 }
}

/** Throws a Failure with one diagnostic. */
function parseTable(
  bytes: Uint8Array,
  file: string,
  code: DiagnosticCode,
  advice: string,
): readonly TableRow[] {
  const csv = readCsv(bytes)
  if ('problem' in csv) {
    const { line, column, problem } = csv
    const location = { file, line, column }
    throw makeFailure({ code, summary: `${file} ${problem}.`, advice, location })
  }
  return csv.rows.map(({ line, cells, offsets }) => ({
    cells,
    place: (index) => {
      const offset = offsets[index]
      return { file, ...(offset === undefined ? { line, column: 1 } : csv.findPlace(offset)) }
    },
  }))
}

/** The addresses of a list: the first column of a CSV file, or one on each line. */
export async function readReviewers(
  named: string,
  world: World,
): Promise<ReadFile<readonly string[]>> {
  const advice = 'Write one e-mail address on each line.'
  const bytes = await readWhole('list of reviewers', named, advice, world)
  const file = showName(named)
  const [first, ...others] = parseTable(bytes, file, 'usage-option', advice)
  const heading = /^(e-?mail|reviewer)s?$/i.test(first?.cells[0]?.trim() ?? '')
  const rows = first === undefined || heading ? others : [first, ...others]
  const value = rows.flatMap(({ cells: [cell = '', ...more], place }) => {
    if (cell.trim().startsWith('#')) return []
    const email = spellEmail(cell)
    const other = more.find((each) => isAddress(each.trim()))
    if (isAddress(email) && other === undefined) return [email]
    const summary =
      other === undefined
        ? `${file}: "${cell}" is not an e-mail address.`
        : `${file} has two addresses on one line: "${cell}" and "${other.trim()}".`
    throw makeFailure({ code: 'usage-option', summary, advice, location: place(0) })
  })
  if (value.length === 0) throw makeOptionFailure(`${file} contains no e-mail address.`, advice)
  return { value, bytes, file: sealFile('reviewers.csv', bytes) }
}

export async function readLaterSnapshot(
  named: string,
  before: Snapshot,
  world: World,
): Promise<ReadFile<Snapshot>> {
  const file = showName(named)
  const advice = 'Use a file that `rollcall snapshot -o FILE` wrote.'
  const bytes = await readWhole('snapshot', named, advice, world)
  const value = parseSnapshotBytes(bytes, file)
  if (value.server !== before.server || value.account.id !== before.account.id) {
    throw makeFailure({
      code: 'settings-conflict',
      summary: `${file} is of account ${value.account.id} on ${value.server}, but the review is of account ${before.account.id} on ${before.server}.`,
      advice: 'Use a snapshot of the account that was reviewed.',
    })
  }
  if (value.startedAt < before.finishedAt) {
    throw makeFailure({
      code: 'snapshot-too-old',
      summary: `${file} was read on ${formatMoment(value.startedAt)}, before the review ended on ${formatMoment(before.finishedAt)}.`,
      advice: 'Take a new one with `rollcall snapshot`.',
    })
  }
  return { value, bytes, file: sealFile('later.json', bytes) }
}

/** @param number of the journal, from 1 */
export async function readSealedJournal(
  named: string,
  number: number,
  before: Snapshot,
  world: World,
): Promise<ReadFile<SealedJournal>> {
  const advice = 'Use a file that `rollcall apply --journal` wrote.'
  const bytes = await readWhole('journal', named, advice, world)
  const file = sealFile(`journal-${number}.jsonl`, bytes)
  const value = sealJournal(hashJournal(Buffer.from(bytes).toString('utf8')), file, before)
  if ('problem' in value) {
    const summary = `The journal ${showName(named)} ${value.problem}.`
    throw makeFailure({ code: 'journal-unreadable', summary })
  }
  return { value, bytes, file }
}
