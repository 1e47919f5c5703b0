/**
 * How options are declared, which is the format of yargs: help is drawn from them, completion and
 * reading are made from them, so that these cannot disagree. Holds those that several commands
 * share; the others stand with their command.
 */
import { readCount, readDuration, readDurationOrNone } from './values.ts'

/**
 * An option as yargs takes it, with the part of its format that is used here. On top of that come
 * the placeholder, such as FORMAT=PATH, which help shows in place of a value, and what it reads.
 */
export type Option = {
  readonly describe: string
  /** The heading in help. */
  readonly group: string
  /** Other spellings that mean the same; a single letter is for `-o FILE`. */
  readonly alias?: string | readonly string[]
  readonly placeholder?: string
  /** Names a file that the command reads: nothing is ever written over it. */
  readonly reads?: true
  readonly choices?: readonly string[]
  /** As if it was given; without one, what is left out is null. */
  readonly default?: string | number
  /** From the text as it was given; throws an InvalidValue. */
  readonly coerce?: (text: string) => string | number
} & (
  | { readonly type: 'boolean' }
  /** An array holds one text for each time that the option is given. */
  | { readonly type: 'string' | 'number' | 'array'; readonly requiresArg: true }
)

export type Options = Readonly<Record<string, Option>>

/** `name` of every further `--name`. */
export function listAliases({ alias = [] }: Option): readonly string[] {
  return [alias].flat().filter((each) => each.length > 1)
}

/** The letter of `-o`. */
export function findShort(option: Option | undefined): string | undefined {
  return [option?.alias ?? []].flat().find((each) => each.length === 1)
}

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

/** What a command reads that is not told which policy. */
export const DEFAULT_POLICY = 'rollcall.yaml'

const CONNECTION = 'Connection'

export const format = {
  type: 'string',
  requiresArg: true,
  choices: ['text', 'json'],
  default: 'text',
  describe: 'What goes to stdout',
  group: 'Report',
} as const satisfies Option

export const color = {
  type: 'string',
  requiresArg: true,
  choices: ['auto', 'always', 'never'],
  default: 'auto',
  describe: 'Colour: auto follows NO_COLOR, FORCE_COLOR and the terminal',
  group: 'Report',
} as const satisfies Option

/** Where to read and as whom. */
export const CONNECTION_OPTIONS = {
  'base-url': {
    type: 'string',
    requiresArg: true,
    placeholder: 'URL',
    alias: 'chatwoot-base-url',
    describe:
      'Address of the server, or a dashboard address pasted from the browser [CHATWOOT_BASE_URL]',
    group: CONNECTION,
  },
  'account-id': {
    type: 'string',
    requiresArg: true,
    placeholder: 'ID',
    alias: 'chatwoot-account-id',
    describe: 'Account, where the policy names none [CHATWOOT_ACCOUNT_ID]',
    group: CONNECTION,
  },
  'api-token-file': {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe:
      'File that holds the access token [CHATWOOT_API_TOKEN, CHATWOOT_API_TOKEN_<account id>]',
    group: CONNECTION,
  },
  'chatwoot-api-token': {
    type: 'string',
    requiresArg: true,
    placeholder: 'TOKEN',
    describe: 'Access token; others on this machine can see it there',
    group: CONNECTION,
  },
  concurrency: {
    type: 'number',
    requiresArg: true,
    default: 4,
    coerce: readCount(1, 64),
    describe: 'Requests to the server at a time',
    group: CONNECTION,
  },
  timeout: {
    type: 'string',
    requiresArg: true,
    coerce: readDuration,
    default: '5m',
    describe: 'Longest time to read one account, such as 90s or 5m',
    group: CONNECTION,
  },
  'retry-for': {
    type: 'string',
    requiresArg: true,
    coerce: readDurationOrNone,
    describe:
      'How long to try again while the server is down; if left out: 1m, 5s on a terminal, 0 for loopback',
    group: CONNECTION,
  },
  'max-rpm': {
    type: 'number',
    requiresArg: true,
    coerce: readCount(1, 1_000_000),
    describe: 'Most requests a minute; no limit until the server objects if left out',
    group: CONNECTION,
  },
  'ca-file': {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe: 'Certificate authorities (PEM) to trust beside the usual ones',
    group: CONNECTION,
  },
  'header-file': {
    type: 'string',
    requiresArg: true,
    reads: true,
    placeholder: 'FILE',
    describe: 'Headers for a gateway in front of the server, one `Name: value` a line',
    group: CONNECTION,
  },
  'insecure-http': {
    type: 'boolean',
    describe: 'Send the token over plain http to another machine',
    group: CONNECTION,
  },
  quiet: {
    type: 'boolean',
    describe: 'Say nothing of progress and of waiting on stderr',
    group: CONNECTION,
  },
  verbose: {
    type: 'boolean',
    describe: 'One line for each request on stderr; never a token or a body',
    group: CONNECTION,
  },
} as const satisfies Options

export const output = {
  type: 'string',
  requiresArg: true,
  placeholder: 'FILE',
  alias: 'o',
  describe: 'File to write; stdout if left out',
  group: 'Output',
} as const satisfies Option

export const force = {
  type: 'boolean',
  describe: 'Write over a file that is there',
  group: 'Output',
} as const satisfies Option
