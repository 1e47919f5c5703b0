/**
 * Every command, with its group in help and the file that contains it, in the order of help. A run
 * loads only its own command.
 */
import type { Command, Commands } from '../shell/command.ts'

/** The headings of help: what a user wants to do. */
type Group = 'Start' | 'Check' | 'Keep up to date' | 'Review' | 'Try out'

interface Entry {
  readonly group: Group
  readonly load: () => Promise<{ readonly command: Command }>
}

/** A name has one word, or two such as `review close`. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  init: { group: 'Start', load: () => import('../commands/init.ts') },
  export: { group: 'Start', load: () => import('../commands/export.ts') },
  doctor: { group: 'Start', load: () => import('../commands/doctor/index.ts') },
  schema: { group: 'Start', load: () => import('../commands/schema.ts') },
  completion: {
    group: 'Start',
    load: async () => {
      const { defineCompletion } = await import('../commands/completion.ts')
      return { command: defineCompletion(loadCommands) }
    },
  },
  plan: { group: 'Check', load: () => import('../commands/plan/index.ts') },
  validate: { group: 'Check', load: () => import('../commands/validate.ts') },
  list: { group: 'Check', load: () => import('../commands/list.ts') },
  access: { group: 'Check', load: () => import('../commands/access.ts') },
  explain: { group: 'Check', load: () => import('../commands/explain.ts') },
  apply: { group: 'Keep up to date', load: () => import('../commands/apply/index.ts') },
  adopt: { group: 'Keep up to date', load: () => import('../commands/adopt.ts') },
  remove: { group: 'Keep up to date', load: () => import('../commands/remove.ts') },
  waive: { group: 'Keep up to date', load: () => import('../commands/waive.ts') },
  snapshot: { group: 'Keep up to date', load: () => import('../commands/snapshot/index.ts') },
  diff: { group: 'Keep up to date', load: () => import('../commands/diff.ts') },
  review: { group: 'Review', load: () => import('../commands/review/index.ts') },
  'review close': { group: 'Review', load: () => import('../commands/review/close.ts') },
  'review verify': { group: 'Review', load: () => import('../commands/review/verify.ts') },
  demo: { group: 'Try out', load: () => import('../commands/demo.ts') },
  sandbox: { group: 'Try out', load: () => import('../commands/sandbox.ts') },
}

/** Loads all of them, for help and completion. */
export async function loadCommands(): Promise<Commands> {
  const all = Object.entries(COMMANDS).map(
    async ([name, { load }]) => [name, (await load()).command] as const,
  )
  return Object.fromEntries(await Promise.all(all))
}

/** Finds the command that argv names; `load` is null if there is none. */
export function findCommand(argv: readonly string[]): {
  readonly name: string
  readonly words: readonly string[]
  readonly load: Entry['load'] | null
} {
  const two = argv.slice(0, 2).join(' ')
  const length = argv.length > 1 && Object.hasOwn(COMMANDS, two) ? 2 : 1
  const name = length === 2 ? two : (argv[0] ?? '')
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  return { name, words: argv.slice(length), load: entry?.load ?? null }
}
