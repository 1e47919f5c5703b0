/**
 * `rollcall adopt`: changes a policy to match what you accept. Before it shows or writes the new
 * text, it parses it and plans it against the same snapshot: every adopted finding must be gone, and
 * there must be no new drift.
 */
import { listWarnings, readAccount } from '../connect/account.ts'
import { type Adoption, planAdoption } from '../core/adopt/adopt.ts'
import {
  type FindingName,
  isNamed,
  makeNameReader,
  showNamed,
  suggestFinding,
} from '../core/adopt/find-named.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { type Finding, isDrift } from '../core/messages/finding.ts'
import type { Policy } from '../core/model/policy.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { plan } from '../core/plan/plan.ts'
import { listFilesRead } from '../files/inputs.ts'
import { findNearest } from '../policy/nearest.ts'
import type { Values } from '../shell/arguments.ts'
import { define, makeOptionFailure } from '../shell/command.ts'
import {
  CONNECTION_OPTIONS,
  changedPolicy,
  color,
  DEFAULT_POLICY,
  groupOptions,
  type Options,
  write,
} from '../shell/options.ts'
import { show, type Views } from '../shell/show.ts'
import { getToday, type World } from '../shell/world.ts'
import type { Patch } from '../views/patch.ts'
import { BY_OPTION, changePolicy, listFindings, loadChangeable } from './shared/change-policy.ts'
import { listParts } from './shared/make-report.ts'

const OPTIONS = {
  ...groupOptions('Adopt', {
    policy: changedPolicy,
    reason: {
      type: 'string',
      placeholder: 'TEXT',
      describe: 'Reason, stored with the named people; required for an administrator',
    },
    write,
  }),
  color,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

type Flags = Values<typeof OPTIONS>

const CODE = 'policy-not-adopted'
const BY_HAND = 'Edit it by hand; `rollcall plan --format html` shows the lines to write.'

const VIEWS: Views<Patch, 'text'> = {
  text: async (patch, paint) => (await import('../views/patch.ts')).renderPatch(patch, paint),
}

export const command = define('adopt', {
  positional: '[address..]',
  describe: 'Change a policy to match what you accept, and show the changes',
  options: OPTIONS,
  examples: {
    'rollcall adopt --write': 'Accept all drift that is not critical',
    'rollcall adopt agent/eve@acme.com --reason SEC-7': 'Accept one administrator, whom you name',
  },
  run: async ({ positionals, values }, world) => {
    const patch = await adopt(positionals, values.policy ?? DEFAULT_POLICY, values, world)
    return show({ ...patch, exitCode: 0, notes: listWarnings(values) }, VIEWS, values, world)
  },
})

async function adopt(
  names: readonly string[],
  file: string,
  flags: Flags,
  world: World,
): Promise<Patch> {
  if (flags.reason !== null && names.length === 0) {
    throw makeOptionFailure(
      '--reason needs the address of a person.',
      'rollcall stores a reason with the people it is about: add their addresses.',
    )
  }
  const inputs = flags.write ? listFilesRead(OPTIONS, flags, world) : []
  const policy = await loadChangeable(file, { command: 'adopt', ...BY_OPTION }, inputs, world)
  const snapshot = await readAccount(policy, listParts(policy), flags, world)
  const findings = listFindings(policy, snapshot, world)
  const named = names.length === 0 ? null : names.map(makeNameReader(findings))
  const addresses = named && new Set(named.map(showNamed))
  const request = { addresses, reason: flags.reason, today: getToday(world) }
  const adopted = planAdoption(policy, snapshot, findings, request)
  if (named !== null) checkNamed(named, findings, flags.reason, adopted)

  const change = {
    amendments: adopted.amendments,
    code: CODE,
    byHand: BY_HAND,
    means: (after: Policy) => isAdopted(after, snapshot, findings, adopted, world),
    refusal: {
      summary: 'The changed policy would not accept exactly what you adopt. Nothing was changed.',
      advice: 'Edit the policy by hand, and please report this bug.',
    },
    write: flags.write,
  } as const
  return { ...(await changePolicy(policy, change, world)), adoption: adopted }
}

/** A named finding that cannot be adopted is an error, because the user expects it to be adopted. */
function checkNamed(
  named: readonly FindingName[],
  findings: readonly Finding[],
  reason: string | null,
  { adopted, left }: Adoption,
): void {
  const problems: Diagnostic[] = []
  for (const each of named) {
    if (adopted.some((finding) => isNamed(each, finding))) continue
    const why = left.find(({ finding }) => isNamed(each, finding))
    if (why === undefined) {
      problems.push(
        makeRefusal(
          `There is no drift at "${showNamed(each)}".`,
          `${suggestFinding(each, findings, findNearest)}Use the address of a finding, as \`rollcall plan\` shows it.`,
        ),
      )
    } else {
      problems.push(
        makeRefusal(
          `${why.finding.id} was not adopted: ${why.why}.`,
          why.finding.risk === 'critical' && reason === null
            ? 'Check that somebody approved this, then name the address and add --reason TEXT.'
            : 'Fix the account instead, or edit the policy by hand.',
        ),
      )
    }
  }
  if (problems.length > 0) throw new Failure(...problems)
}

function makeRefusal(summary: string, advice: string): Diagnostic {
  return makeDiagnostic({ code: CODE, summary, advice })
}

/** Whether the changed policy accepts exactly what was adopted. */
function isAdopted(
  after: Policy,
  snapshot: Snapshot,
  before: readonly Finding[],
  { adopted }: Adoption,
  world: World,
): boolean {
  const gone = new Set(adopted.map(({ id }) => id))
  const had = new Set(before.map(({ id }) => id).filter((id) => !gone.has(id)))
  const decision = plan(after, snapshot, getToday(world))
  if (decision.kind === 'unknown') return false
  const { findings } = decision.plan
  return !findings.some((each) => gone.has(each.id) || (isDrift(each) && !had.has(each.id)))
}
