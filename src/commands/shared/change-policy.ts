/**
 * Shared by the commands that change the text of one policy: which file it is, and how it is written.
 */

import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Amendments } from '../../core/adopt/amendments.ts'
import { Failure, makeFailure } from '../../core/messages/diagnostic.ts'
import type { DiagnosticCode } from '../../core/messages/diagnostic-records.ts'
import type { Finding } from '../../core/messages/finding.ts'
import { describeReason } from '../../core/messages/system-reasons.ts'
import type { Policy } from '../../core/model/policy.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { plan } from '../../core/plan/plan.ts'
import { protectInputs } from '../../files/inputs.ts'
import { getReason, writeWhole } from '../../files/whole-file.ts'
import { loadPolicies } from '../../policy/read/load.ts'
import { isStdin } from '../../policy/read/named-file.ts'
import { parsePolicy } from '../../policy/read/parse.ts'
import { amend } from '../../policy/write/amend.ts'
import { makeOptionFailure, makeUsageFailure } from '../../shell/command.ts'
import { getToday, type World } from '../../shell/world.ts'
import type { ShownChange } from '../../views/patch.ts'

interface Naming {
  readonly command: string
  /** What names the file, as the subject of a sentence. */
  readonly what: string
  readonly advice: string
}

export const BY_OPTION = { what: '--policy', advice: 'Name the file with --policy FILE.' } as const

/**
 * Throws a Failure if the text of the policy cannot be changed.
 * @param inputs the other files that the run reads: only the policy may be changed
 */
export async function loadChangeable(
  file: string,
  { command, what, advice }: Naming,
  inputs: readonly string[],
  world: World,
): Promise<Policy> {
  const path = resolve(world.cwd, file)
  const there = await stat(path).catch(() => null)
  if (isStdin(file) || !(there === null || there.isFile() || there.isDirectory())) {
    const named = isStdin(file) ? 'standard input' : 'a pipe or a device'
    throw makeOptionFailure(
      `${what} names ${named}, which rollcall cannot change.`,
      'Name the policy file to change.',
    )
  }
  const other = await (await protectInputs(inputs, world))(path)
  if (other !== null) {
    throw makeOptionFailure(
      `--write would change ${file}, which this run also reads for another purpose (${other}).`,
      'Use a different file for each of them.',
    )
  }
  const sources = await loadPolicies([file], world)
  const [source] = sources
  if (sources.length !== 1 || source === undefined) {
    throw makeUsageFailure(
      `${file} contains ${sources.length} policies, but ${command} changes only one.`,
      advice,
    )
  }
  if (source.policy === null) throw new Failure(...source.diagnostics)
  return source.policy
}

export function listFindings(policy: Policy, snapshot: Snapshot, world: World): readonly Finding[] {
  const decision = plan(policy, snapshot, getToday(world))
  if (decision.kind === 'unknown') throw new Failure(...decision.diagnostics)
  return decision.plan.findings
}

interface PolicyChange {
  readonly amendments: Amendments
  /** Of every error. */
  readonly code: DiagnosticCode
  /** What to do if only a person can change the text safely. */
  readonly byHand: string
  /** Whether the changed policy means what it should. */
  readonly means: (policy: Policy) => boolean
  /** If it does not. */
  readonly refusal: { readonly summary: string; readonly advice: string }
  readonly write: boolean
}

/** Before it writes the new text, it parses it. Throws a Failure, and then writes nothing. */
export async function changePolicy(
  policy: Policy,
  { amendments, code, byHand, means, refusal, write }: PolicyChange,
  world: World,
): Promise<ShownChange> {
  const { path, text: before } = policy
  const amended = amend(policy, amendments)
  if (amended === null) {
    const summary = `rollcall cannot change ${path} safely because of its layout.`
    throw makeFailure({ code, summary, advice: byHand })
  }
  const { text, hunks } = amended
  const after = parsePolicy('<changed>', new TextEncoder().encode(text)).policy
  if (after === null || !means(after)) throw makeFailure({ code, ...refusal })
  world.signal.throwIfAborted()
  const written = write && hunks.length > 0
  if (written) await replacePolicy(policy, text, code, world)
  return { path, text: before, hunks, written }
}

async function readAgain(name: string) {
  const path = await realpath(name)
  return { path, bytes: await readFile(path) }
}

/** Writes to the file that a link points to, and only if nobody changed it since it was read. */
async function replacePolicy(
  policy: Policy,
  text: string,
  code: DiagnosticCode,
  { cwd }: World,
): Promise<void> {
  const { path, bytes } = await readAgain(resolve(cwd, policy.path)).catch((error) => {
    throw makeFailure({
      code,
      summary: `${policy.path} could not be read again to change it: ${describeReason(getReason(error))}.`,
      advice: 'Check who moves or changes the file, then run again.',
    })
  })
  if (createHash('sha256').update(bytes).digest('hex') !== policy.sha256) {
    throw makeFailure({
      code,
      summary: `${policy.path} was changed while rollcall read the account.`,
      advice: 'Run again.',
    })
  }
  const mark = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? '\ufeff' : ''
  const reason = await writeWhole(path, mark + text)
  if (reason === null) return
  throw makeFailure({
    code: 'output-failed',
    summary: `${policy.path} could not be written: ${describeReason(reason)}.`,
    advice:
      'Correct the permissions of the file or its folder, or free some space, then run again.',
  })
}
