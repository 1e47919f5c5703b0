/** `rollcall diff`: compares two snapshots of one account, or two policies. Reads no server. */

import { diffPolicies, diffStates } from '../core/compare/difference.ts'
import { Failure, makeFailure } from '../core/messages/diagnostic.ts'
import type { Policy } from '../core/model/policy.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { concludeDiff, concludeNoDiff, type Diff, type DiffAnswer } from '../core/report/diff.ts'
import {
  describeHiddenMembers,
  listMissingParts,
  nameMissingParts,
} from '../core/report/missing-parts.ts'
import { LARGEST_SNAPSHOT, parseSnapshotBytes, readSnapshotFile } from '../files/snapshot-file.ts'
import { readNamed, showName } from '../policy/read/named-file.ts'
import { parsePolicy } from '../policy/read/parse.ts'
import { define, makeUsageFailure } from '../shell/command.ts'
import { color, format } from '../shell/options.ts'
import { refuseAs, show, type Views } from '../shell/show.ts'
import { TOOL } from '../shell/tool.ts'
import type { World } from '../shell/world.ts'
import { loadOnePolicy } from './shared/one-policy.ts'

/** Text shows nothing if there is no result: the errors are on stderr. */
const VIEWS: Views<Diff, 'text' | 'json'> = {
  text: async (answer, paint) =>
    answer.of === null ? null : (await import('../views/diff.ts')).renderDiff(answer, paint),
  json: async (answer) => (await import('../views/diff.ts')).renderDiffJson(answer),
}

export const command = define('diff', {
  positional: '<before> <after>',
  describe: 'Compare two snapshots or two policies: who gained or lost access',
  options: { format, color },
  examples: {
    'rollcall diff january.json june.json': 'Show what changed on the account',
    'git show HEAD~1:rollcall.yaml | rollcall diff - rollcall.yaml': 'Show what a commit changes',
  },
  run: async ({ positionals, values }, world) => {
    const answer = await compare(positionals, world)
    return show({ ...answer, notes: answer.diagnostics }, VIEWS, values, world)
  },
  refuse: refuseAs(VIEWS, (diagnostics) => concludeNoDiff(TOOL, diagnostics)),
})

async function compare([before, after]: readonly string[], world: World): Promise<Diff> {
  if (before === undefined || after === undefined) {
    throw makeUsageFailure(
      'This command needs two snapshots or two policies.',
      'Write the earlier one first, as in `rollcall diff january.json june.json`.',
    )
  }
  const [a, b] = [await readSide(before, world), await readSide(after, world)]
  if (a.snapshot !== b.snapshot) {
    throw makeUsageFailure(
      'One of the two is a snapshot, and the other is not.',
      'To compare a snapshot with a policy, run `rollcall plan POLICY --snapshot FILE`.',
    )
  }
  return a.snapshot ? compareSnapshots(a, b, world) : comparePolicies(a, b, world)
}

interface Side {
  readonly name: string
  readonly shown: string
  /** A snapshot is recognised by its name or its first bytes; everything else is a policy. */
  readonly snapshot: boolean
  /** Null if they could not be read; the next read of the file reports why. */
  readonly bytes: Uint8Array | null
}

/** Reads it only once, because a pipe can be read only once. */
async function readSide(name: string, world: World): Promise<Side> {
  const bytes = await readNamed(name, LARGEST_SNAPSHOT, world).catch(() => null)
  const head = new TextDecoder().decode(bytes?.subarray(0, 256))
  const snapshot = /\.json$/i.test(name) || /^\s*\{\s*"format":\s*"rollcall\./.test(head)
  return { name, shown: showName(name), snapshot, bytes }
}

async function parseSnapshotSide({ name, shown, bytes }: Side, world: World): Promise<Snapshot> {
  return bytes === null ? readSnapshotFile(name, world) : parseSnapshotBytes(bytes, shown)
}

async function parsePolicySide({ name, shown, bytes }: Side, world: World): Promise<Policy> {
  if (bytes === null) return loadOnePolicy(name, '', world)
  const { policy, diagnostics } = parsePolicy(shown, bytes)
  if (policy === null) throw new Failure(...diagnostics)
  return policy
}

async function compareSnapshots(before: Side, after: Side, world: World): Promise<DiffAnswer> {
  const a = await parseSnapshotSide(before, world)
  const b = await parseSnapshotSide(after, world)
  if (a.server !== b.server || a.account.id !== b.account.id) {
    throw makeFailure({
      code: 'settings-conflict',
      summary: `${before.shown} is of account ${a.account.id} on ${a.server}, but ${after.shown} is of account ${b.account.id} on ${b.server}.`,
      advice: 'Use two snapshots of the same account.',
    })
  }
  const side = (file: string, { account, server, finishedAt }: Snapshot) => ({
    file,
    account,
    server,
    readAt: finishedAt,
  })
  const listUncompared = (shown: string, snapshot: Snapshot) => [
    ...listMissingParts(snapshot, `The snapshot ${shown}`),
    ...describeHiddenMembers(snapshot, `The list of people in ${shown}`),
  ]
  return concludeDiff(
    { tool: TOOL, of: 'snapshots', before: side(before.shown, a), after: side(after.shown, b) },
    diffStates(a, b),
    [...listUncompared(before.shown, a), ...listUncompared(after.shown, b)].map((each) => ({
      ...each,
      advice: 'These were not compared.',
    })),
    ([a, b] as const).flatMap((snapshot, index) => {
      const side = index === 0 ? 'before' : 'after'
      return nameMissingParts(snapshot).map((part) => ({ part, side }) as const)
    }),
  )
}

async function comparePolicies(before: Side, after: Side, world: World): Promise<DiffAnswer> {
  const a = await parsePolicySide(before, world)
  const b = await parsePolicySide(after, world)
  const side = ({ path, account, server }: Policy) => ({
    file: path,
    account: account && { id: account.value, name: null },
    server: server?.value ?? null,
    readAt: null,
  })
  const sides = { before: side(a), after: side(b) }
  return concludeDiff({ tool: TOOL, of: 'policies', ...sides }, diffPolicies(a, b))
}
