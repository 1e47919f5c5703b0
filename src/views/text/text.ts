/** Text in colour: the one place that loads chalk. What the text says is in lines.ts. */
import { Chalk } from 'chalk'
import type { Report } from '../../core/report/report.ts'
import { type Paint, PLAIN } from './layout.ts'
import { renderLines } from './lines.ts'

export interface TextOptions {
  readonly color: boolean
}

/** The one place where colours come from: an explicit level, never a guess about the terminal. */
export function painter(color: boolean): Paint {
  if (!color) return PLAIN
  const chalk = new Chalk({ level: 1 })
  return {
    good: chalk.green,
    bad: chalk.red,
    worst: chalk.red.bold,
    unsure: chalk.yellow,
    faint: chalk.dim,
    strong: chalk.bold,
  }
}

export function renderText(report: Report, { color }: TextOptions): string {
  return renderLines(report, painter(color))
}
