/**
 * `rollcall review`: writes one access review into a folder, completely or not at all. Drift is not a
 * failure here: the review documents it.
 */
import { resolve } from 'node:path'
import type { RequestLine } from '../../chatwoot/client.ts'
import { ALL_PARTS, chooseActivityDays, listWarnings, readAccount } from '../../connect/account.ts'
import { resolveSettings } from '../../connect/settings.ts'
import { listAccess } from '../../core/access/answer.ts'
import { Failure } from '../../core/messages/diagnostic.ts'
import { compareCodeUnits } from '../../core/model/names.ts'
import type { Policy } from '../../core/model/policy.ts'
import { concludeAccess, describeAccountAccess } from '../../core/report/access.ts'
import { concludeReport } from '../../core/report/report.ts'
import type { WrittenReview } from '../../core/review/results.ts'
import { findCommit } from '../../files/git.ts'
import { readRoster } from '../../files/roster-file.ts'
import type { Values } from '../../shell/arguments.ts'
import { define, expectNoMore, makeUsageFailure } from '../../shell/command.ts'
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
import { TOOL } from '../../shell/tool.ts'
import { getToday, type World } from '../../shell/world.ts'
import { renderManifest, renderTables } from '../../views/bundle.ts'
import { renderCsv } from '../../views/csv.ts'
import { renderAccessHtml } from '../../views/html/access.ts'
import { renderHtml } from '../../views/html/report.ts'
import { renderJson } from '../../views/json.ts'
import { renderSnapshot } from '../../views/snapshot.ts'
import { loadOnePolicy } from '../one-policy.ts'
import { judge } from '../plan/plan.ts'
import { checkFreeFolder, computeSha256, KEEPS_BYTES, MANIFEST, writeFolder } from './folder.ts'

const OPTIONS = {
  output: {
    ...output,
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
  run: async ({ positionals: [policy = DEFAULT_POLICY, ...more], values }, world) => {
    expectNoMore(more)
    const written = await review(policy, values, world)
    return show({ ...written, exitCode: 0, notes: listWarnings(values) }, VIEWS, values, world)
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
  const { connection, problems, origin, accountId } = await resolveSettings(policy, flags, world)
  if (connection === null) throw new Failure(...problems)

  const requests: RequestLine[] = []
  const onRequest = (request: RequestLine) => void requests.push(request)
  const activityDays = chooseActivityDays(flags, policy.rules)
  const wanted = { ...ALL_PARTS, version: true, activityDays, onRequest }
  const snapshot = await readAccount(connection, wanted, flags, world)
  const { path, sha256: hash } = policy
  const target = { path, sha256: hash, policy, server: origin, accountId }
  const judging = { today, strict: false, people: roster }
  const account = judge(policy, snapshot, target, null, judging)
  if (account.verdict === 'none') throw new Failure(...account.diagnostics)

  const generatedAt = world.now().toISOString()
  const head = { command: 'review', tool: TOOL, generatedAt, exitZero: false, roster }
  const whole = concludeReport(head, [], [account])
  const access = listAccess(snapshot)
  const answer = concludeAccess({
    tool: TOOL,
    generatedAt,
    account: describeAccountAccess(snapshot, null, null),
    diagnostics: [],
  })
  const contents = new Map<string, string>([
    ...Object.entries(renderTables(account, policy, access)),
    ['access.html', renderAccessHtml(answer)],
    ['findings.csv', renderCsv(whole) ?? ''],
    ['report.html', renderHtml(whole)],
    ['report.json', renderJson(whole)],
    ['snapshot.json', renderSnapshot(snapshot, TOOL)],
    ['policy.yaml', restoreBytes(policy)],
    [KEEPS_BYTES.name, KEEPS_BYTES.text],
  ])
  const files = [...contents]
    .map(([file, text]) => ({
      name: file,
      bytes: Buffer.byteLength(text),
      sha256: computeSha256(text),
    }))
    .sort((a, b) => compareCodeUnits(a.name, b.name))
  const manifest = renderManifest({
    tool: TOOL,
    generatedAt,
    serverVersion: snapshot.serverVersion,
    account,
    access,
    git: { ...(await readGitFacts(policy, world)) },
    requests: requests.map(describeRequest),
    files,
  })
  world.signal.throwIfAborted()
  await writeFolder(folder, shown, new Map([...contents, [MANIFEST, manifest]]))
  return { account, folder: shown, files: files.length + 1, manifest: computeSha256(manifest) }
}

/** Restores the exact bytes: the text may lack only the byte order mark. */
function restoreBytes({ text, sha256: hash }: Policy): string {
  return computeSha256(text) === hash ? text : `\ufeff${text}`
}

async function readGitFacts(policy: Policy, world: World) {
  const { path } = policy
  if (path === '<stdin>') return { commit: null, why: 'the policy was read from standard input' }
  return findCommit(resolve(world.cwd, path), restoreBytes(policy), world)
}

function describeRequest(request: RequestLine) {
  return {
    at: request.at,
    method: request.method,
    path: request.path,
    status: request.status,
    ms: request.ms,
    items: request.items(),
    body_sha256: request.bodySha256(),
    request_id: request.requestId,
  }
}
