/** `rollcall review verify`: is a review still what was written? */
import { renderVerified } from '../views/review.ts'
import type { Values } from './arguments.ts'
import { inspect } from './bundle.ts'
import { paintFor } from './color.ts'
import type { VERIFY_OPTIONS } from './options.ts'
import type { Result, World } from './world.ts'

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
