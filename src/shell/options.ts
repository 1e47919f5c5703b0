/**
 * Declares options, in the format of yargs. Help, completion and the reading of arguments are made
 * from one declaration, so they cannot disagree. This file contains the options that several
 * commands share; an option of one command is declared in the file of that command.
 */
import { readCount, readDuration, readDurationOrNone } from './values.ts'

/**
 * The part of the yargs format that rollcall uses, and three additions: `placeholder`, such as
 * FORMAT=PATH, which help shows as the value, `short` and `reads`.
 */
export type Option = {
  readonly describe: string
  /** The heading in help. */
  readonly group: string
  /** Another name of the option. */
  readonly alias?: string
  /** Its letter, as in `-o FILE`. */
  readonly short?: string
  readonly placeholder?: string
  /** The value is a file that the command reads, so the command must never overwrite it. */
  readonly reads?: true
  readonly choices?: readonly string[]
  /** Used if the option is not given; without a default its value is then null. */
  readonly default?: string | number
  /** Gets the text as written; throws an InvalidValue. */
  readonly coerce?: (text: string) => unknown
} & (
  | { readonly type: 'boolean' }
  | ({
      /** Needs a value. An array contains one text for each time that the option is given. */
      readonly type: 'string' | 'number' | 'array'
      // One of them, because help has to show what a value looks like.
    } & ({ readonly placeholder: string } | { readonly choices: readonly string[] }))
)

export type Options = Readonly<Record<string, Option>>

type WithoutHeading<O> = O extends unknown ? Omit<O, 'group'> : never
type KeyOf<O> = O extends unknown ? keyof O : never

/** Options that help shows below the same heading. A key that no option has is a type error. */
export function groupOptions<const O extends Readonly<Record<string, WithoutHeading<Option>>>>(
  group: string,
  options: O & { readonly [K in keyof O]: Record<Exclude<keyof O[K], KeyOf<Option>>, never> },
) {
  const entries = Object.entries(options).map(([name, option]) => [name, { ...option, group }])
  return Object.fromEntries(entries) as { readonly [K in keyof O]: O[K] & Pick<Option, 'group'> }
}

export const FORMATS = [
  'text',
  'json',
  'markdown',
  'github',
  'junit',
  'sarif',
  'html',
  'csv',
  'openmetrics',
  'slack',
  'msteams',
] as const

export type Format = (typeof FORMATS)[number]

/** The formats of a command that shows what is on an account, without a policy. */
export const FACT_FORMATS = ['text', 'json', 'csv', 'html'] as const

/** The policy that a command reads if none is named. */
export const DEFAULT_POLICY = 'rollcall.yaml'

/** What the options of files that a command reads have in common. */
export const inputFile = { type: 'string', reads: true, placeholder: 'FILE' } as const

/** `--previous`. */
export const earlierSnapshot = {
  ...inputFile,
  placeholder: 'SNAPSHOT',
  describe: 'Earlier snapshot of this account, to recognise people with a new e-mail address',
} as const

export const format = {
  type: 'string',
  choices: ['text', 'json'],
  default: 'text',
  describe: 'Format of the output on stdout',
  group: 'Report',
} as const satisfies Option

export const color = {
  type: 'string',
  choices: ['auto', 'always', 'never'],
  default: 'auto',
  describe: 'Use colours; auto follows NO_COLOR, FORCE_COLOR, TERM=dumb and the terminal',
  group: 'Report',
} as const satisfies Option

