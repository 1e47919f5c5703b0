/**
 * A review as an in-toto Statement (v1): which bytes it is about, and in a few words what they are, so
 * that other programs can sign it. Canonical JSON: one review has one statement. Signs nothing and
 * knows no keys.
 */
import { writeCanonicalJson } from '../apply/canonical.ts'
import { compareCodeUnits } from '../model/names.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { CLOSING } from './closing.ts'
import { type ListedFile, MANIFEST, type ManifestContent } from './record.ts'

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'

/** The number is the major version: within it, keys are only added. */
const PREDICATE_TYPE = 'urn:rollcall:access-review:1'

export interface StatedReview {
  readonly manifest: ManifestContent
  /** SHA-256 of the manifest itself, in hex. */
  readonly manifestSha256: string
  readonly snapshot: Snapshot
  readonly closing: StatedClosing | null
}

/** The closing record: SHA-256 in hex, and the files that it seals. */
export interface StatedClosing {
  readonly sha256: string
  readonly generatedAt: string
  readonly files: readonly ListedFile[]
}

/** The text of the statement, without a newline at its end. */
export function writeStatement({
  manifest: { record, verdict, files },
  manifestSha256,
  snapshot,
  closing,
}: StatedReview): string {
  const all = [
    ...files,
    { name: MANIFEST, sha256: manifestSha256 },
    ...(closing === null ? [] : [{ name: CLOSING, sha256: closing.sha256 }, ...closing.files])
      // Both folders have a file decisions.csv.
      .map(({ name, sha256 }) => ({ name: `closing/${name}`, sha256 })),
  ]
  return writeCanonicalJson({
    _type: STATEMENT_TYPE,
    subject: all
      .toSorted((a, b) => compareCodeUnits(a.name, b.name))
      .map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: PREDICATE_TYPE,
    predicate: {
      tool: { name: record.tool.name, version: record.tool.version },
      server: snapshot.server,
      account: { id: snapshot.account.id, name: snapshot.account.name },
      people: snapshot.agents.length,
      verdict,
      policy: { commit: record.git.commit },
      read_started_at: snapshot.startedAt,
      read_finished_at: snapshot.finishedAt,
      generated_at: record.generatedAt,
      ...(closing === null ? {} : { closed_at: closing.generatedAt }),
    },
  })
}
