/**
 * The one file that a command writes for -o: removed first, so that yesterday's cannot stand in for
 * a failure of today, written whole or not at all, and never one that the run reads.
 */
import { resolve } from 'node:path'
import { diagnostic, Failure } from '../core/diagnostic.ts'
import { identityOf, removeFile } from './targets.ts'
import { writeWhole } from './whole-file.ts'
import type { World } from './world.ts'

export interface OutputFile {
  /** Throws a Failure. */
  readonly write: (text: string) => Promise<void>
}

/**
 * Throws a Failure where it cannot be written.
 * @param what as a message calls it, such as `snapshot`
 * @param inputs files that the run reads
 */
export async function claimOutput(
  what: string,
  shown: string,
  inputs: readonly string[],
  { cwd }: World,
): Promise<OutputFile> {
  const path = resolve(cwd, shown)
  const own = await identityOf(path)
  for (const input of inputs) {
    if ((await identityOf(resolve(cwd, input))) !== own) continue
    throw new Failure(
      diagnostic({
        code: 'usage-option',
        summary: `--output would write ${shown} over what this run reads (${input}).`,
        advice: 'Give it a file of its own.',
      }),
    )
  }
  const failed = (reason: string) =>
    new Failure(
      diagnostic({
        code: 'output-failed',
        summary: `The ${what} could not be written to ${shown}: ${reason}.`,
        advice: 'Correct the path or its rights, then run again.',
      }),
    )
  const kept = await removeFile(path)
  if (kept !== null) throw failed(kept)
  return {
    write: async (text) => {
      const reason = await writeWhole(path, text)
      if (reason !== null) throw failed(reason)
    },
  }
}
