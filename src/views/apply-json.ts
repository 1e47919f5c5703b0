/** An apply as JSON: a contract, see schemas/apply.schema.json. */
import type { StepResult } from '../core/apply/results.ts'
import type { ApplyReport } from '../core/report/apply.ts'
import {
  describeApproval,
  describeExpected,
  describeKeptStep,
  describeReport,
  describeStep,
} from './json.ts'
import { toDiagnosticJson, toJson } from './json-document.ts'

export function renderApplyJson(of: ApplyReport): string {
  const { proposal } = of
  return toJson({
    format: 'rollcall.apply',
    format_version: '1.0',
    tool: of.before.tool,
    generated_at: (of.after ?? of.before).generatedAt,
    end: of.end,
    verdict: of.verdict,
    exit_code: of.exitCode,
    summary: of.summary,
    stopped: of.stopped,
    pending: of.pending,
    approval: proposal && describeApproval(proposal),
    diagnostics: (proposal?.diagnostics ?? []).map(toDiagnosticJson),
    expected: proposal && describeExpected(proposal),
    written: {
      classes: of.written.classes,
      invited_by_mail: of.written.byMail,
      access_at_once: of.written.atOnce,
    },
    steps: listResults(of).map(({ step, writes, status, because }) => ({
      ...describeStep(step),
      status,
      because,
      writes: writes.map(({ write, outcome, status: http, requestId }) => ({
        kind: write.kind,
        outcome,
        http_status: http,
        request_id: requestId,
      })),
    })),
    kept_back: (proposal?.plan.keptBack ?? []).map(describeKeptStep),
    before: describeReport(of.before),
    after: of.after && describeReport(of.after),
  })
}

/** If the run has not carried out anything, each step that it would write. */
function listResults({ steps, proposal }: ApplyReport): readonly StepResult[] {
  if (steps.length > 0) return steps
  const written = proposal?.plan.written ?? []
  return written.map((step) => ({ step, writes: [], status: 'not-started', because: null }))
}
