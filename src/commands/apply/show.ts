/**
 * What a run shows: its progress, the question on a terminal, its result, and the reports that it
 * writes. Decides nothing about the account.
 */
import { type Diagnostic, Failure } from '../../core/messages/diagnostic.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { type ApplyFacts, type ApplyReport, reportApply } from '../../core/report/apply.ts'
import { describeWithheld, type ReportTarget } from '../../files/targets.ts'
import { choosePaint } from '../../shell/color.ts'
import type { Format } from '../../shell/options.ts'
import { describeOutputProblem } from '../../shell/output-problem.ts'
import { draw, type FormatChoice, type Views } from '../../shell/show.ts'
import type { Result, World } from '../../shell/world.ts'
import {
  type ApplyProgress,
  renderProgress,
  renderProposal,
  renderQuestion,
} from '../../views/text/apply.ts'
import { publish } from '../shared/publish.ts'

/** Does not repeat the same line. */
export function makeProgressWriter(
  { quiet }: { readonly quiet: boolean },
  { stderr }: World,
): (progress: ApplyProgress) => void {
  let last = ''
  return (progress) => {
    const line = renderProgress(progress)
    if (quiet || line === last) return
    last = line
    void stderr.write(line).catch(() => undefined)
  }
}

/**
 * On a terminal: the whole plan, then a word that nobody types by accident. Without an answer, nothing
 * is written.
 */
export async function askForApproval(
  facts: ApplyFacts,
  snapshot: Snapshot,
  { format, color }: FormatChoice<'json'>,
  world: World,
): Promise<boolean> {
  // The result shows the plan too.
  if (world.ask === null) return false
  const { account } = snapshot
  // The person who answers must see it, so not in a file that stdout goes to.
  const stream = canSeeStdout(format, world) ? world.stdout : world.stderr
  const shown = stream.write(renderProposal(facts, await choosePaint(color, stream, world)))
  await shown.catch((error: unknown) => {
    // Nobody can approve what could not be shown.
    throw new Failure(describeOutputProblem(error, 'Nothing was written to Chatwoot.'))
  })
  const risky = facts.proposal?.plan.written.some(({ change }) => change.irreversible) ?? false
  const named = risky && /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(account.name)
  const word = named ? account.name : risky ? String(account.id) : 'yes'
  const answer = await world.ask(renderQuestion(snapshot, word, named))
  return answer !== null && answer.trim() === word
}

/** Whether the terminal shows what goes to stdout. */
function canSeeStdout(format: FormatChoice<'json'>['format'], { stdout }: World): boolean {
  return format !== 'json' && stdout.isTerminal
}

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
  if (now === null) return targets.map(describeWithheld)
  const choice = { format: 'text', color: 'never', 'max-bytes': MAX_BYTES } as const
  const { notes = [] } = await publish(now, choice, targets, world)
  return notes
}

const MAX_BYTES = 60_000

interface Shown {
  readonly done: ApplyReport
  /** Whether the question has shown the plan, and nothing has changed since. */
  readonly asked: boolean
}

const VIEWS: Views<Shown, 'text' | 'json'> = {
  text: async ({ done, asked }, paint) =>
    (await import('../../views/text/apply.ts')).renderApply(done, paint, asked),
  json: async ({ done }) => (await import('../../views/apply-json.ts')).renderApplyJson(done),
}

export async function showResult(
  done: ApplyReport,
  choice: FormatChoice<'json'> & { readonly journal: string | null },
  notes: readonly Diagnostic[],
  world: World,
): Promise<Result> {
  const asked =
    done.end === 'not-approved' && world.ask !== null && canSeeStdout(choice.format, world)
  const output = (await draw({ done, asked }, VIEWS, choice, world)) ?? ''
  const ran = done.steps.length > 0
  const { journal } = choice
  const trace =
    journal === null
      ? 'There is no journal. `rollcall plan` shows what is there now.'
      : `The journal ${journal} contains each request.`
  const lasting = ran ? `${done.summary} ${trace}` : null
  return { output, exitCode: done.exitCode, notes, kept: ran, lasting }
}
