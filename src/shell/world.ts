/**
 * The outside world as one plain value: everything that a command may use besides files and sockets.
 * Only bin.ts makes the real one. Tests make their own and run whole commands in one process.
 */
import type { Diagnostic } from '../core/messages/diagnostic.ts'

export interface Output {
  /** Resolves when the text is written; rejects if it cannot be written. */
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
  /** At least 0, below 1. Only for jitter. */
  readonly random: () => number
  /** Aborted when the process must stop; the reason is the exit code. */
  readonly signal: AbortSignal
  /**
   * Asks a person on the terminal and resolves with their line, or null if the terminal is gone. Null:
   * there is no terminal.
   */
  readonly ask: ((question: string) => Promise<string | null>) | null
  /** After a signal, the process does not end while this work is running. */
  readonly finish: <T>(work: Promise<T>) => Promise<T>
}

/** What a command returns. */
export interface Result {
  /** For stdout. */
  readonly output: string
  /** Warnings for stderr. */
  readonly notes?: readonly Diagnostic[]
  readonly exitCode: number
  /** Whether it is written even after a signal: it must then say that the run was stopped. */
  readonly kept?: boolean
  /** What people must know even if stdout fails. */
  readonly lasting?: string | null
  /** Called if stdout fails: files must not show a verdict that the run no longer has. */
  readonly withdraw?: (problem: Diagnostic) => Promise<void>
}

/** As `YYYY-MM-DD`, in UTC. */
export function getToday({ now }: World): string {
  return now().toISOString().slice(0, 10)
}
