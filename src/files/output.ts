/**
 * The one file that a command writes for -o: never over what is there without --force, never over
 * what the run reads, and with --force the old file stays until the new one is whole.
 */
import { resolve } from 'node:path'
import { type Diagnostic, diagnostic, Failure } from '../core/messages/diagnostic.ts'
import type { World } from '../shell/world.ts'
import { protectInputs } from './inputs.ts'
import { endsAsFolder, findObstacle, NOT_A_FILE, tryFolder, writeWhole } from './whole-file.ts'

export interface OutputFile {
  /** Throws a Failure. */
  readonly write: (text: string) => Promise<void>
}

/**
 * Throws a Failure where it cannot be written, before anything is read.
 * @param what as a message calls it, such as `snapshot`
 * @param inputs files that the run reads
 */
export async function claimOutput(
  what: string,
  shown: string,
  force: boolean,
  inputs: readonly string[],
  world: World,
): Promise<OutputFile> {
  const path = resolve(world.cwd, shown)
  const failed = (reason: string) =>
    new Failure(
      reason === 'EEXIST'
        ? describeExistingFile(shown)
        : diagnostic({
            code: 'output-failed',
            summary: `The ${what} could not be written to ${shown}: ${reason}.`,
            advice: 'Correct the path or its rights, then run again.',
          }),
    )
  if (shown === '-') {
    throw makeUsageFailure('-o cannot be "-".', `Leave it out: the ${what} then goes to stdout.`)
  }
  const harmed = await (await protectInputs(inputs, world))(path)
  if (harmed !== null) {
    const summary = `--output would write ${shown} over what this run reads (${harmed}).`
    throw makeUsageFailure(summary, 'Give it a file of its own.')
  }
  const obstacle = endsAsFolder(shown) ? NOT_A_FILE : await findObstacle(path)
  if (obstacle !== null && !(force && obstacle === 'EEXIST')) throw failed(obstacle)
  const problem = await tryFolder(path)
  if (problem !== null) throw failed(problem)
  return {
    write: async (text) => {
      const reason = await writeWhole(path, text, { exclusive: !force })
      if (reason !== null) throw failed(reason)
    },
  }
}

function makeUsageFailure(summary: string, advice: string): Failure {
  return new Failure(diagnostic({ code: 'usage-option', summary, advice }))
}

function describeExistingFile(shown: string): Diagnostic {
  return diagnostic({
    code: 'output-exists',
    summary: `${shown} is there already, and was left as it is.`,
  })
}
