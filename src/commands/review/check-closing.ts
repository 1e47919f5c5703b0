/**
 * Checks the closing record of a review: closes the review again with the files that are sealed in the
 * folder of the record, and compares.
 */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import type { Location } from '../../core/model/location.ts'
import { CLOSING } from '../../core/review/closing.ts'
import { findLateness, parseClosing } from '../../core/review/parse-closing.ts'
import type { ListedFile } from '../../core/review/record.ts'
import type { Mismatch, Unchecked } from '../../core/review/results.ts'
import { parseJsonBytes } from '../../files/json-file.ts'
import { getReason } from '../../files/whole-file.ts'
import { TOOL } from '../../shell/tool.ts'
import type { World } from '../../shell/world.ts'
import { concludeReview, type SoundReview } from './conclude.ts'
import { findDifferences } from './differences.ts'
import { computeSha256 } from './folder.ts'

export interface ClosingInspection {
  readonly sha256: string
  /** Every file of the folder but the record. */
  readonly files: readonly ListedFile[]
  readonly generatedAt: string
  readonly problems: readonly Mismatch[]
  readonly unchecked: Unchecked | null
}

/** Throws a Failure if there is no valid record. @param shown its folder, as the user named it */
export async function inspectClosing(
  shown: string,
  review: SoundReview,
  world: World,
): Promise<ClosingInspection> {
  const path = resolve(world.cwd, shown)
  const bytes = await readRecord(path, shown)
  const fail = (location: Location, problem: string) => makeFailure(shown, problem, location)
  const record = parseJsonBytes(bytes, join(shown, CLOSING), fail, parseClosing)
  const found: Mismatch[] = []
  const add = (kind: Mismatch['kind'], name: string, place: string, problem: string) =>
    void found.push({ kind, file: join(shown, name), place, problem })
  const listed = new Map(record.files.map((each) => [each.name, each]))
  const present = await readdir(path)
  for (const name of present) {
    if (!listed.has(name) && name !== CLOSING) add('changed', name, '', 'was added')
  }
  const files = new Map<string, Buffer>()
  for (const { name, sha256 } of listed.values()) {
    const regular = present.includes(name) && (await lstat(join(path, name))).isFile()
    const content = regular ? await readFile(join(path, name)) : null
    if (content !== null) files.set(name, content)
    if (!present.includes(name)) add('changed', name, '', 'is missing')
    else if (content === null) add('changed', name, '', 'was changed: it is not a regular file')
    else if (computeSha256(content) !== sha256) {
      add('changed', name, '', `was changed: its SHA-256 is not the one in ${CLOSING}`)
    }
  }
  const end = (unchecked: Unchecked | null): ClosingInspection => ({
    sha256: computeSha256(bytes),
    files: record.files,
    generatedAt: record.generatedAt,
    problems: found,
    unchecked,
  })
  if (found.length > 0) return end(null)

  const within = (name: string) => (files.has(name) ? join(shown, name) : null)
  const journals = [...files.keys()].filter((name) => /^journal-\d+\.jsonl$/.test(name))
  const named = {
    decisions: join(shown, 'decisions.csv'),
    reviewers: within('reviewers.csv'),
    after: within('later.json'),
    journal: journals.map((_, index) => join(shown, `journal-${index + 1}.jsonl`)),
  }
  try {
    const { closed, contents, record: should } = await concludeReview(review, named, record, world)
    for (const problem of findLateness(closed, review.bundle.manifest.record)) {
      add('record', CLOSING, ', `generated_at`', problem)
    }
    for (const { summary } of closed.problems)
      add('record', 'decisions.csv', '', `says: ${summary}`)
    const same = record.tool.name === TOOL.name && record.tool.version === TOOL.version
    const otherwise: string[] = []
    for (const [name, content] of [...contents, [CLOSING, should] as const]) {
      const is = name === CLOSING ? bytes : (files.get(name) ?? Buffer.from(''))
      const differences = findDifferences(name, is, Buffer.from(content).toString())
      if (!same && differences.length > 0) otherwise.push(join(shown, name))
      else for (const { place, problem } of differences) add('record', name, place, problem)
    }
    const { version } = record.tool
    return end(
      otherwise.length === 0 ? null : { wrote: version, is: TOOL.version, files: otherwise },
    )
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    add('record', CLOSING, '', `cannot be written again: ${error.message}`)
    return end(null)
  }
}

async function readRecord(path: string, shown: string): Promise<Buffer> {
  try {
    return await readFile(join(path, CLOSING))
  } catch (error) {
    throw makeFailure(shown, `cannot be read (${getReason(error)})`, null)
  }
}

function makeFailure(shown: string, problem: string, location: Location | null): Failure {
  return new Failure(
    makeDiagnostic({
      code: 'review-changed',
      summary: `${join(shown, CLOSING)} ${problem}.`,
      advice: 'Name the folder that `rollcall review close -o` wrote, or restore the record.',
      location,
    }),
  )
}
