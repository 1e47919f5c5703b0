/**
 * Writes the file of -o. Overwrites an existing file only with --force, and never a file that the
 * run reads. With --force the old file stays until the new one is complete.
 */

import { resolve } from 'node:path'
import { makeFailure } from '../core/messages/diagnostic.ts'
import { describeReason } from '../core/messages/system-reasons.ts'
import { makeOptionFailure } from '../shell/command.ts'
import type { World } from '../shell/world.ts'
import { protectInputs } from './inputs.ts'
import { findNewFileProblem, writeWhole } from './whole-file.ts'

export interface OutputFile {
  /** The path as the user wrote it. */
  readonly shown: string
  /** Throws a Failure if it cannot be written. */
  readonly write: (text: string) => Promise<void>
}

/**
 * Throws a Failure if the file cannot be written, before the run reads anything. Null: stdout.
 * @param what the word for messages, such as `snapshot`
 * @param shown the path as the user wrote it; null without `-o`
 * @param inputs the files that the run reads
 */
export async function claimOutput(
  what: string,
  shown: string | null,
  force: boolean,
  inputs: readonly string[],
  world: World,
): Promise<OutputFile | null> {
  if (shown === null) return null
  const path = resolve(world.cwd, shown)
  const failed = (reason: string) =>
    reason === 'EEXIST'
      ? makeFailure({
          code: 'output-exists',
          summary: `${shown} already exists. It was not changed.`,
        })
      : makeFailure({
          code: 'output-failed',
          summary: `The ${what} could not be written to ${shown}: ${describeReason(reason)}.`,
        })
  if (shown === '-') {
    throw makeOptionFailure(
      '-o has the invalid value "-".',
      `Remove -o to write the ${what} to stdout.`,
    )
  }
  const harmed = await (await protectInputs(inputs, world))(path)
  if (harmed !== null) {
    const summary = `--output would overwrite ${shown}, which this run reads (${harmed}).`
    throw makeOptionFailure(summary, 'Use another file.')
  }
  const problem = await findNewFileProblem(shown, path, force)
  if (problem !== null) throw failed(problem)
  return {
    shown,
    write: async (text) => {
      const reason = await writeWhole(path, text, { exclusive: !force })
      if (reason !== null) throw failed(reason)
    },
  }
}
