/**
 * `rollcall review close`: compares the filled-in decisions with the people of the review and, if
 * given, with a later snapshot. Writes nothing.
 */
import { join } from 'node:path'
import { Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import { makeFinder } from '../../core/model/identity.ts'
import { normaliseEmail, spellEmail } from '../../core/model/names.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { checkRemediation, type DecisionRow, judgeDecisions } from '../../core/review/decisions.ts'
import { type ClosedReview, concludeClose, describeMismatch } from '../../core/review/results.ts'
import type { Place } from '../../files/json-place.ts'
import { readCsv } from '../../files/read-csv.ts'
import { LARGEST_SNAPSHOT, readSnapshotFile } from '../../files/snapshot-file.ts'
import { getReason } from '../../files/whole-file.ts'
import { readNamed, showName } from '../../policy/read/named-file.ts'
import type { Values } from '../../shell/arguments.ts'
import { define } from '../../shell/command.ts'
import { color, type Options } from '../../shell/options.ts'
import { show, type Views } from '../../shell/show.ts'
import { getToday, type World } from '../../shell/world.ts'
import { escapeCell } from '../../views/csv.ts'
import { formatMoment } from '../../views/labels.ts'
import { inspect } from './check.ts'
import { computeSha256, readFolderName } from './folder.ts'

const OPTIONS = {
  decisions: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe: 'The filled-in copy of decisions.csv',
    group: 'Output',
  },
  after: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'SNAPSHOT',
    describe: 'A later snapshot, to check that the decisions were carried out',
    group: 'Output',
  },
  color,
} as const satisfies Options

const VIEWS: Views<ClosedReview, 'text'> = {
  text: async (closed, paint) =>
    (await import('../../views/review.ts')).renderClosed(closed, paint),
}

export const command = define('review close', {
  positional: '<dir>',
  describe: 'Check that a review has a decision for each person',
  options: OPTIONS,
  examples: {
    'rollcall review close review --decisions decided.csv': 'Check that each person has a decision',
    'rollcall review close review --decisions decided.csv --after later.json':
      'Also check that it was carried out',
  },
  run: async ({ positionals, values }, world) =>
    show(await close(readFolderName(positionals), values, world), VIEWS, values, world),
})

async function close(
  folder: string,
  flags: Values<typeof OPTIONS>,
  world: World,
): Promise<ClosedReview> {
  const { decisions: named } = flags
  if (named === null) {
    throw makeFailure('usage-option', 'The decisions are missing.', 'Add --decisions FILE.')
  }
  const { manifestSha256, problems: broken } = await inspect(folder, world)
  if (broken.length > 0) {
    throw makeFailure(
      'review-changed',
      `The review in ${folder} was changed: ${broken.map(describeMismatch).join(', ')}.`,
      'Use the review as rollcall wrote it. Write decisions into a copy of decisions.csv outside the folder.',
    )
  }
  const reviewed = await readSnapshotFile(join(folder, 'snapshot.json'), world)
  const after = flags.after === null ? null : await readLaterSnapshot(flags.after, reviewed, world)
  const bytes = await readDecisions(named, world)
  const file = showName(named)
  const people = reviewed.agents.map(({ email }) => email)
  const { decisions, problems } = judgeDecisions(parseRows(bytes, file, people), people, {
    since: reviewed.startedAt.slice(0, 10),
    today: getToday(world),
  })
  return concludeClose({
    folder,
    people: people.length,
    decisions,
    happened: after && checkRemediation(decisions, reviewed, after),
    problems,
    manifest: manifestSha256,
    decisionsSha256: computeSha256(bytes),
  })
}

async function readLaterSnapshot(name: string, before: Snapshot, world: World): Promise<Snapshot> {
  const after = await readSnapshotFile(name, world)
  const file = showName(name)
  if (after.server !== before.server || after.account.id !== before.account.id) {
    throw makeFailure(
      'settings-conflict',
      `${file} is of account ${after.account.id} on ${after.server}, but the review is of account ${before.account.id} on ${before.server}.`,
      'Use a snapshot of the account that was reviewed.',
    )
  }
  if (after.startedAt < before.finishedAt) {
    throw makeFailure(
      'snapshot-too-old',
      `${file} was read on ${formatMoment(after.startedAt)}, before the review ended on ${formatMoment(before.finishedAt)}.`,
      'Take a new one with `rollcall snapshot`.',
    )
  }
  return after
}

async function readDecisions(file: string, world: World): Promise<Uint8Array> {
  const bytes = await readNamed(file, LARGEST_SNAPSHOT, world).catch(getReason)
  if (bytes !== null && typeof bytes !== 'string') return bytes
  throw makeFailure(
    'usage-option',
    `The decisions ${file} cannot be read (${bytes ?? 'too large'}).`,
    'Use the filled-in copy of decisions.csv.',
  )
}

const NEEDED = ['email', 'decision', 'reviewer', 'date', 'ticket', 'why'] as const

/** Columns may be in any order, and there may be others: it reads only what a reviewer fills in. */
function parseRows(bytes: Uint8Array, file: string, people: readonly string[]): DecisionRow[] {
  const csv = readCsv(bytes)
  if ('problem' in csv) throw makeCsvFailure(file, csv, csv.problem)
  const [head, ...rows] = csv.rows
  const names = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase())
  const missing = NEEDED.filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw makeCsvFailure(
      file,
      { line: head?.line ?? 1, column: 1 },
      `has no column ${missing.join(', ')}`,
    )
  }
  // decisions.csv has an apostrophe before text that a spreadsheet would read as a formula.
  const meant = makeFinder(people, (email) => spellEmail(escapeCell(email)), normaliseEmail)
  return rows.map(({ line, cells }) => {
    const cell = (name: string) => cells[names.indexOf(name)] ?? ''
    const email = spellEmail(cell('email'))
    return {
      location: { file, line, column: 1 },
      cells: {
        email: meant(email) ?? email,
        decision: cell('decision'),
        reviewer: cell('reviewer'),
        date: cell('date'),
        ticket: cell('ticket'),
        why: cell('why'),
      },
    }
  })
}

function makeCsvFailure(file: string, { line, column }: Place, problem: string): Failure {
  return new Failure(
    makeDiagnostic({
      code: 'review-decision',
      summary: `${file} ${problem}.`,
      advice: 'Fill in a copy of decisions.csv from the review, and save it as CSV.',
      location: { file, line, column },
    }),
  )
}

function makeFailure(
  code: 'usage-option' | 'review-changed' | 'settings-conflict' | 'snapshot-too-old',
  summary: string,
  advice: string,
): Failure {
  return new Failure(makeDiagnostic({ code, summary, advice }))
}
