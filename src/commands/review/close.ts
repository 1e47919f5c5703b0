/**
 * `rollcall review close`: the filled-in decisions against the people of the review, and with a later
 * snapshot against what happened. Writes nothing.
 */
import { join } from 'node:path'
import { diagnostic, Failure } from '../../core/messages/diagnostic.ts'
import { finder } from '../../core/model/identity.ts'
import { normaliseEmail, spellEmail } from '../../core/model/names.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { checkRemediation, type DecisionRow, judgeDecisions } from '../../core/review/decisions.ts'
import { type ClosedReview, concludeClose } from '../../core/review/results.ts'
import { readCsv } from '../../files/read-csv.ts'
import { LARGEST_SNAPSHOT, readSnapshotFile } from '../../files/snapshot-file.ts'
import { reasonOf } from '../../files/whole-file.ts'
import { readNamed, shownAs } from '../../policy/read/named.ts'
import type { Values } from '../../shell/arguments.ts'
import { define } from '../../shell/command.ts'
import { color, type Options } from '../../shell/options.ts'
import { show, type Views } from '../../shell/show.ts'
import { today, type World } from '../../shell/world.ts'
import { harmless } from '../../views/csv.ts'
import { moment } from '../../views/labels.ts'
import { folderIn, inspect, sha256 } from './bundle.ts'

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
    describe: 'A later snapshot, to show that what was decided has happened',
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
  describe: 'Check that a review has a decision about everybody',
  options: OPTIONS,
  examples: {
    'rollcall review close review --decisions decided.csv': 'Is everybody decided on?',
    'rollcall review close review --decisions decided.csv --after later.json': 'And did it happen?',
  },
  run: async ({ positionals, values }, world) =>
    show(await close(folderIn(positionals), values, world), VIEWS, values, world),
})

async function close(
  folder: string,
  flags: Values<typeof OPTIONS>,
  world: World,
): Promise<ClosedReview> {
  const { decisions: named } = flags
  if (named === null) {
    throw misused('usage-option', 'No decisions are named.', 'Name them with --decisions FILE.')
  }
  const { manifestSha256, problems: broken } = await inspect(folder, world)
  if (broken.length > 0) {
    throw misused(
      'review-changed',
      `The review in ${folder} is not intact: ${broken.join(', ')}.`,
      'Close the review as it was written; decisions belong into a copy of decisions.csv elsewhere.',
    )
  }
  const reviewed = await readSnapshotFile(join(folder, 'snapshot.json'), world)
  const after = flags.after === null ? null : await laterSnapshot(flags.after, reviewed, world)
  const bytes = await bytesOf(named, world)
  const file = shownAs(named)
  const people = reviewed.agents.map(({ email }) => email)
  const { decisions, problems } = judgeDecisions(rowsOf(bytes, file, people), people, {
    since: reviewed.startedAt.slice(0, 10),
    today: today(world),
  })
  return concludeClose({
    folder,
    people: people.length,
    decisions,
    happened: after && checkRemediation(decisions, reviewed, after),
    problems,
    manifest: manifestSha256,
    decisionsSha256: sha256(bytes),
  })
}

async function laterSnapshot(name: string, before: Snapshot, world: World): Promise<Snapshot> {
  const after = await readSnapshotFile(name, world)
  const file = shownAs(name)
  if (after.server !== before.server || after.account.id !== before.account.id) {
    throw misused(
      'settings-conflict',
      `${file} is of account ${after.account.id} on ${after.server}, the review of account ${before.account.id} on ${before.server}.`,
      'Name a snapshot of the account that was reviewed.',
    )
  }
  if (after.startedAt < before.finishedAt) {
    throw misused(
      'snapshot-too-old',
      `${file} was read on ${moment(after.startedAt)}, before the review ended on ${moment(before.finishedAt)}.`,
      'Take a new one with `rollcall snapshot`.',
    )
  }
  return after
}

async function bytesOf(file: string, world: World): Promise<Uint8Array> {
  const bytes = await readNamed(file, LARGEST_SNAPSHOT, world).catch(reasonOf)
  if (bytes !== null && typeof bytes !== 'string') return bytes
  throw misused(
    'usage-option',
    `The decisions ${file} cannot be read (${bytes ?? 'too large'}).`,
    'Name the filled-in copy of decisions.csv.',
  )
}

const NEEDED = ['email', 'decision', 'reviewer', 'date', 'ticket', 'why'] as const

/** Columns in any order, others among them: only what a reviewer fills in is looked at. */
function rowsOf(bytes: Uint8Array, file: string, people: readonly string[]): DecisionRow[] {
  const csv = readCsv(bytes)
  if ('problem' in csv) throw unreadable(file, csv.line, csv.problem)
  const [head, ...rows] = csv.rows
  const names = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase())
  const missing = NEEDED.filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw unreadable(file, head?.line ?? 1, `lacks the columns ${missing.join(', ')}`)
  }
  // What a spreadsheet would take for a formula stands there as text, with an apostrophe.
  const meant = finder(people, (email) => spellEmail(harmless(email)), normaliseEmail)
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

function unreadable(file: string, line: number, problem: string): Failure {
  return new Failure(
    diagnostic({
      code: 'review-decision',
      summary: `${file} ${problem}.`,
      advice: 'Fill in a copy of decisions.csv of the review, and save it as CSV.',
      location: { file, line, column: 1 },
    }),
  )
}

function misused(
  code: 'usage-option' | 'review-changed' | 'settings-conflict' | 'snapshot-too-old',
  summary: string,
  advice: string,
): Failure {
  return new Failure(diagnostic({ code, summary, advice }))
}
