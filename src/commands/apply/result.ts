/** What a run shows at its end, and the reports that it writes. Decides nothing about the account. */
import type { Diagnostic } from '../../core/messages/diagnostic.ts'
import { type ApplyReport, reportApply } from '../../core/report/apply.ts'
import { describeWithheld, type ReportTarget } from '../../files/targets.ts'
import type { ColorOption } from '../../shell/color.ts'
import type { Format } from '../../shell/options.ts'
import { draw, type Views } from '../../shell/show.ts'
import { TOOL } from '../../shell/tool.ts'
import type { Result, World } from '../../shell/world.ts'
import { publish } from '../shared/publish.ts'

/**
 * The reports are about the account as it is now. Without that, yesterday's reports must not look like
 * today's.
 */
export async function writeReports(
  done: ApplyReport,
  targets: readonly ReportTarget<Format>[],
  world: World,
): Promise<readonly Diagnostic[]> {
  if (targets.length === 0) return []
  const now = reportApply(done)
  if (now === null) {
    return targets.map(({ format: name, shown }) => describeWithheld(name, shown))
  }
  const choice = { format: 'text', color: 'never', 'max-bytes': MAX_BYTES } as const
  const { notes = [] } = await publish(now, choice, targets, world)
  return notes
}

const MAX_BYTES = 60_000

const VIEWS: Views<ApplyReport, 'text' | 'json'> = {
  text: async (done, paint) => (await import('../../views/text/apply.ts')).renderApply(done, paint),
  json: async (done) => (await import('../../views/apply-json.ts')).renderApplyJson(done, TOOL),
}

export async function showResult(
  done: ApplyReport,
  flags: { readonly format: 'text' | 'json'; readonly color: ColorOption },
  notes: readonly Diagnostic[],
  world: World,
): Promise<Result> {
  const output = (await draw(done, VIEWS, flags, world)) ?? ''
  return { output, exitCode: done.exitCode, notes, kept: done.steps.length > 0 }
}
