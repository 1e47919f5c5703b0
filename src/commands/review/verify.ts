/** `rollcall review verify`: is a review still what was written? */

import type { Values } from '../../shell/arguments.ts'
import { paintFor } from '../../shell/color.ts'
import type { VERIFY_OPTIONS } from '../../shell/options.ts'
import type { Result, World } from '../../shell/world.ts'
import { renderVerified } from '../../views/review.ts'
import { inspect } from './bundle.ts'

export async function verifyReview(
  folder: string,
  flags: Values<typeof VERIFY_OPTIONS>,
  world: World,
): Promise<Result> {
  const { files, manifestSha256, problems } = await inspect(folder, world)
  const paint = await paintFor(flags.color, world.stdout, world)
  const output = renderVerified(folder, files, manifestSha256, problems, paint)
  return { output, exitCode: problems.length === 0 ? 0 : 1 }
}
