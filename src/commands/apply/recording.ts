/** The first and the last line of a run's journal, and the snapshot beside it. */
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { JournalLine } from '../../core/apply/journal.ts'
import { Failure, makeFailure } from '../../core/messages/diagnostic.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { ApplyReport } from '../../core/report/apply.ts'
import { type Journal, openJournal } from '../../files/journal.ts'
import { writeWhole } from '../../files/whole-file.ts'
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

/** The snapshot is on disk before the first write: it is what an undo starts from. */
export async function startJournal(
  shown: string | null,
  inputs: readonly string[],
  hash: string,
  snapshot: Snapshot,
  world: World,
): Promise<Journal | null> {
  if (shown === null) return null
  const journal = await openJournal(shown, inputs, world)
  const text = renderSnapshot(snapshot, TOOL)
  const [, saved] = listJournalFiles(shown)
  const problem = await writeWhole(resolve(world.cwd, saved), text, {
    exclusive: true,
    secret: true,
  })
  if (problem !== null) {
    await journal.discard()
    throw makeFailure({
      code: 'output-failed',
      summary: `The snapshot before the apply could not be written to ${saved}: ${problem}. Nothing was written to Chatwoot.`,
      advice: 'Use another name for the journal, or correct the permissions of its folder.',
    })
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
