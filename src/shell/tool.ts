/** The name and version that rollcall reports. The version is written in package.json only. */
import { readFileSync } from 'node:fs'
import type { World } from './world.ts'

const PACKAGE = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string }

export const TOOL = { name: 'rollcall', version: PACKAGE.version } as const

/** What every report says about the run that made it. */
export function describeRun({ now }: Pick<World, 'now'>) {
  return { tool: TOOL, generatedAt: now().toISOString() } as const
}

export const USER_AGENT = `${TOOL.name}/${TOOL.version}`
