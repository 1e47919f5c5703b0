/** Whether a stream gets colour: the option, then NO_COLOR, then FORCE_COLOR, then the terminal. */
import type { Paint } from '../views/text/layout.ts'
import type { Output, World } from './world.ts'

export type ColorOption = 'auto' | 'always' | 'never'

function usesColor(option: ColorOption, stream: Output, { env }: World): boolean {
  if (option !== 'auto') return option === 'always'
  if (env['NO_COLOR']) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  return stream.isTerminal
}

/** Loads colours only where there are any. */
export async function choosePaint(
  option: ColorOption,
  stream: Output,
  world: World,
): Promise<Paint> {
  return usesColor(option, stream, world)
    ? (await import('../views/text/text.ts')).painter()
    : (await import('../views/text/layout.ts')).PLAIN
}
