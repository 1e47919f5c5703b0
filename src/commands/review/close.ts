/**
 * `rollcall review close`: compares the filled-in decisions with the people of the review and, if
 * given, with a later snapshot. Writes the closing record, in a folder of its own: the review stays as
 * it is.
 */
import { relative, resolve } from 'node:path'
import {
  CLOSING,
  type ClosedReview,
  concludeClose,
  findDoubtful,
  listOpenFindings,
} from '../../core/review/closing.ts'
import { judgeDecisions } from '../../core/review/decisions.ts'
import { compareFacts } from '../../core/review/form.ts'
import { checkRemediation } from '../../core/review/remediation.ts'
import { describeMismatch } from '../../core/review/results.ts'
import { judgeReviewers, tallyReviewers } from '../../core/review/reviewers.ts'
import { noteJournals } from '../../core/review/sealed-journal.ts'
import type { Values } from '../../shell/arguments.ts'
import { define } from '../../shell/command.ts'
import { color, type Options, output } from '../../shell/options.ts'
import { show, type Views } from '../../shell/show.ts'
import { TOOL } from '../../shell/tool.ts'
import { getToday, type World } from '../../shell/world.ts'
import { inspect } from './check.ts'
import {
  makeFailure,
  type ReadFile,
  readForms,
  readLaterSnapshot,
  readReviewers,
  readSealedJournal,
} from './closing-files.ts'
import {
  checkFreeFolder,
  computeSha256,
  KEEPS_BYTES,
  readFolderName,
  writeFolder,
} from './folder.ts'

const OPTIONS = {
  decisions: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe: 'The filled-in copy of decisions.csv',
    group: 'Decisions',
  },
  reviewers: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe: 'List of the e-mail addresses that may decide, one on each line',
    group: 'Decisions',
  },
  after: {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'SNAPSHOT',
    describe: 'A later snapshot, to check that the decisions were carried out',
    group: 'Proof',
  },
  journal: {
    type: 'array',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe: 'Journal of a `rollcall apply` that carried them out; can be repeated',
    group: 'Proof',
  },
  output: {
    ...output,
    placeholder: 'DIR',
    describe: 'Folder for the closing record; it must be new or empty',
  },
  color,
} as const satisfies Options

/** A closed review, and the folder that was written; null: none. */
interface Closing extends ClosedReview {
  readonly written: WrittenRecord | null
}

interface WrittenRecord {
  readonly folder: string
  readonly sha256: string
}

const VIEWS: Views<Closing, 'text'> = {
  text: async (closed, paint) =>
    (await import('../../views/review.ts')).renderClosed(closed, closed.written, paint),
}

export const command = define('review close', {
  positional: '<dir>',
  describe: 'Check that a review has a decision for each person, and write the closing record',
  options: OPTIONS,
  examples: {
    'rollcall review close review --decisions decided.csv': 'Check that each person has a decision',
    'rollcall review close review --decisions decided.csv --after later.json -o closing':
      'Also check that it was carried out, and write the closing record',
  },
  run: async ({ positionals, values }, world) =>
    show(await close(readFolderName(positionals), values, world), VIEWS, values, world),
})

async function close(
  folder: string,
  flags: Values<typeof OPTIONS>,
  world: World,
): Promise<Closing> {
  if (flags.decisions === null) {
    throw makeFailure('usage-option', 'The decisions are missing.', 'Add --decisions FILE.')
  }
  const target = flags.output === null ? null : await checkTarget(folder, flags.output, world)
  const { bundle, manifestSha256, problems: broken, judged } = await inspect(folder, world)
  const blank = bundle.files.get('decisions.csv')
  if (broken.length > 0 || judged === null || blank === undefined) {
    throw makeFailure(
      'review-changed',
      `The review in ${folder} was changed: ${broken.map(describeMismatch).join(', ')}.`,
      'Use the review as rollcall wrote it. Write decisions into a copy of decisions.csv outside the folder.',
    )
  }
  const before = judged.snapshot
  const people = before.agents.map(({ email }) => email)
  const findings = listOpenFindings(judged.account)
  const form = await readForms(blank, flags.decisions, people, world)
  const reviewers = flags.reviewers === null ? null : await readReviewers(flags.reviewers, world)
  const after = flags.after === null ? null : await readLaterSnapshot(flags.after, before, world)
  const journals = []
  for (const [index, named] of flags.journal.entries()) {
    journals.push(await readSealedJournal(named, index + 1, before, world))
  }

  const { decisions, problems } = judgeDecisions(form.value.rows, {
    people,
    findings,
    since: before.startedAt.slice(0, 10),
    today: getToday(world),
  })
  const allowed = reviewers?.value ?? null
  const { notes, ...refused } = judgeReviewers(tallyReviewers(decisions), {
    people,
    doubtful: findDoubtful(before.agents, findings),
    allowed,
  })
  const hashOf = (name: string) => computeSha256(bundle.files.get(name) ?? '')
  const sealed = journals.map(({ value }) => value)
  const closed = concludeClose({
    folder,
    generatedAt: world.now().toISOString(),
    tool: TOOL,
    before,
    after: after?.value ?? null,
    decisions,
    findings,
    allowed,
    remediation: after && checkRemediation(decisions, before, after.value),
    journals: sealed,
    problems: [...compareFacts(form.value, form.blank), ...problems, ...refused.problems],
    notes: [...notes, ...noteJournals(sealed)],
    manifestSha256,
    snapshotSha256: hashOf('snapshot.json'),
    policySha256: hashOf('policy.yaml'),
    form: form.file,
    reviewersFile: reviewers?.file ?? null,
    afterFile: after?.file ?? null,
  })
  const evidence = [form, reviewers, after, ...journals].filter((each) => each !== null)
  const written =
    target === null || closed.exitCode === 1
      ? null
      : await writeRecord(target, closed, evidence, world)
  return { ...closed, written }
}

interface Target {
  readonly path: string
  readonly shown: string
}

async function checkTarget(folder: string, shown: string, world: World): Promise<Target> {
  const inside = relative(resolve(world.cwd, folder), resolve(world.cwd, shown))
  if (inside === '' || !/^\.\.|^\w:|^[\\/]/.test(inside)) {
    throw makeFailure(
      'usage-option',
      `${shown} is in the review, which must stay as it is.`,
      'Name a folder outside of it.',
    )
  }
  return { path: await checkFreeFolder(shown, world), shown }
}

async function writeRecord(
  { path, shown }: Target,
  closed: ClosedReview,
  evidence: readonly ReadFile<unknown>[],
  world: World,
): Promise<WrittenRecord> {
  const { renderClosing } = await import('../../views/closing.ts')
  const { renderClosingHtml } = await import('../../views/html/closing.ts')
  const contents = new Map<string, string | Uint8Array>([
    ['closing.html', renderClosingHtml(closed)],
    ...evidence.map(({ file, bytes }) => [file.name, bytes] as const),
    [KEEPS_BYTES.name, KEEPS_BYTES.text],
  ])
  const { listFiles } = await import('./write.ts')
  const record = renderClosing(closed, listFiles(contents))
  world.signal.throwIfAborted()
  await writeFolder(path, shown, new Map([...contents, [CLOSING, record]]))
  return { folder: shown, sha256: computeSha256(record) }
}
