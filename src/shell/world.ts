/**
 * The outside world as one plain value: everything a command may touch beside files and sockets.
 * Only bin.ts makes the real one; a test makes its own and runs a whole command in-process.
 */
import type { Diagnostic } from '../core/messages/diagnostic.ts'

export interface Output {
  /** Resolves when the text is handed over; rejects when it cannot be written. */
  write(text: string): Promise<void>
  readonly isTerminal: boolean
}

export interface World {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly now: () => Date
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** 0 ≤ n < 1, for jitter only. */
  readonly random: () => number
  /** Aborted when the process is asked to end; its reason is the exit code. */
  readonly signal: AbortSignal
}

/** What a command leaves behind. */
export interface Result {
  /** One document for stdout. */
  readonly output: string
  /** Hints for stderr. */
  readonly notes?: readonly Diagnostic[]
  readonly exitCode: number
}

/** Today as `YYYY-MM-DD`, UTC. */
export function getToday({ now }: World): string {
  return now().toISOString().slice(0, 10)
}
