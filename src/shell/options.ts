/**
 * The options of every command, as data: help, parsing and checking are all made from these
 * tables, so that they cannot disagree. Loads nothing.
 */

interface Common {
  readonly describe: string
  readonly group: string
  /** Other spellings that mean the same. */
  readonly aliases?: readonly string[]
  /** One letter, for `-o FILE`. */
  readonly short?: string
  /** Names a file that the command reads: nothing is ever written over it. */
  readonly reads?: true
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
        readonly fallback: number | null
        readonly min: number
        readonly max: number
      }
    /** `zero`: none at all may be asked for. */
    | { readonly kind: 'duration'; readonly fallback: string | null; readonly zero?: true }
    /** A duration of any length, days too; none if left out. */
    | { readonly kind: 'age'; readonly placeholder: string }
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
const OFFLINE = 'Offline'
const OUTPUT = 'Output'

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

/** Where to read and as whom. */
export const CONNECTION_OPTIONS = {
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
    reads: true,
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
  'retry-for': {
    kind: 'duration',
    fallback: null,
    zero: true,
    describe:
      'How long to try again while the server is down; if left out: 1m, 5s on a terminal, 0 for loopback',
    group: CONNECTION,
  },
  'max-rpm': {
    kind: 'count',
    fallback: null,
    min: 1,
    max: 1_000_000,
    describe: 'Most requests a minute; no limit until the server objects if left out',
    group: CONNECTION,
  },
  'ca-file': {
    kind: 'text',
    reads: true,
    placeholder: 'FILE',
    describe: 'Certificate authorities (PEM) to trust beside the usual ones',
    group: CONNECTION,
  },
  'header-file': {
    kind: 'text',
    reads: true,
    placeholder: 'FILE',
    describe: 'Headers for a gateway in front of the server, one `Name: value` a line',
    group: CONNECTION,
  },
  'insecure-http': {
    kind: 'flag',
    describe: 'Send the token over plain http to another machine',
    group: CONNECTION,
  },
  quiet: {
    kind: 'flag',
    describe: 'Say nothing of progress and of waiting on stderr',
    group: CONNECTION,
  },
  verbose: {
    kind: 'flag',
    describe: 'One line for each request on stderr; never a token or a body',
    group: CONNECTION,
  },
} as const satisfies Options

export const DOCTOR_OPTIONS = {
  format,
  color,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

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
  ...CONNECTION_OPTIONS,
  snapshot: {
    kind: 'text',
    reads: true,
    placeholder: 'FILE',
    describe: 'Judge what `rollcall snapshot` wrote instead of asking a server',
    group: OFFLINE,
  },
  'max-age': {
    kind: 'age',
    placeholder: '7d',
    describe: 'Refuse a snapshot that is older, such as 12h or 7d',
    group: OFFLINE,
  },
} as const satisfies Options

export const LIST_OPTIONS = {
  format: { ...format, choices: ['text', 'json', 'csv', 'html'] },
  color,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

const output = {
  kind: 'text',
  placeholder: 'FILE',
  short: 'o',
  describe: 'File to write; stdout if left out',
  group: 'Output',
} as const satisfies Option

const force = {
  kind: 'flag',
  describe: 'Write over a file that is there',
  group: 'Output',
} as const satisfies Option

export const EXPORT_OPTIONS = {
  output,
  force,
  color,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

export const ADOPT_OPTIONS = {
  policy: {
    kind: 'text',
    placeholder: 'FILE',
    describe: 'Policy to change; rollcall.yaml if left out',
    group: 'Adopt',
  },
  reason: {
    kind: 'text',
    placeholder: 'TEXT',
    describe: 'Why, stored with the people named; needed for an administrator',
    group: 'Adopt',
  },
  write: { kind: 'flag', describe: 'Change the policy; only shown if left out', group: 'Adopt' },
  color,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

export const INIT_OPTIONS = {
  ci: {
    kind: 'choice',
    choices: ['github', 'gitlab'],
    fallback: null,
    describe: 'Add a recipe that plans the policy in CI',
    group: 'Init',
  },
  color,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

export const DIFF_OPTIONS = { format, color } as const satisfies Options

const folder = {
  ...output,
  placeholder: 'DIR',
  describe: 'Folder to write; it must not exist, or be empty',
} as const satisfies Option

export const REVIEW_OPTIONS = {
  output: folder,
  color,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

export const CLOSE_OPTIONS = {
  decisions: {
    kind: 'text',
    reads: true,
    placeholder: 'FILE',
    describe: 'The filled-in copy of decisions.csv',
    group: OUTPUT,
  },
  after: {
    kind: 'text',
    reads: true,
    placeholder: 'SNAPSHOT',
    describe: 'A later snapshot, to show that what was decided has happened',
    group: OUTPUT,
  },
  color,
} as const satisfies Options

export const VERIFY_OPTIONS = { color } as const satisfies Options

export const SNAPSHOT_OPTIONS = {
  output,
  force,
  color,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

export const VALIDATE_OPTIONS = { format, color } as const satisfies Options

export const COMPLETION_OPTIONS = {} as const satisfies Options
export const EXPLAIN_OPTIONS = { format, color } as const satisfies Options

export const SCHEMA_OPTIONS = {} as const satisfies Options

export const SANDBOX_OPTIONS = {
  port,
  state: {
    kind: 'text',
    reads: true,
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
  chatwoot: {
    kind: 'choice',
    choices: ['4.15.1', '4.16.2'],
    fallback: null,
    describe: 'Release that the server answers as; as the state says if left out',
    group: 'Sandbox',
  },
} as const satisfies Options

export const DEMO_OPTIONS = { color } as const satisfies Options
