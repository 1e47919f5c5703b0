/**
 * The journal of an apply: its lines as values, and what a journal proves. Each line has the hash of
 * the line before, so that none can be changed or left out unnoticed. The caller writes the file and
 * computes the hashes. A run never continues from a journal.
 */

import type { Step } from '../model/steps.ts'
import type { WriteAnswer, WriteOutcome } from './answers.ts'
import { isObject, type Json, type JsonObject, writeCanonicalJson } from './canonical.ts'

interface FirstLine {
  readonly line: 'first'
  readonly format: 'rollcall.journal'
  readonly format_version: '1.0'
  /** RFC 3339, UTC; likewise in every other line. */
  readonly at: string
  /** Of rollcall. */
  readonly version: string
  /** Of the approved document, SHA-256 in hex. */
  readonly hash: string
  readonly server: string
  readonly account: number
  /** The owner of the token; never the token. */
  readonly owner: string
  /** SHA-256 in hex of the snapshot that was saved beside the journal before the first write. */
  readonly before: string
}

interface IntentLine {
  readonly line: 'intent'
  readonly at: string
  /** Of the request, from 1. A request that is sent again has its own. */
  readonly number: number
  /** `X-Request-Id`, which an audit log keeps. */
  readonly request_id: string
  readonly step: Step
  readonly address: string
  /** What will be sent: kind, ids and values. */
  readonly write: JsonObject
}

interface ResultLine {
  readonly line: 'result'
  readonly at: string
  readonly number: number
  readonly answer: WriteAnswer
  readonly status: number | null
  readonly outcome: WriteOutcome
}

interface ClosingLine {
  readonly line: 'closing'
  readonly at: string
  /** Null: no later snapshot was given. */
  readonly verdict: 'in_sync' | 'drift' | 'none' | null
  readonly done: number
  readonly unknown: number
}

export type JournalLine = FirstLine | IntentLine | ResultLine | ClosingLine

/**
 * `rollcall-1a2b3c4d-007-3f9c01`: the approval, the request and the run. Longer numbers have more digits.
 * Two runs with one approval must not look like one in an audit log.
 * @param run from `makeRunId`
 */
export function makeRequestId(hash: string, number: number, run: string): string {
  return `rollcall-${hash.slice(0, 8)}-${String(number).padStart(3, '0')}-${run}`
}

/** Whether a request id in an audit log is one of `makeRequestId`. */
export function isRequestId(text: string): boolean {
  return /^rollcall-[0-9a-f]{8}-\d{3,}-[0-9a-f]{6}$/.test(text)
}

/** Six hex digits. @param random from 0 up to 1, without 1 */
export function makeRunId(random: number): string {
  return Math.floor(random * 16 ** 6)
    .toString(16)
    .padStart(6, '0')
}

/** One line of the file, without its end. `previous`: the hash of the line before; null: the first. */
export function writeJournalLine(line: JournalLine, previous: string | null): string {
  return writeCanonicalJson({ ...line, previous })
}

/** A line of a file, and its hash as the caller computed it: SHA-256 in hex of its text. */
export interface HashedLine {
  readonly text: string
  readonly hash: string
}

export interface JournalReading {
  readonly first: FirstLine | null
  /** Requests that were announced and have no result: it is unknown whether they were carried out. */
  readonly unfinished: readonly IntentLine[]
  readonly results: readonly (ResultLine & { readonly intent: IntentLine })[]
  readonly closing: ClosingLine | null
  /** The last line was cut off, as by the end of the process. */
  readonly torn: boolean
  /** In plain words; empty: the journal is correct up to its last line. */
  readonly problems: readonly string[]
}

