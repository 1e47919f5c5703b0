/** The first and the last line of a run's journal, and the snapshot beside it. */

import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { JournalLine } from '../../core/apply/journal.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import { describeReason } from '../../core/messages/system-reasons.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { ApplyReport } from '../../core/report/apply.ts'
import { checkJournal, type Journal, openJournal } from '../../files/journal.ts'
import { findNewFileProblem, writeWhole } from '../../files/whole-file.ts'
import { TOOL } from '../../shell/tool.ts'
import type { World } from '../../shell/world.ts'
import { renderSnapshot } from '../../views/snapshot.ts'

/** The files that a run with this journal makes. */
export function listJournalFiles(shown: string): readonly [journal: string, before: string] {
  return [shown, `${shown}.before.json`]
}

/** Returns why the line could not be written; null: it was, or there is no journal. */
export async function closeJournal(
  journal: Journal | null,
  line: JournalLine,
): Promise<string | null> {
  try {
    await journal?.append(line)
    return null
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
}

/**
 * Why this run could not leave a journal and the snapshot beside it. Makes no file.
 * @param inputs the files that the run reads
 */
export async function checkJournalFiles(
  shown: string | null,
  inputs: readonly string[],
  world: World,
): Promise<readonly Diagnostic[]> {
  if (shown === null) return []
  const problem = await checkJournal(shown, inputs, world)
  if (problem !== null) return [problem]
  const [, saved] = listJournalFiles(shown)
  const reason = await findNewFileProblem(saved, resolve(world.cwd, saved))
  return reason === null ? [] : [describeSnapshotProblem(saved, reason)]
}

/** The snapshot is on disk before the first write: it is what an undo starts from. */
export async function startJournal(
  shown: string | null,
  hash: string,
  snapshot: Snapshot,
  world: World,
): Promise<Journal | null> {
  if (shown === null) return null
  const journal = await openJournal(shown, world)
  const text = renderSnapshot(snapshot, TOOL)
  const [, saved] = listJournalFiles(shown)
  const rights = { exclusive: true, secret: true }
  const problem = await writeWhole(resolve(world.cwd, saved), text, rights)
  if (problem !== null) {
    await journal.discard()
    throw new Failure(describeSnapshotProblem(saved, problem))
  }
  await journal.append({
    line: 'first',
    format: 'rollcall.journal',
    format_version: '1.0',
    at: world.now().toISOString(),
    version: TOOL.version,
    hash,
    server: snapshot.server,
    account: snapshot.account.id,
    owner: snapshot.caller.email,
    before: createHash('sha256').update(text).digest('hex'),
  })
  return journal
}

function describeSnapshotProblem(saved: string, reason: string): Diagnostic {
  return reason === 'EEXIST'
    ? makeDiagnostic({
        code: 'output-exists',
        summary: `${saved} already exists. It was not changed, and nothing was written to Chatwoot.`,
        advice: 'The snapshot before the apply goes there: use another name for the journal.',
      })
    : makeDiagnostic({
        code: 'output-failed',
        summary: `The snapshot before the apply could not be written to ${saved}: ${describeReason(reason)}. Nothing was written to Chatwoot.`,
        advice: 'Use another name for the journal, or correct the permissions of its folder.',
      })
}

export function describeEnd({ verdict, after, steps }: ApplyReport, world: World): JournalLine {
  const outcomes = steps.flatMap(({ writes }) => writes.map(({ outcome }) => outcome))
  const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length
  return {
    line: 'closing',
    at: world.now().toISOString(),
    verdict: after === null ? null : verdict,
    done: count('done'),
    unknown: count('unknown'),
  }
}
