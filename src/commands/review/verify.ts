/** `rollcall review verify`: checks that a review is unchanged and agrees with itself. */
import { CLOSING } from '../../core/review/closing.ts'
import { MANIFEST } from '../../core/review/record.ts'
import { concludeVerify, type Mismatch, type VerifiedReview } from '../../core/review/results.ts'
import { writeStatement } from '../../core/review/statement.ts'
import { claimOutput, type OutputFile } from '../../files/output.ts'
import type { Values } from '../../shell/arguments.ts'
import { define, makeUsageFailure } from '../../shell/command.ts'
import { color, force, groupOptions, inputFile, type Options } from '../../shell/options.ts'
import { show, type Views } from '../../shell/show.ts'
import { readNew } from '../../shell/values.ts'
import type { World } from '../../shell/world.ts'
import { inspect } from './check.ts'
import { inspectClosing } from './check-closing.ts'
import { isInside, readFolderName } from './folder.ts'

const OPTIONS = {
  ...groupOptions('Output', {
    'manifest-sha256': {
      type: 'string',
      placeholder: 'HASH',
      describe: 'SHA-256 that the manifest must have, from the log of `rollcall review`',
    },
    closing: {
      ...inputFile,
      placeholder: 'DIR',
      describe: 'Also check the closing record in this folder',
    },
    'closing-sha256': {
      type: 'string',
      placeholder: 'HASH',
      describe: 'SHA-256 that the closing record must have, from the log of `review close`',
    },
    statement: {
      type: 'string',
      placeholder: 'FILE',
      coerce: readNew('file'),
      describe:
        'Write an in-toto statement about the files, for you to sign; only if nothing was changed',
    },
  }),
  force,
  color,
} as const satisfies Options

const VIEWS: Views<VerifiedReview, 'text'> = {
  text: async (verified, paint) =>
    (await import('../../views/review.ts')).renderVerified(verified, paint),
}

export const command = define('review verify', {
  positional: '<dir>',
  describe: 'Check that a review is unchanged and agrees with itself',
  options: OPTIONS,
  examples: {
    'rollcall review verify review': 'Check every file',
    'rollcall review verify review --manifest-sha256 HASH':
      'Also compare it with the hash in a log',
    'rollcall review verify review --statement review.intoto.json':
      'Also write a statement to sign',
  },
  run: async ({ positionals, values }, world) =>
    show(await inspectReview(readFolderName(positionals), values, world), VIEWS, values, world),
})

async function inspectReview(
  folder: string,
  flags: Values<typeof OPTIONS>,
  world: World,
): Promise<VerifiedReview> {
  const wanted = readHash('manifest-sha256', flags)
  const wantedRecord = readHash('closing-sha256', flags)
  if (wantedRecord !== null && flags.closing === null) {
    throw makeUsageFailure('--closing-sha256 needs --closing.', 'Add --closing DIR.')
  }
  const file = await claimStatement(folder, flags, world)
  const { bundle, ...found } = await inspect(folder, world)
  const { judged } = found
  const { document, sha256: manifest } = bundle
  const closing =
    flags.closing === null || judged === null
      ? null
      : await inspectClosing(flags.closing, { bundle, judged }, world)
  const concluded = concludeVerify({
    folder,
    files: document.files.length,
    manifest,
    compared: wanted !== null,
    closing: closing && { folder: flags.closing ?? '', sha256: closing.sha256 },
    problems: [
      ...compareHashes('other-manifest', MANIFEST, manifest, wanted),
      ...(closing === null
        ? []
        : compareHashes('other-record', CLOSING, closing.sha256, wantedRecord)),
      ...found.problems,
      ...(closing?.problems ?? []),
    ],
    unchecked: [found.unchecked, closing?.unchecked ?? null].filter((each) => each !== null),
    statement: null,
  })
  if (file === null || judged === null || concluded.exitCode === 1) return concluded
  const { snapshot } = judged
  const stated = { manifest: document, manifestSha256: manifest, snapshot, closing }
  await file.write(writeStatement(stated))
  return { ...concluded, statement: flags.statement }
}

/** Null: none was given. */
function readHash(
  option: 'manifest-sha256' | 'closing-sha256',
  flags: Values<typeof OPTIONS>,
): string | null {
  const given = flags[option]
  if (given === null) return null
  const [, hash] = /^(?:sha256[: ]\s*)?([0-9a-f]{64})$/.exec(given.trim().toLowerCase()) ?? []
  if (hash !== undefined) return hash
  throw makeUsageFailure(
    `--${option} has the invalid value "${given}".`,
    'Copy the 64 characters after "sha256" from the log of the run.',
  )
}

function compareHashes(
  kind: 'other-manifest' | 'other-record',
  file: string,
  is: string,
  wanted: string | null,
): readonly Mismatch[] {
  if (wanted === null || wanted === is) return []
  return [{ kind, file, place: '', problem: `has the SHA-256 ${is}, but the log says ${wanted}` }]
}

/** The folder must stay as it is, so the statement goes elsewhere. */
async function claimStatement(
  folder: string,
  { statement, closing, force: overwrite }: Values<typeof OPTIONS>,
  world: World,
): Promise<OutputFile | null> {
  if (statement === null) return null
  for (const kept of [folder, ...(closing === null ? [] : [closing])]) {
    if (!(await isInside(kept, statement, world))) continue
    throw makeUsageFailure(
      `--statement would write ${statement} into the folder ${kept}, which must not change.`,
      'Name a file outside of that folder.',
    )
  }
  return claimOutput('statement', statement, overwrite, [], world)
}
