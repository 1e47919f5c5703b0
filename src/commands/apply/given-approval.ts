/** Reads the approval that a job gives: alone, or in a report that can say what differs. */
import { type Given, parseApproval } from '../../core/apply/approval.ts'
import { isObject, type Json } from '../../core/apply/canonical.ts'
import { makeFailure } from '../../core/messages/diagnostic.ts'
import type { Location } from '../../core/model/location.ts'
import { parseJsonBytes } from '../../files/json-file.ts'
import { explainError } from '../../files/whole-file.ts'
import { readNamed } from '../../policy/read/named-file.ts'
import type { World } from '../../shell/world.ts'

const LONGEST_REPORT = 256 * 1024 * 1024

export async function readApproval(text: string, world: World): Promise<Given> {
  const approval = parseApproval(text)
  if (approval !== null) return { approval, document: null }
  const refuse = (summary: string, location: Location | null = null) =>
    makeFailure({ code: 'usage-approval', summary, location })
  const bytes = await readNamed(text, LONGEST_REPORT, world).catch((error: unknown) => {
    const why = explainError(error)
    throw refuse(`--approve ${text} is neither an approval nor a file that can be read (${why}).`)
  })
  if (bytes === null) throw refuse(`${text} is too large.`)
  const fail = (location: Location, problem: string) => refuse(`${text} ${problem}.`, location)
  const found = parseJsonBytes(bytes, text, fail, findApproval)
  if (found === null) throw refuse(`${text} does not contain an approval.`)
  return found
}

function findApproval(document: unknown): Given | null {
  const toObject = (value: Json | undefined) => (isObject(value) ? value : null)
  // It was parsed from JSON, so it contains nothing else.
  const report = toObject(document as Json)
  const accounts = report?.['accounts']
  const first = Array.isArray(accounts) && accounts.length === 1 ? toObject(accounts[0]) : null
  const part = toObject(report?.['approval']) ?? toObject(first?.['approval'])
  const approval = parseApproval(String(part?.['value'] ?? ''))
  return approval && { approval, document: toObject(part?.['document']) }
}
