/** `rollcall review verify`: checks that a review is unchanged and agrees with itself. */
import { resolve, sep } from 'node:path'
import { concludeVerify, type Mismatch, type VerifiedReview } from '../../core/review/results.ts'
import { writeStatement } from '../../core/review/statement.ts'
import { claimOutput, type OutputFile } from '../../files/output.ts'
import type { Values } from '../../shell/arguments.ts'
import { define, makeUsageFailure } from '../../shell/command.ts'
import { color, force, type Options } from '../../shell/options.ts'
import { show, type Views } from '../../shell/show.ts'
import type { World } from '../../shell/world.ts'
import { inspect } from './check.ts'
import { MANIFEST, readFolderName } from './folder.ts'

const OPTIONS = {
  'manifest-sha256': {
    type: 'string',
    requiresArg: true,
    placeholder: 'HASH',
    describe: 'The hash of the manifest in the log of the run; it must be the same',
    group: 'Output',
  },
  statement: {
    type: 'string',
    requiresArg: true,
    placeholder: 'FILE',
    describe: 'If the review is intact, write an in-toto statement about its files, to sign',
    group: 'Output',
  },
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
      'Also check that it is the review of that log',
    'rollcall review verify review --statement review.intoto.json':
      'Also write what others can sign',
  },
  run: async ({ positionals, values }, world) =>
    show(await verify(readFolderName(positionals), values, world), VIEWS, values, world),
})

async function verify(
  folder: string,
  flags: Values<typeof OPTIONS>,
  world: World,
): Promise<VerifiedReview> {
  const wanted = readHash(flags['manifest-sha256'])
  const file = await claimStatement(folder, flags, world)
  const found = await inspect(folder, world)
  const { bundle, manifestSha256: manifest, problems, unchecked, judged } = found
  const concluded = concludeVerify({
    folder,
    files: bundle.manifest.files.length,
    manifest,
    compared: wanted !== null,
    problems: [...compareHashes(manifest, wanted), ...problems],
    unchecked,
    statement: null,
  })
  if (file === null || judged === null || concluded.exitCode !== 0) return concluded
  const stated = { ...judged, manifest: bundle.manifest, manifestSha256: manifest }
  await file.write(writeStatement(stated))
  return { ...concluded, statement: flags.statement }
}

/** Null: none was given. */
function readHash(given: string | null): string | null {
  const hash = given?.trim().toLowerCase() ?? null
  if (hash === null || /^[0-9a-f]{64}$/.test(hash)) return hash
  throw makeUsageFailure(
    `--manifest-sha256 has the invalid value "${given}".`,
    'Copy the 64 characters behind "Manifest    sha256" from the log of the run.',
  )
}

function compareHashes(is: string, wanted: string | null): readonly Mismatch[] {
  if (wanted === null || wanted === is) return []
  const problem = `has the SHA-256 ${is}, but --manifest-sha256 is ${wanted}`
  return [{ kind: 'other-manifest', file: MANIFEST, place: '', problem }]
}

/** The folder must stay as it is, so the statement goes elsewhere. */
async function claimStatement(
  folder: string,
  { statement, force: overwrite }: Values<typeof OPTIONS>,
  world: World,
): Promise<OutputFile | null> {
  if (statement === null) return null
  if (`${resolve(world.cwd, statement)}`.startsWith(resolve(world.cwd, folder) + sep)) {
    throw makeUsageFailure(
      `--statement would write ${statement} into the folder of the review, which must not change.`,
      'Name a file outside of that folder.',
    )
  }
  return claimOutput('statement', statement, overwrite, [], world)
}
