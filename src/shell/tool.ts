/** The name and version that rollcall reports. The version is written in package.json only. */
import { readFileSync } from 'node:fs'

const PACKAGE = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string }

export const TOOL = { name: 'rollcall', version: PACKAGE.version } as const

export const USER_AGENT = `${TOOL.name}/${TOOL.version}`
