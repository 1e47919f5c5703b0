/**
 * `rollcall waive`: adds a waiver for one open finding to a policy. Before it shows or writes the new
 * text, it parses it and plans it against the same snapshot: that finding must be waived, and nothing
 * else may be different.
 */
import { listWarnings, readAccount } from '../connect/account.ts'
import { NO_AMENDMENTS } from '../core/adopt/amendments.ts'
import { makeNameReader, suggestFinding } from '../core/adopt/find-named.ts'
import { planWaiver } from '../core/adopt/waiving.ts'
import { type Diagnostic, Failure } from '../core/messages/diagnostic.ts'
import type { Finding } from '../core/messages/finding.ts'
import type { Policy } from '../core/model/policy.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { plan } from '../core/plan/plan.ts'
import { listFilesRead } from '../files/inputs.ts'
import { findNearest } from '../policy/nearest.ts'
import type { Values } from '../shell/arguments.ts'
import { define, makeOptionFailure, makeUsageFailure } from '../shell/command.ts'
import {
  ACTIVITY_OPTIONS,
  CONNECTION_OPTIONS,
  changedPolicy,
  color,
  DEFAULT_POLICY,
  groupOptions,
  type Options,
  write,
} from '../shell/options.ts'
import { show, type Views } from '../shell/show.ts'
import { readDay } from '../shell/values.ts'
import { getToday, type World } from '../shell/world.ts'
import type { WaiverPatch } from '../views/patch.ts'
import { BY_OPTION, changePolicy, listFindings, loadChangeable } from './shared/change-policy.ts'
import { listParts } from './shared/make-report.ts'

const OPTIONS = {
  ...groupOptions('Waive', {
    policy: changedPolicy,
    reason: {
      type: 'string',
      placeholder: 'TEXT',
      describe: 'Why this is accepted, and where it was decided; required',
    },
    owner: {
      type: 'string',
      placeholder: 'PERSON',
      describe: 'Who is responsible for the waiver; required',
    },
    expires: {
      type: 'string',
      placeholder: 'YYYY-MM-DD',
      coerce: readDay,
      describe: 'The last day of the waiver; required',
    },
    write,
  }),
  color,
  ...ACTIVITY_OPTIONS,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

type Flags = Values<typeof OPTIONS>

const CODE = 'policy-not-changed'
const BY_HAND = 'Write the waiver by hand: docs/waivers.md shows one.'

const VIEWS: Views<WaiverPatch, 'text'> = {
  text: async (patch, paint) => (await import('../views/patch.ts')).renderWaiver(patch, paint),
}

export const command = define('waive', {
  positional: '<finding>',
  describe: 'Accept one finding until a date: add a waiver to a policy, and show the changes',
  options: OPTIONS,
  examples: {
    'rollcall waive member-missing:team/billing/eve@acme.com --reason SUP-5 --owner ada@acme.com --expires 2027-01-31':
      'Accept this finding until the end of that day',
  },
  run: async ({ positionals, values }, world) => {
    const patch = await waive(positionals, values.policy ?? DEFAULT_POLICY, values, world)
    return show({ ...patch, exitCode: 0, notes: listWarnings(values) }, VIEWS, values, world)
  },
})

async function waive(
  [name]: readonly string[],
  file: string,
  flags: Flags,
  world: World,
): Promise<WaiverPatch> {
  if (name === undefined) {
    throw makeUsageFailure(
      'The finding is missing.',
      'Write its code and address as `rollcall plan` shows them.',
    )
  }
  const said = readStatement(flags)
  const inputs = flags.write ? listFilesRead(OPTIONS, flags, world) : []
  const policy = await loadChangeable(file, { command: 'waive', ...BY_OPTION }, inputs, world)
  const snapshot = await readAccount(policy, listParts(policy, flags), flags, world)
  const before = listFindings(policy, snapshot, world)
  const named = makeNameReader(before)(name)
  const suggest = () => suggestFinding(named, before, findNearest)
  const planned = planWaiver(before, named, said, getToday(world), suggest)
  if (planned.kind === 'refused') throw new Failure(planned.diagnostic)
  const { finding, waiver } = planned
  const waivers = { ...NO_AMENDMENTS.waivers, add: [waiver] }
  const change = {
    amendments: { ...NO_AMENDMENTS, waivers },
    code: CODE,
    byHand: BY_HAND,
    means: (after: Policy) => isWaived(after, snapshot, before, finding, world),
    refusal: {
      summary: `The changed policy would not accept exactly ${finding.id}. Nothing was changed.`,
      advice: `${BY_HAND} Please report this bug.`,
    },
    write: flags.write,
  } as const
  return { ...(await changePolicy(policy, change, world)), finding, waiver }
}

function readStatement({ reason, owner, expires }: Flags) {
  if (reason !== null && owner !== null && expires !== null) return { reason, owner, expires }
  const missing = Object.entries({ reason, owner, expires })
    .filter(([, value]) => value === null)
    .map(([key]) => `--${key}`)
  throw makeOptionFailure(
    `A waiver needs ${missing.join(', ')}.`,
    'Say why this is accepted, who is responsible, and until when.',
  )
}

/** Of the changed text, which is in no file yet. */
function leaveOutPlace(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, location: null, excerpt: null }
}

/** Whether the changed policy accepts exactly this finding. */
function isWaived(
  after: Policy,
  snapshot: Snapshot,
  before: readonly Finding[],
  { id }: Finding,
  world: World,
): boolean {
  const stays = (findings: readonly Finding[]) =>
    findings
      .filter((each) => each.id !== id && each.subject.kind !== 'waiver')
      .map((each) => `${each.id} ${each.disposition}`)
  const decision = plan(after, snapshot, getToday(world))
  // For example, the waiver lasts longer than the policy allows.
  if (decision.kind === 'unknown') throw new Failure(...decision.diagnostics.map(leaveOutPlace))
  const { findings } = decision.plan
  const accepted = findings.some((each) => each.id === id && each.disposition === 'waived')
  return accepted && stays(findings).join('\n') === stays(before).join('\n')
}
