/** Decides whether a stream gets colours: --color, then NO_COLOR, FORCE_COLOR, TERM and the terminal. */
import type { Paint } from '../views/text/layout.ts'
import type { Output, World } from './world.ts'

export type ColorOption = 'auto' | 'always' | 'never'

function usesColor(option: ColorOption, stream: Output, { env }: World): boolean {
  if (option !== 'auto') return option === 'always'
  if (env['NO_COLOR']) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined) return force !== '0' && force !== 'false'
  return takesEscapes(stream, env)
}

/** A dumb terminal prints escape sequences as text. */
export function takesEscapes({ isTerminal }: Output, env: World['env']): boolean {
  return isTerminal && env['TERM'] !== 'dumb'
}

/** Loads chalk only if there are colours: loading it takes time. */
export async function choosePaint(
  option: ColorOption,
  stream: Output,
  world: World,
): Promise<Paint> {
  return usesColor(option, stream, world)
    ? (await import('../views/text/text.ts')).makePaint()
    : (await import('../views/text/layout.ts')).PLAIN
}
