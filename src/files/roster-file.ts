/** Reads the file of `--roster`, or reports what is wrong with it and where. */
import { createHash } from 'node:crypto'
import { makeFailure } from '../core/messages/diagnostic.ts'
import type { RosterColumns } from '../core/model/parse-roster.ts'
import type { StaffRoster } from '../core/model/roster.ts'
import { readNamed, showName } from '../policy/read/named-file.ts'
import type { Values } from '../shell/arguments.ts'
import { makeUsageFailure } from '../shell/command.ts'
import type { ROSTER_OPTIONS } from '../shell/options.ts'
import type { World } from '../shell/world.ts'
import type { Place } from './json-file.ts'
import { explainError } from './whole-file.ts'

/** 100,000 people with 50 columns take about 100 MB. */
const LARGEST = 256 * 1024 * 1024

/**
 * Null: none is given. Throws a Failure with one diagnostic.
 * @param today `YYYY-MM-DD`, UTC
 */
export async function readRoster(
  flags: Values<typeof ROSTER_OPTIONS>,
  today: string,
  world: World,
): Promise<StaffRoster | null> {
  const columns = readColumns(flags['roster-columns'])
  const active = flags['roster-active']?.split(',').map((each) => each.trim()) ?? null
  if (flags.roster === null) {
    for (const option of ['roster-columns', 'roster-active'] as const) {
      if (flags[option] === null) continue
      throw makeUsageFailure(
        `--${option} needs --roster.`,
        `Add --roster FILE, or remove --${option}.`,
      )
    }
    return null
  }
  const shown = showName(flags.roster)
  const refuse = (place: Place | null, problem: string, advice?: string): never => {
    throw makeFailure({
      code: 'roster-unreadable',
      summary: `The roster ${shown} ${problem}.`,
      location: place && { file: shown, line: place.line, column: place.column },
      ...(advice === undefined ? {} : { advice: `${advice}.` }),
    })
  }
  const bytes = await readNamed(flags.roster, LARGEST, world).catch((error) =>
    refuse(null, `cannot be read (${explainError(error)})`, 'Check the name of the file'),
  )
  if (bytes === null)
    return refuse(null, 'is too large', 'Export only the columns that rollcall needs')
  // Loaded late, because few runs have a roster.
  const { readCsv } = await import('./read-csv.ts')
  const { parseRoster } = await import('../core/model/parse-roster.ts')
  const csv = readCsv(bytes)
  if ('problem' in csv) return refuse(csv, csv.problem)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const read = parseRoster(csv.rows, sha256, { columns, active, today })
  if (!('problem' in read)) return read
  const offset = csv.rows[read.row]?.offsets[read.cell] ?? 0
  return refuse(csv.findPlace(offset), read.problem, read.advice)
}

const PARTS = ['email', 'status', 'end'] as const

/** Several addresses may be given; `status=` and `end=` say that there is no such column. */
function readColumns(text: string | null): RosterColumns {
  const given = new Map<string, string[]>()
  for (const each of text?.split(',') ?? []) {
    const [part = '', ...name] = each.split('=')
    const key = part.trim()
    const before = given.get(key) ?? []
    const known = PARTS.some((one) => one === key)
    if (!known || name.length === 0 || (key !== 'email' && before.length > 0)) {
      throw makeUsageFailure(
        `--roster-columns has the invalid value "${text}".`,
        'Write it as email=NAME,status=NAME,end=NAME. Only email may be repeated.',
      )
    }
    given.set(key, [...before, name.join('=').trim()])
  }
  return {
    email: given.get('email') ?? null,
    status: given.get('status')?.[0] ?? null,
    end: given.get('end')?.[0] ?? null,
  }
}
