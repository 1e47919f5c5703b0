/** What `rollcall sandbox` prints when its server runs: how to use it from another terminal. */
import { quoteForShell } from '../core/messages/shell-word.ts'

export interface RunningSandbox {
  readonly version: string
  readonly edition: string
  /** Who owns the token. */
  readonly email: string
  /** The environment variables that rollcall needs. */
  readonly settings: Readonly<Record<string, string>>
}

export function renderSandbox({ version, edition, email, settings }: RunningSandbox): string {
  return [
    `A Chatwoot in memory (${version}, ${edition}) is running. Stop it with Ctrl-C.`,
    `The token belongs to ${email}. Paste these lines into another terminal:`,
    '',
    `export ${Object.keys(settings).join(' ')}`,
    ...Object.entries(settings).map(([name, value]) => `${name}=${quoteForShell(value)}`),
    '',
  ].join('\n')
}
