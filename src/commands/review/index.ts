/**
 * `rollcall review`: writes one access review into a folder, completely or not at all. Drift is not a
 * failure here: the review documents it.
 */
import { resolve } from 'node:path'
import type { RequestLine } from '../../chatwoot/client.ts'
import { ALL_PARTS, chooseActivityDays, listWarnings, readAccount } from '../../connect/account.ts'
import { makeFailure } from '../../core/messages/diagnostic.ts'
import { findClockDifference, findDisorder } from '../../core/review/moments.ts'
import { MANIFEST, type ReviewRecord, selectFromRoster } from '../../core/review/record.ts'
import type { WrittenReview } from '../../core/review/results.ts'
import { findCommit } from '../../files/git.ts'
import { readRoster } from '../../files/roster-file.ts'
import { STDIN } from '../../policy/read/named-file.ts'
import type { Values } from '../../shell/arguments.ts'
import { define, makeUsageFailure } from '../../shell/command.ts'
import {
  ACTIVITY_OPTIONS,
  CONNECTION_OPTIONS,
  color,
  DEFAULT_POLICY,
  type Options,
  output,
  ROSTER_OPTIONS,
} from '../../shell/options.ts'
import { show, type Views } from '../../shell/show.ts'
import { describeRun } from '../../shell/tool.ts'
import { readNew } from '../../shell/values.ts'
import { getToday, type World } from '../../shell/world.ts'
import { loadOnePolicy } from '../shared/one-policy.ts'
import { checkFreeFolder, computeSha256, writeFolder } from './folder.ts'
import { listFiles, restoreText, writeReview } from './write.ts'

const OPTIONS = {
  output: {
    ...output,
    coerce: readNew('folder'),
    placeholder: 'DIR',
    describe: 'Folder to write; it must be new or empty',
  },
  color,
  ...ROSTER_OPTIONS,
  ...ACTIVITY_OPTIONS,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

const VIEWS: Views<WrittenReview, 'text'> = {
  text: async (written, paint) =>
    (await import('../../views/review.ts')).renderReview(written, paint),
}

export const command = define('review', {
  positional: '[policy]',
  describe: 'Write the evidence of an access review into a folder',
  options: OPTIONS,
  examples: {
    'rollcall review -o review-2026-11': 'Review the account against rollcall.yaml',
    'rollcall review close --help': 'Show the next step; see also `review verify`',
  },
  run: async ({ positionals: [policy = DEFAULT_POLICY], values }, world) => {
    const written = await review(policy, values, world)
    const notes = [...listWarnings(values), ...written.clocks, ...written.account.diagnostics]
    return show({ ...written, exitCode: 0, notes }, VIEWS, values, world)
  },
})

async function review(
  name: string,
  flags: Values<typeof OPTIONS>,
  world: World,
): Promise<WrittenReview> {
  const shown = flags.output
  if (shown === null) {
    throw makeUsageFailure(
      'The folder is missing.',
      'Add it with -o, as in `rollcall review -o review`.',
    )
  }
  const folder = await checkFreeFolder(shown, world)
  const today = getToday(world)
  const roster = await readRoster(flags, today, world)
  const policy = await loadOnePolicy(name, ', but a review is of one account', world)
  const requests: RequestLine[] = []
  const onRequest = (request: RequestLine) => void requests.push(request)
  const activityDays = chooseActivityDays(flags, policy.rules)
  const wanted = { ...ALL_PARTS, version: true, activityDays, onRequest }
  const snapshot = await readAccount(policy, wanted, flags, world)
  const record: ReviewRecord = {
    ...describeRun(world),
    judgedOn: today,
    policyPath: policy.path,
    git:
      policy.path === STDIN
        ? { commit: null, why: 'the policy was read from standard input' }
        : await findCommit(resolve(world.cwd, policy.path), restoreText(policy), world),
    requests: requests.map((each) => ({
      ...each,
      items: each.items(),
      bodySha256: each.bodySha256(),
    })),
    roster: roster && selectFromRoster(roster, snapshot, policy),
  }
  const [disorder] = findDisorder(record, snapshot)
  if (disorder !== undefined) {
    throw makeFailure({
      code: 'review-clock-turned-back',
      summary: `The clock of this machine was turned back during the run: ${disorder.place} ${disorder.problem}.`,
    })
  }

  const { account, contents, renderManifest } = writeReview(record, policy, snapshot)
  const files = listFiles(contents)
  const manifest = renderManifest(files)
  world.signal.throwIfAborted()
  await writeFolder(folder, shown, new Map([...contents, [MANIFEST, manifest]]))
  return {
    account,
    folder: shown,
    files: files.length + 1,
    manifest: computeSha256(manifest),
    clocks: findClockDifference(record.requests),
  }
}
