/** Whether a stream gets colour: the option, then NO_COLOR, then FORCE_COLOR, then the terminal. */
import type { Output, World } from './world.ts'

export type ColorOption = 'auto' | 'always' | 'never'

export function colored(option: ColorOption, stream: Output, { env }: World): boolean {
  if (option !== 'auto') return option === 'always'
  if (env['NO_COLOR']) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  return stream.isTerminal
}