export function readJournal(lines: readonly HashedLine[]): JournalReading {
  const problems: string[] = []
  const intents = new Map<number, IntentLine>()
  const results: (ResultLine & { readonly intent: IntentLine })[] = []
  let first: FirstLine | null = null
  let closing: ClosingLine | null = null
  let torn = false
  let previous: string | null = null
  for (const [index, { text, hash }] of lines.entries()) {
    const say = (what: string) => problems.push(`Line ${index + 1} ${what}.`)
    const line = parseLine(text)
    if (line === null) {
      torn = index === lines.length - 1
      if (!torn) say('is not a line of a journal')
      continue
    }
    if (line.previous !== previous) say('does not follow the line before it')
    previous = hash
    if (closing !== null) say('comes after the closing line')
    if ((line.line === 'first') !== (index === 0)) say('is not where it belongs')
    switch (line.line) {
      case 'first':
        first = line
        break
      case 'intent':
        if (intents.has(line.number)) say(`repeats request ${line.number}`)
        intents.set(line.number, line)
        break
      case 'result': {
        const intent = intents.get(line.number)
        if (intent === undefined)
          say(`is the result of request ${line.number}, which was not announced`)
        else results.push({ ...line, intent })
        break
      }
      case 'closing':
        closing = line
    }
  }
  const answered = new Set(results.map(({ number }) => number))
  const unfinished = [...intents.values()].filter(({ number }) => !answered.has(number))
  return { first, unfinished, results, closing, torn, problems }
}

/** What the server accepted may have been undone before it was read. */
function mayBeWritten({ outcome, answer }: ResultLine): boolean {
  return outcome !== 'not-done' || answer === 'accepted'
}

/** The hash of the approval of a run that wrote something, or perhaps did. Null: it wrote nothing. */
export function findUsedHash({ first, results, unfinished }: JournalReading): string | null {
  return unfinished.length > 0 || results.some(mayBeWritten) ? (first?.hash ?? null) : null
}

/** E-mail addresses of people who were removed since a time, or perhaps were. */
export function listRemoved(
  { results, unfinished }: JournalReading,
  since: string,
): readonly string[] {
  const maybe = results.filter(mayBeWritten).map(({ intent }) => intent)
  return [...maybe, ...unfinished].flatMap(({ at, write }) => {
    const { kind, person } = write
    if (kind !== 'delete-agent' || at < since || !isObject(person)) return []
    return typeof person['email'] === 'string' ? [person['email']] : []
  })
}

/** The type of every key besides `line`, `at`, and those that can be null. */
type KeyTypes<L> = {
  readonly [K in Exclude<keyof L, 'line' | 'at'> as null extends L[K] ? never : K]: TypeName<L[K]>
}

type TypeName<T> = T extends string ? 'string' : T extends number ? 'number' : 'object'

const KEYS: { readonly [L in JournalLine as L['line']]: KeyTypes<L> } = {
  first: {
    format: 'string',
    format_version: 'string',
    version: 'string',
    hash: 'string',
    server: 'string',
    account: 'number',
    owner: 'string',
    before: 'string',
  },
  intent: {
    number: 'number',
    request_id: 'string',
    step: 'string',
    address: 'string',
    write: 'object',
  },
  result: { number: 'number', answer: 'string', outcome: 'string' },
  closing: { done: 'number', unknown: 'number' },
}

function parseLine(text: string) {
  const value = parseJson(text)
  return isObject(value) && isLine(value) ? { previous: null, ...value } : null
}

function isLine(value: JsonObject): value is JsonObject & JournalLine {
  const { line, at } = value
  if (typeof line !== 'string' || !isKindOfLine(line) || typeof at !== 'string') return false
  const complete = Object.entries<string>(KEYS[line]).every(
    ([key, type]) => typeof value[key] === type && value[key] !== null,
  )
  // What a request sends is the only value that has parts.
  const flat = Object.entries(value).every(
    ([key, each]) => key === 'write' || typeof each !== 'object' || each === null,
  )
  return complete && flat
}

function isKindOfLine(text: string): text is JournalLine['line'] {
  return Object.hasOwn(KEYS, text)
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
