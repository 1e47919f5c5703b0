/** The output of `rollcall init`: each file, whether it was written or kept, and what to do next. */
import { wrapParagraph } from './text/layout.ts'

const THERE = 'it already existed'
const REPLACE = 'replace its made-up people'
const REPLACES = '; it replaces the file that init wrote before'

/** What a file is, if it was written, or why it was kept. */
const NOTES = {
  export: (except) =>
    `matches your account now${except.length === 0 ? '' : `, except ${except.join(', ')}`}`,
  starter: () => REPLACE,
  schema: () => 'for your editor',
  recipe: () => 'plans the policy in CI',
  kept: () => THERE,
  'kept-starter': () => `${THERE}; ${REPLACE}`,
  'kept-other-name': ([usual]) => `${THERE}; rename it to ${usual}, or name it in each command`,
  'kept-made-up': (people) =>
    `${THERE}, and lists the made-up ${people.join(' and ')}: replace them`,
  'kept-recipe': ([policy]) => `${THERE}, but does not name ${policy}: add it`,
} as const satisfies Readonly<Record<string, (about: readonly string[]) => string>>

export interface InitFile {
  readonly path: string
  readonly note: keyof typeof NOTES
  /** What the note names: findings, people, a policy. */
  readonly about?: readonly string[]
  /** Whether it replaces the starter policy of an earlier run. */
  readonly replaces?: boolean
}

export interface InitReport {
  readonly written: readonly InitFile[]
  readonly kept: readonly InitFile[]
  readonly policy: string
  /** Whether other commands find the policy only by its name. */
  readonly named: boolean
  readonly ci: boolean
  /** The settings without which the account could not be read; null if the policy is not made up. */
  readonly missing: string | null
}

export function renderInit({ written, kept, policy, named, ci, missing }: InitReport): string {
  const width = Math.max(...[...written, ...kept].map(({ path }) => path.length))
  const line =
    (word: string) =>
    ({ path, note, about = [], replaces }: InitFile) =>
      `${word}${path.padEnd(width)}  ${NOTES[note](about)}${replaces ? REPLACES : ''}`
  const lines = [...written.map(line('Written  ')), ...kept.map(line('Kept     '))]
  const name = named ? ` ${policy}` : ''
  const secret = ci
    ? `
In your CI, store CHATWOOT_BASE_URL as a variable and CHATWOOT_API_TOKEN as a
secret. The first lines of each CI file say what else it needs.
`
    : ''
  const instead =
    missing === null
      ? ''
      : `\n${wrapParagraph(`The people are made up, because rollcall could not read your account. ${missing} To get the people of your account, set what is missing and run \`rollcall init\` again before you change ${policy}.`)}\n`
  return `${lines.join('\n')}
${instead}
Next: read ${policy} line by line, and correct what is wrong.
  rollcall validate${name}   checks the file without a server
  rollcall plan${name}       compares the account with it
${secret}`
}
