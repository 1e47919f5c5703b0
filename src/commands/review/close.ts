/**
 * `rollcall review close`: compares the filled-in decisions with the people of the review and, if
 * given, with a later snapshot. Writes the closing record, in a folder of its own: the review stays as
 * it is.
 */
import { makeFailure } from '../../core/messages/diagnostic.ts'
import { CLOSING, type ClosedReview } from '../../core/review/closing.ts'
import { findLateness } from '../../core/review/parse-closing.ts'
import { describeMismatch } from '../../core/review/results.ts'
import type { Values } from '../../shell/arguments.ts'
import { define, makeOptionFailure } from '../../shell/command.ts'
import { color, groupOptions, inputFile, type Options, output } from '../../shell/options.ts'
import { show, type Views } from '../../shell/show.ts'
import { describeRun } from '../../shell/tool.ts'
import { readNew } from '../../shell/values.ts'
import type { World } from '../../shell/world.ts'
import { inspect } from './check.ts'
import { concludeReview } from './conclude.ts'
import { checkFreeFolder, computeSha256, isInside, readFolderName, writeFolder } from './folder.ts'

const OPTIONS = {
  ...groupOptions('Decisions', {
    decisions: {
      ...inputFile,
      describe: 'The filled-in copy of decisions.csv',
    },
    reviewers: {
      ...inputFile,
      describe: 'File with the e-mail addresses of the people who may decide, one per line',
    },
  }),
  ...groupOptions('Proof', {
    after: {
      ...inputFile,
      placeholder: 'SNAPSHOT',
      describe: 'A later snapshot, to check that the decisions were carried out',
    },
    journal: {
      type: 'array',
      reads: true,
      placeholder: 'FILE',
      describe: 'Journal of a `rollcall apply` that carried out decisions; may be repeated',
    },
  }),
  output: {
    ...output,
    coerce: readNew('folder'),
    placeholder: 'DIR',
    describe: 'Folder for the closing record; it must be new or empty',
  },
  color,
} as const satisfies Options

/** A closed review, and the folder that was written; null: none. */
interface Closing extends ClosedReview {
  readonly written: { readonly folder: string; readonly sha256: string } | null
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
    throw makeOptionFailure('The decisions are missing.', 'Add --decisions FILE.')
  }
  const shown = flags.output
  const path = shown === null ? null : await checkTarget(folder, shown, world)
  const { bundle, problems: broken, unchecked, judged } = await inspect(folder, world)
  if (broken.length > 0 || judged === null) {
    throw makeFailure({
      code: 'review-changed',
      summary: `The review in ${folder} was changed: ${broken.map(describeMismatch).join(', ')}.`,
      advice:
        'Use the review as rollcall wrote it. Write decisions into a copy of decisions.csv outside the folder.',
    })
  }
  // A form that could not be checked may show other facts than the snapshot.
  if (unchecked !== null) {
    throw makeFailure({
      code: 'review-changed',
      summary: `rollcall ${unchecked.wrote} wrote the review in ${folder}, and this version cannot check ${unchecked.files.join(', ')} against the snapshot.`,
      advice: `Close it with rollcall ${unchecked.wrote}, or collect a new review.`,
    })
  }
  const { closed, contents, record } = await concludeReview(
    { bundle, judged },
    { ...flags, decisions: flags.decisions },
    describeRun(world),
    world,
  )
  const [late] = findLateness(closed, bundle.document.record)
  if (late !== undefined) {
    throw makeFailure({
      code: 'review-clock-turned-back',
      summary: `The clock of this machine, or that of another one, is wrong: ${late}.`,
    })
  }
  world.signal.throwIfAborted()
  if (shown === null || path === null || closed.exitCode === 1) return { ...closed, written: null }
  await writeFolder(path, shown, new Map([...contents, [CLOSING, record]]))
  return { ...closed, written: { folder: shown, sha256: computeSha256(record) } }
}

async function checkTarget(folder: string, shown: string, world: World): Promise<string> {
  if (await isInside(folder, shown, world)) {
    throw makeOptionFailure(
      `${shown} is in the review, which must stay as it is.`,
      'Name a folder outside of it.',
    )
  }
  return checkFreeFolder(shown, world)
}
