/**
 * The options of every command, as data: help, parsing and checking are all made from these
 * tables, so that they cannot disagree. Loads nothing.
 */

interface Common {
  readonly describe: string
  readonly group: string
  /** Other spellings that mean the same. */
  readonly aliases?: readonly string[]
}

export type Option = Common &
  (
    | { readonly kind: 'flag' }
    | { readonly kind: 'text' | 'list' | 'date'; readonly placeholder: string }
    | {
        readonly kind: 'choice'
        readonly choices: readonly string[]
        readonly fallback: string | null
      }
    | {
        readonly kind: 'count'
        readonly fallback: number
        readonly min: number
        readonly max: number
      }
    | { readonly kind: 'duration'; readonly fallback: string }
  )

export type Options = Readonly<Record<string, Option>>

/** Everything that a report can be rendered as. */
export const FORMATS = [
  'text',
  'json',
  'markdown',
  'github',
  'junit',
  'sarif',
  'html',
  'csv',
] as const

export type Format = (typeof FORMATS)[number]

const REPORT = 'Report'
const CONNECTION = 'Connection'

const format = {
  kind: 'choice',
  choices: ['text', 'json'],
  fallback: 'text',
  describe: 'What goes to stdout',
  group: REPORT,
} as const satisfies Option

const color = {
  kind: 'choice',
  choices: ['auto', 'always', 'never'],
  fallback: 'auto',
  describe: 'Colour: auto follows NO_COLOR, FORCE_COLOR and the terminal',
  group: REPORT,
} as const satisfies Option

export const REPORT_OPTIONS = {
  format: { ...format, choices: FORMATS },
  color,
  report: {
    kind: 'list',
    placeholder: 'FORMAT=PATH',
    describe: 'Write the report to a file as well; may be given several times',
    group: REPORT,
  },
  'max-bytes': {
    kind: 'count',
    fallback: 60_000,
    min: 2_000,
    max: 10_000_000,
    describe: 'Longest markdown report; what does not fit is counted',
    group: REPORT,
  },
  'exit-zero': {
    kind: 'flag',
    describe: 'End with 0 on drift, for a job that only informs; never hides a 1',
    group: REPORT,
  },
} as const satisfies Options

const port = {
  kind: 'count',
  fallback: 0,
  min: 0,
  max: 65_535,
  describe: 'Port on loopback; 0 takes a free one',
  group: 'Sandbox',
} as const satisfies Option

export const PLAN_OPTIONS = {
  ...REPORT_OPTIONS,
  strict: {
    kind: 'flag',
    describe: 'Let warnings count as drift; said in the report',
    group: REPORT,
  },
  today: {
    kind: 'date',
    placeholder: 'DATE',
    describe: 'Judge as if it were this day, YYYY-MM-DD in UTC; said in the report',
    group: REPORT,
  },
  'base-url': {
    kind: 'text',
    placeholder: 'URL',
    aliases: ['chatwoot-base-url'],
    describe:
      'Address of the server, or a dashboard address pasted from the browser [CHATWOOT_BASE_URL]',
    group: CONNECTION,
  },
  'account-id': {
    kind: 'text',
    placeholder: 'ID',
    aliases: ['chatwoot-account-id'],
    describe: 'Account, where the policy names none [CHATWOOT_ACCOUNT_ID]',
    group: CONNECTION,
  },
  'api-token-file': {
    kind: 'text',
    placeholder: 'FILE',
    describe:
      'File that holds the access token [CHATWOOT_API_TOKEN, CHATWOOT_API_TOKEN_<account id>]',
    group: CONNECTION,
  },
  'chatwoot-api-token': {
    kind: 'text',
    placeholder: 'TOKEN',
    describe: 'Access token; others on this machine can see it there',
    group: CONNECTION,
  },
  concurrency: {
    kind: 'count',
    fallback: 4,
    min: 1,
    max: 64,
    describe: 'Requests to the server at a time',
    group: CONNECTION,
  },
  timeout: {
    kind: 'duration',
    fallback: '5m',
    describe: 'Longest time to read one account, such as 90s or 5m',
    group: CONNECTION,
  },
  'insecure-http': {
    kind: 'flag',
    describe: 'Send the token over plain http to another machine',
    group: CONNECTION,
  },
} as const satisfies Options

export const VALIDATE_OPTIONS = { format, color } as const satisfies Options

export const EXPLAIN_OPTIONS = { format, color } as const satisfies Options

export const SCHEMA_OPTIONS = {} as const satisfies Options

export const SANDBOX_OPTIONS = {
  port,
  state: {
    kind: 'text',
    placeholder: 'FILE',
    describe: 'State to start from, see `rollcall schema sandbox`; the demo company if left out',
    group: 'Sandbox',
  },
  edition: {
    kind: 'choice',
    choices: ['enterprise', 'community'],
    fallback: null,
    describe: 'Code that the server pretends to run; as the state says if left out',
    group: 'Sandbox',
  },
} as const satisfies Options

export const DEMO_OPTIONS = { color } as const satisfies Options
