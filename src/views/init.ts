/** The output of `rollcall init`: each file, whether it was written or kept, and what to do next. */

/** What a file is, if it was written, or why it was kept. */
export type FileNote =
  /** A policy. `except`: the findings that a plan with it would still report. */
  | { readonly is: 'export'; readonly except: readonly string[] }
  | { readonly is: 'starter' | 'schema' | 'recipe' }
  | { readonly is: 'kept' | 'kept-starter' }
  | { readonly is: 'kept-other-name'; readonly usual: string }
  | { readonly is: 'kept-made-up'; readonly people: readonly string[] }
  | { readonly is: 'kept-recipe'; readonly policy: string }

export interface InitFile {
  readonly path: string
  readonly note: FileNote
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
}

export function renderInit({ written, kept, policy, named, ci }: InitReport): string {
  const width = Math.max(...[...written, ...kept].map(({ path }) => path.length))
  const line = (word: string) => (each: InitFile) =>
    `${word}${each.path.padEnd(width)}  ${describeFile(each)}`
  const lines = [...written.map(line('Written  ')), ...kept.map(line('Kept     '))]
  const name = named ? ` ${policy}` : ''
  const secret = ci ? '  Then store CHATWOOT_API_TOKEN as a secret in your CI.\n' : ''
  return `${lines.join('\n')}

Next: read ${policy} line by line, and correct what is wrong.
  rollcall validate${name}   checks the file without a server
  rollcall plan${name}       compares the account with it
${secret}`
}

function describeFile({ note, replaces = false }: InitFile): string {
  return `${describeNote(note)}${replaces ? '; it replaces the file that init wrote before' : ''}`
}

const THERE = 'it already existed'
const REPLACE = 'replace its made-up people'

function describeNote(note: FileNote): string {
  switch (note.is) {
    case 'export': {
      const except = note.except.join(', ')
      return `matches your account now${except === '' ? '' : `, except ${except}`}`
    }
    case 'starter':
      return REPLACE
    case 'schema':
      return 'for your editor'
    case 'recipe':
      return 'plans the policy in CI'
    case 'kept':
      return THERE
    case 'kept-starter':
      return `${THERE}; ${REPLACE}`
    case 'kept-other-name':
      return `${THERE}; rename it to ${note.usual}, or name it in each command`
    case 'kept-made-up':
      return `${THERE}, and lists the made-up ${note.people.join(' and ')}: replace them`
    case 'kept-recipe':
      return `${THERE}, but does not name ${note.policy}: add it`
  }
}
