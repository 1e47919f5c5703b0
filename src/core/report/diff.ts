/** The result of `rollcall diff`, with counts and exit code. */
import type { ControlChange } from '../compare/controls.ts'
import type { Differences } from '../compare/difference.ts'
import type { Difference } from '../compare/sides.ts'
import type { Diagnostic } from '../messages/diagnostic.ts'
import type { Report } from './report.ts'

export type Diff = DiffAnswer | NoAnswer

interface Common {
  readonly tool: Report['tool']
  readonly diagnostics: readonly Diagnostic[]
  readonly differences: readonly Difference[]
  readonly controls: readonly ControlChange[]
  readonly summary: Readonly<Record<Difference['kind'] | 'loosened', number>>
}

export interface DiffAnswer extends Common {
  readonly of: 'snapshots' | 'policies'
  readonly equal: boolean
  /** 0 equal, 2 different. */
  readonly exitCode: 0 | 2
  readonly before: Compared
  readonly after: Compared
  /** Parts that one side does not have, so that they were not compared. */
  readonly notCompared: readonly UncomparedPart[]
}

export interface UncomparedPart {
  readonly part: string
  readonly side: 'before' | 'after'
}

type NoAnswer = Common & { readonly exitCode: 1 } & Readonly<Record<keyof typeof NOTHING, null>>

const NOTHING = { of: null, equal: null, before: null, after: null, notCompared: null }

export interface Compared {
  readonly file: string
  readonly account: { readonly id: number; readonly name: string | null } | null
  readonly server: string | null
  /** RFC 3339, UTC; null for a policy. */
  readonly readAt: string | null
}

export function concludeDiff(
  parts: Pick<DiffAnswer, 'tool' | 'of' | 'before' | 'after'>,
  found: Differences,
  diagnostics: readonly Diagnostic[] = [],
  notCompared: readonly UncomparedPart[] = [],
): DiffAnswer {
  const equal = found.differences.length + found.controls.length === 0
  const summary = summarise(found)
  return { ...found, ...parts, summary, equal, exitCode: equal ? 0 : 2, diagnostics, notCompared }
}

export function concludeNoDiff(tool: Report['tool'], diagnostics: readonly Diagnostic[]): NoAnswer {
  const none = { differences: [], controls: [] }
  return { tool, ...none, ...NOTHING, exitCode: 1, summary: summarise(none), diagnostics }
}

function summarise({ differences, controls }: Differences): Common['summary'] {
  const of = (wanted: Difference['kind']) =>
    differences.filter(({ kind }) => kind === wanted).length
  const loosened = controls.filter(({ effect }) => effect === 'loosened').length
  return { gained: of('gained'), lost: of('lost'), changed: of('changed'), loosened }
}
