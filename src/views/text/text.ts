/** Colours for text: the one place that loads chalk. What the text says is in lines.ts. */
import { Chalk } from 'chalk'
import type { Paint } from './layout.ts'

/** An explicit level, never a guess about the terminal. */
export function painter(): Paint {
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
