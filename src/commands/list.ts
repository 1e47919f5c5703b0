/** `rollcall list`: who is on an account now. Needs no policy and gives no verdict. */

import { readAccount, settled, warnings } from '../connect/account.ts'
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { listing } from '../core/report/listing.ts'
import type { Values } from '../shell/arguments.ts'
import { paintFor } from '../shell/color.ts'
import type { LIST_OPTIONS } from '../shell/options.ts'
import { TOOL } from '../shell/tool.ts'
import type { Result, World } from '../shell/world.ts'
import type { ListReport } from '../views/list/report.ts'

type Flags = Values<typeof LIST_OPTIONS>

export async function list(flags: Flags, world: World): Promise<Result> {
  const connection = await settled(null, flags, world)
  const snapshot = await readAccount(connection, { customRoleNames: true }, flags, world)
  const notes = warnings(flags)
  const report = reportOf({ listing: listing(snapshot), diagnostics: notes }, world)
  return { output: await render(report, flags, world), exitCode: 0, notes }
}

/** The document of a run that could not be done; null for formats that have nothing to say then. */
export async function refuseList(
  diagnostics: readonly Diagnostic[],
  flags: Flags,
  world: World,
): Promise<Result | null> {
  if (flags.format !== 'json' && flags.format !== 'html') return null
  const report = reportOf({ listing: null, diagnostics }, world)
  const notes = flags.format === 'html' ? diagnostics : []
  return { output: await render(report, flags, world), exitCode: 1, notes }
}

function reportOf(parts: Pick<ListReport, 'listing' | 'diagnostics'>, { now }: World): ListReport {
  return { tool: TOOL, generatedAt: now().toISOString(), ...parts }
}

async function render(report: ListReport, flags: Flags, world: World): Promise<string> {
  const { listing: listed } = report
  if (flags.format === 'json') {
    return (await import('../views/list/json.ts')).renderListJson(report)
  }
  if (flags.format === 'html') {
    return (await import('../views/html/list.ts')).renderListHtml(report)
  }
  if (listed === null) return ''
  if (flags.format === 'csv') {
    return (await import('../views/list/csv.ts')).renderListCsv(listed)
  }
  const { renderListText } = await import('../views/text/list.ts')
  return renderListText(listed, await paintFor(flags.color, world.stdout, world))
}
