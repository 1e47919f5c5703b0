/** Reads the approval that a job gives, and compares it with the plan of this run. */
import { checkApproval, parseApproval } from '../../core/apply/approval.ts'
import { isObject, type Json, type JsonObject } from '../../core/apply/canonical.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import type { Location } from '../../core/model/location.ts'
import { parseJsonBytes } from '../../files/json-file.ts'
import { explainError } from '../../files/whole-file.ts'
import { makeReader } from '../../policy/read/named-file.ts'
import type { World } from '../../shell/world.ts'
import type { Proposed } from '../shared/propose.ts'

/** As it was given: alone, or in a report that can say what differs. */
export interface GivenApproval {
  readonly approval: NonNullable<ReturnType<typeof parseApproval>>
  readonly document: JsonObject | null
}

/** The approval that this run would get, as if it were given. */
export function toGiven({ approval, document }: Proposed): GivenApproval {
  const parsed = parseApproval(approval)
  if (parsed === null) throw new Error('An approval of rollcall cannot be read.')
  return { approval: parsed, document }
}

const LONGEST_REPORT = 256 * 1024 * 1024

export async function readApproval(text: string, world: World): Promise<GivenApproval> {
  const approval = parseApproval(text)
  if (approval !== null) return { approval, document: null }
  const refuse = (summary: string, location: Location | null = null) =>
    new Failure(makeDiagnostic({ code: 'usage-approval', summary, location }))
  const bytes = await makeReader(world)(text, LONGEST_REPORT).catch((error: unknown) => {
    const why = explainError(error)
    throw refuse(`--approve ${text} is neither an approval nor a file that can be read (${why}).`)
  })
  if (bytes === null) throw refuse(`${text} is too large.`)
  const fail = (location: Location, problem: string) => refuse(`${text} ${problem}.`, location)
  const found = parseJsonBytes(bytes, text, fail, findApproval)
  if (found === null) throw refuse(`${text} does not contain an approval.`)
  return found
}

function findApproval(document: unknown): GivenApproval | null {
  const toObject = (value: Json | undefined) => (isObject(value) ? value : null)
  // It was parsed from JSON, so it contains nothing else.
  const report = toObject(document as Json)
  const accounts = report?.['accounts']
  const first = Array.isArray(accounts) && accounts.length === 1 ? toObject(accounts[0]) : null
  const part = toObject(report?.['approval']) ?? toObject(first?.['approval'])
  const approval = parseApproval(String(part?.['value'] ?? ''))
  return approval && { approval, document: toObject(part?.['document']) }
}

/** What stops an apply with this approval; empty: it is for exactly this plan. */
export function compareApproval(
  given: GivenApproval,
  proposed: Proposed,
  world: World,
): readonly Diagnostic[] {
  const own = toGiven(proposed).approval
  return checkApproval(given, own, proposed.document, world.now().toISOString())
}
