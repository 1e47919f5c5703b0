/**
 * `rollcall access`: shows who reaches which conversations, and why. Needs no policy and gives no
 * verdict. Reads a server, or a file of `rollcall snapshot`.
 */
import { ALL_PARTS, chooseActivityDays, listWarnings } from '../connect/account.ts'
import {
  type AccessTopic,
  findTopics,
  findUnreadSection,
  listTopics,
  suggestTopics,
} from '../core/access/topics.ts'
import { askIfMeant } from '../core/messages/alike.ts'
import { makeFailure } from '../core/messages/diagnostic.ts'
import { formatAddress } from '../core/model/address.ts'
import { CHECK_CUSTOM_ROLES, isRefusingCustomRoles, type Snapshot } from '../core/model/snapshot.ts'
import { type AccountAccess, describeAccountAccess } from '../core/report/access.ts'
import { concludeFacts, type FactsReport } from '../core/report/facts.ts'
import {
  describeHiddenMembers,
  listMissingActivity,
  listUnaskedActivity,
} from '../core/report/missing-parts.ts'
import { listFilesRead } from '../files/inputs.ts'
import { claimOutput } from '../files/output.ts'
import { findNearestFew } from '../policy/nearest.ts'
import { showName } from '../policy/read/named-file.ts'
import { define, makeUsageFailure } from '../shell/command.ts'
import {
  ACTIVITY_OPTIONS,
  CONNECTION_OPTIONS,
  color,
  FACT_FORMATS,
  force,
  format,
  type Options,
  output,
  snapshotFile,
} from '../shell/options.ts'
import { refuseAs, show, type Views } from '../shell/show.ts'
import { describeRun } from '../shell/tool.ts'
import { readServerOrFile } from './shared/server-or-file.ts'

const OPTIONS = {
  format: { ...format, choices: FACT_FORMATS },
  color,
  output,
  force,
  ...ACTIVITY_OPTIONS,
  ...CONNECTION_OPTIONS,
  snapshot: {
    ...snapshotFile,
    describe: 'Answer from a file of `rollcall snapshot` instead of reading a server',
  },
} as const satisfies Options

/** Without an answer, text and CSV show nothing: the errors are on stderr. */
const VIEWS: Views<FactsReport<AccountAccess>, (typeof FACT_FORMATS)[number]> = {
  text: async ({ facts, exitCode }, paint) =>
    facts && (await import('../views/text/access.ts')).renderAccessText(facts, exitCode, paint),
  json: async (report) => (await import('../views/access/json.ts')).renderAccessJson(report),
  csv: async ({ facts }) =>
    facts && (await import('../views/access/csv.ts')).renderAccessCsv(facts),
  html: async (report) => (await import('../views/html/access.ts')).renderAccessHtml(report),
}

export const command = define('access', {
  positional: '[address]',
  describe: 'Show who reaches which conversations, and why; needs no policy',
  options: OPTIONS,
  examples: {
    'rollcall access': 'Show everybody, starting with the people who reach most',
    'rollcall access grace@acme.com': 'Show everything that one person reaches',
    'rollcall access inbox/Website': 'Show who can read the conversations of an inbox',
    'rollcall access --snapshot snapshot.json --format html -o access.html':
      'Write a page for an auditor, without reading a server',
  },
  run: async ({ positionals: [word], values }, world) => {
    const inputs = listFilesRead(OPTIONS, values, world)
    const file = await claimOutput('answer', values.output, values.force, inputs, world)
    const activityDays = chooseActivityDays(values, null)
    const wanted = { ...ALL_PARTS, version: true, activityDays }
    const snapshot = await readServerOrFile(values.snapshot, wanted, values, world)
    const topic = word === undefined ? null : findTopic(word, snapshot)
    const shown = values.snapshot === null ? null : showName(values.snapshot)
    const facts = describeAccountAccess(snapshot, topic, shown)
    const notes = [
      ...listWarnings(values),
      ...listMissingActivity(snapshot, 'This answer'),
      ...describeHiddenMembers(snapshot, 'This answer'),
      ...(shown === null ? [] : listUnaskedActivity(snapshot, activityDays !== null, shown)),
    ]
    const report = concludeFacts({ ...describeRun(world), facts, diagnostics: notes })
    return show({ ...report, notes }, VIEWS, values, world, file)
  },
  refuse: refuseAs(VIEWS, (diagnostics, world) =>
    concludeFacts<AccountAccess>({ ...describeRun(world), facts: null, diagnostics }),
  ),
})

/** Throws a Failure if the word does not name exactly one thing on the account. */
function findTopic(word: string, snapshot: Snapshot): AccessTopic {
  const unread = findUnreadSection(word, snapshot)
  if (unread !== null) {
    throw makeFailure({
      code: 'read-section',
      summary: `The ${unread} were not read completely, so rollcall cannot say who reaches "${word}".`,
      advice: isRefusingCustomRoles(snapshot)
        ? CHECK_CUSTOM_ROLES
        : "Use an administrator's token, or a snapshot that was taken with one.",
    })
  }
  const topics = listTopics(snapshot)
  const [topic, ...others] = findTopics(word, topics)
  if (topic !== undefined && others.length === 0) return topic
  const account = `account ${snapshot.account.id}`
  if (topic !== undefined) {
    const addresses = [topic, ...others].map(formatAddress).join(', ')
    throw makeUsageFailure(
      `On ${account}, "${word}" can mean several: ${addresses}.`,
      'Use one of these.',
    )
  }
  const meant = suggestTopics(word, topics, findNearestFew).map((each) =>
    each.kind === 'agent' ? each.email : formatAddress(each),
  )
  throw makeUsageFailure(
    `There is no "${word}" on ${account}.`,
    meant.length === 0
      ? 'Run `rollcall access` to see everybody and everything that they reach.'
      : askIfMeant(word, meant),
  )
}