export const CONNECTION_OPTIONS = groupOptions('Connection', {
  'base-url': {
    type: 'string',
    placeholder: 'URL',
    alias: 'chatwoot-base-url',
    describe: 'URL of the server, or a dashboard URL copied from the browser [CHATWOOT_BASE_URL]',
  },
  'account-id': {
    type: 'string',
    placeholder: 'ID',
    alias: 'chatwoot-account-id',
    describe: 'Account to read, if the policy does not name it [CHATWOOT_ACCOUNT_ID]',
  },
  'api-token-file': {
    ...inputFile,
    describe:
      'File that contains the access token [CHATWOOT_API_TOKEN, CHATWOOT_API_TOKEN_<account id>]',
  },
  'chatwoot-api-token': {
    type: 'string',
    placeholder: 'TOKEN',
    describe: 'Access token; other users of this machine can read it on the command line',
  },
  concurrency: {
    type: 'number',
    placeholder: 'N',
    default: 4,
    coerce: readCount(1, 64),
    describe: 'Requests to the server at the same time',
  },
  timeout: {
    type: 'string',
    placeholder: 'DURATION',
    coerce: readDuration,
    default: '5m',
    describe: 'Maximum time to read one account, such as 90s or 5m',
  },
  'retry-for': {
    type: 'string',
    placeholder: 'DURATION',
    coerce: readDurationOrNone,
    describe:
      'How long to retry while the server is down; default: 1m, 5s on a terminal, 0 for a server on this machine',
  },
  'max-rpm': {
    type: 'number',
    placeholder: 'N',
    coerce: readCount(1, 1_000_000),
    describe: 'Maximum requests a minute; default: no limit until the server refuses requests',
  },
  'ca-file': {
    ...inputFile,
    describe: 'Certificate authorities (PEM) to trust in addition to the usual ones',
  },
  'header-file': {
    ...inputFile,
    describe: 'Extra headers for a gateway in front of the server, one `Name: value` per line',
  },
  'insecure-http': {
    type: 'boolean',
    describe: 'Allow plain http to another machine; the token is then sent unencrypted',
  },
  quiet: {
    type: 'boolean',
    describe: 'Do not show progress and waiting times on stderr',
  },
  verbose: {
    type: 'boolean',
    describe: 'Show each request on stderr, never a token or a body',
  },
})

export const report = {
  type: 'array',
  placeholder: 'FORMAT=PATH',
  describe: 'Also write the report to a file; may be repeated',
  group: 'Report',
} as const satisfies Option

export const snapshotFile = {
  ...inputFile,
  describe: 'Compare a file of `rollcall snapshot` instead of reading a server',
  group: 'Offline',
} as const satisfies Option

export const output = {
  type: 'string',
  placeholder: 'FILE',
  short: 'o',
  describe: 'File to write; default: stdout',
  group: 'Output',
} as const satisfies Option

export const force = {
  type: 'boolean',
  describe: 'Overwrite an existing file',
  group: 'Output',
} as const satisfies Option

/** Of commands that change a policy, each below a heading of its own in help. */
export const changedPolicy = {
  type: 'string',
  placeholder: 'FILE',
  describe: `Policy to change; default: ${DEFAULT_POLICY}`,
} as const

export const write = {
  type: 'boolean',
  describe: 'Write the changes; without this option they are only shown',
} as const

export const FLEET_OPTIONS = {
  fleet: {
    ...inputFile,
    describe:
      'File that lists accounts, each with its policy, server and token; replaces the options for these',
    group: 'Fleet',
  },
} as const satisfies Options

export const ROSTER_OPTIONS = groupOptions('Roster', {
  roster: {
    ...inputFile,
    describe: 'CSV export of HR or an identity provider: everybody must be active in it',
  },
  'roster-columns': {
    type: 'string',
    placeholder: 'PART=NAME,…',
    describe: 'Columns of the roster, such as email=Mail,status=State,end=Leaves',
  },
  'roster-active': {
    type: 'string',
    placeholder: 'VALUE,…',
    describe: 'Status of active people; default: active, enabled, true, 1',
  },
})

export const ACTIVITY_OPTIONS = groupOptions('Audit log', {
  activity: {
    type: 'boolean',
    describe: 'Also read the audit log: who made each change, when, and last sign-ins',
  },
  'activity-days': {
    type: 'number',
    placeholder: 'N',
    coerce: readCount(1, 3650),
    describe: 'How many days of the audit log to read (implies --activity); default: 90',
  },
})
