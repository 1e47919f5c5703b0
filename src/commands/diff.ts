/** `rollcall diff`: two snapshots of one account, or two policies. Asks no server. */
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Diagnostic, diagnostic, Failure } from '../core/diagnostic.ts'
import { betweenPolicies, betweenSnapshots, type Differences } from '../core/difference.ts'
import type { Policy } from '../core/policy.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Answer, Compared, NoAnswer } from '../views/diff.ts'
import { misused } from './command.ts'
import { onePolicy } from './one-policy.ts'
import { readSnapshotFile } from './snapshot-file.ts'
import { TOOL } from './tool.ts'
import type { World } from './world.ts'

/** Throws a Failure where there is no answer. */
export async function diff(names: readonly string[], world: World): Promise<Answer> {
  const [before, after, ...more] = names
  if (before === undefined || after === undefined || more.length > 0) {
    throw misused(
      names.length > 2
        ? `"${more[0]}" is one word too many.`
        : 'Two snapshots, or two policies, are wanted.',
      'Name the earlier one first, as in `rollcall diff january.json june.json`.',
    )
  }
  const snapshots = [await isSnapshot(before, world), await isSnapshot(after, world)]
  if (snapshots[0] !== snapshots[1]) {
    throw misused(
      'One of them is a snapshot, the other is not.',
      'To judge a snapshot by a policy, run `rollcall plan POLICY --snapshot FILE`.',
    )
  }
  return snapshots[0] ? ofSnapshots(before, after, world) : ofPolicies(before, after, world)
}

/** The answer of a run that could not give one. */
export function unanswered(diagnostics: readonly Diagnostic[]): NoAnswer {
  return {
    tool: TOOL,
    of: null,
    exitCode: 1,
    diagnostics,
    differences: [],
    controls: [],
    before: null,
    after: null,
  }
}

async function ofSnapshots(before: string, after: string, world: World): Promise<Answer> {
  const a = await readSnapshotFile(before, world)
  const b = await readSnapshotFile(after, world)
  if (a.server !== b.server || a.account.id !== b.account.id) {
    throw new Failure(
      diagnostic({
        code: 'settings-conflict',
        summary: `${before} is of account ${a.account.id} on ${a.server}, ${after} of account ${b.account.id} on ${b.server}.`,
        advice: 'Name two snapshots of one account.',
      }),
    )
  }
  const found = betweenSnapshots(a, b)
  const side = (file: string, { account, server, finishedAt }: Snapshot) => ({
    file,
    account,
    server,
    readAt: finishedAt,
  })
  return answered('snapshots', found, side(before, a), side(after, b))
}

async function ofPolicies(before: string, after: string, world: World): Promise<Answer> {
  // One after the other: the same file twice is a question with an answer.
  const a = await onePolicy(before, '', world)
  const b = await onePolicy(after, '', world)
  const side = ({ path, account, server }: Policy) => ({
    file: path,
    account: account && { id: account.value, name: null },
    server: server?.value ?? null,
    readAt: null,
  })
  return answered('policies', betweenPolicies(a, b), side(a), side(b))
}

function answered(
  of: 'snapshots' | 'policies',
  found: Differences,
  before: Compared,
  after: Compared,
): Answer {
  const equal = found.differences.length + found.controls.length === 0
  return { ...found, tool: TOOL, of, exitCode: equal ? 0 : 2, diagnostics: [], before, after }
}

/** By its name, or by its first words. */
async function isSnapshot(name: string, { cwd }: World): Promise<boolean> {
  if (/\.json$/i.test(name)) return true
  try {
    const file = await open(resolve(cwd, name))
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0)
      return /^\s*\{\s*"format":\s*"rollcall\./.test(buffer.toString('utf8', 0, bytesRead))
    } finally {
      await file.close()
    }
  } catch {
    // Whoever reads it says what is wrong with it.
    return false
  }
}
