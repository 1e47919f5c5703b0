/** Colours for text: the only file that loads chalk. The text itself is in lines.ts. */
import { Chalk } from 'chalk'
import type { Paint } from './layout.ts'

/** With an explicit level, so that chalk does not guess what the terminal supports. */
export function makePaint(): Paint {
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
