/**
 * `rollcall adopt`: changes a policy to match what you accept. Before it shows or writes the new
 * text, it parses it and plans it against the same snapshot: every adopted finding must be gone, and
 * there must be no new drift.
 */
import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { listWarnings, readAccount, requireConnection } from '../connect/account.ts'
import { type Adoption, planAdoption } from '../core/adopt/adopt.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { type Finding, isDrift } from '../core/messages/finding.ts'
import { formatAddress, normaliseAddress } from '../core/model/address.ts'
import { makeFinder } from '../core/model/identity.ts'
import { spellEmail } from '../core/model/names.ts'
import type { Policy } from '../core/model/policy.ts'
import type { Snapshot } from '../core/model/snapshot.ts'
import { plan } from '../core/plan/plan.ts'
import { listFilesRead, protectInputs } from '../files/inputs.ts'
import { writeWhole } from '../files/whole-file.ts'
import { findNearest } from '../policy/nearest.ts'
import { loadPolicies, parsePolicy } from '../policy/read/load.ts'
import { isStdin } from '../policy/read/named-file.ts'
import { amend } from '../policy/write/amend.ts'
import type { Values } from '../shell/arguments.ts'
import { define, makeUsageFailure } from '../shell/command.ts'
import { CONNECTION_OPTIONS, color, DEFAULT_POLICY, type Options } from '../shell/options.ts'
import { show, type Views } from '../shell/show.ts'
import { getToday, type World } from '../shell/world.ts'
import type { Patch } from '../views/patch.ts'
import { listParts } from './plan/plan.ts'

const OPTIONS = {
  policy: {
    type: 'string',
    requiresArg: true,
    placeholder: 'FILE',
    describe: 'Policy to change; default: rollcall.yaml',
    group: 'Adopt',
  },
  reason: {
    type: 'string',
    requiresArg: true,
    placeholder: 'TEXT',
    describe: 'Reason, stored with the named people; required for an administrator',
    group: 'Adopt',
  },
  write: {
    type: 'boolean',
    describe: 'Write the changes; without this option they are only shown',
    group: 'Adopt',
  },
  color,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

type Flags = Values<typeof OPTIONS>

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
  await checkUsage(names, file, flags, world)
  if (flags.write) await checkInputs(file, flags, world)
  const policy = await loadOnePolicy(file, world)
  const connection = await requireConnection(policy, flags, world)
  const snapshot = await readAccount(connection, listParts(policy), flags, world)
  const findings = judge(policy, snapshot, world)
  const addresses = names.length === 0 ? null : resolveAddresses(names, findings)
  const request = { addresses, reason: flags.reason, today: getToday(world) }
  const adopted = planAdoption(policy, snapshot, findings, request)
  if (addresses !== null) checkNamed(addresses, findings, adopted)

  const amended = amend(policy, adopted.amendments)
  if (amended === null) throw new Failure(describeLayoutProblem(policy))
  confirm(amended.text, snapshot, findings, adopted, world)
  world.signal.throwIfAborted()
  const writes = flags.write && amended.hunks.length > 0
  if (writes) await replace(policy, amended.text, world)
  const { path, text } = policy
  return { path, text, hunks: amended.hunks, adoption: adopted, written: writes }
}

async function checkUsage(
  names: readonly string[],
  file: string,
  { reason }: Flags,
  { cwd }: World,
): Promise<void> {
  const say = (summary: string, advice: string) =>
    new Failure(makeDiagnostic({ code: 'usage-option', summary, advice }))
  const there = await stat(resolve(cwd, file)).catch(() => null)
  if (isStdin(file) || (there !== null && !there.isFile() && !there.isDirectory())) {
    const what = isStdin(file) ? 'standard input' : 'a pipe or a device'
    throw say(
      `--policy names ${what}, which rollcall cannot change.`,
      'Name the policy file to change.',
    )
  }
  if (reason !== null && names.length === 0) {
    throw say(
      '--reason needs the address of a person.',
      'rollcall stores a reason with the people it is about: add their addresses.',
    )
  }
}

/** Only the policy may be changed, never another file that the run reads. */
async function checkInputs(file: string, flags: Flags, world: World): Promise<void> {
  const harmed = await protectInputs(listFilesRead(OPTIONS, flags, world), world)
  const other = await harmed(resolve(world.cwd, file))
  if (other === null) return
  throw new Failure(
    makeDiagnostic({
      code: 'usage-option',
      summary: `--write would change ${file}, which this run also reads for another purpose (${other}).`,
      advice: 'Use a different file for each of them.',
    }),
  )
}

async function loadOnePolicy(file: string, world: World): Promise<Policy> {
  const sources = await loadPolicies([file], world)
  const [source] = sources
  if (sources.length !== 1 || source === undefined) {
    throw makeUsageFailure(
      `${file} contains ${sources.length} policies, but adopt changes only one.`,
      'Name the file with --policy FILE.',
    )
  }
  if (source.policy === null) throw new Failure(...source.diagnostics)
  return source.policy
}

function judge(policy: Policy, snapshot: Snapshot, world: World): readonly Finding[] {
  const decision = plan(policy, snapshot, getToday(world))
  if (decision.kind === 'unknown') throw new Failure(...decision.diagnostics)
  return decision.plan.findings
}

/** Accepts addresses as reports show them and e-mail addresses of people, in any spelling. */
function resolveAddresses(names: readonly string[], findings: readonly Finding[]): Set<string> {
  const known = new Set(findings.map(({ address }) => address))
  const find = makeFinder(known, (address) => address, normaliseAddress)
  return new Set(
    names.map((text) => {
      const bare = !text.includes('/') && text.includes('@')
      const address = bare ? formatAddress({ kind: 'agent', email: spellEmail(text) }) : text
      return find(address) ?? address
    }),
  )
}

/** A named address that cannot be adopted is an error, because the user expects it to be adopted. */
function checkNamed(
  addresses: ReadonlySet<string>,
  findings: readonly Finding[],
  { adopted, left }: Adoption,
): void {
  const problems: Diagnostic[] = []
  for (const address of addresses) {
    if (adopted.some((each) => each.address === address)) continue
    const why = left.find(({ finding }) => finding.address === address)
    if (why === undefined) {
      const meant = findNearest(address, new Set(findings.map((each) => each.address)))
      problems.push(
        makeRefusal(
          `There is no drift at "${address}".`,
          `${meant === null ? '' : `Did you mean ${meant}? `}Use the address of a finding: \`rollcall plan --format json\` shows them.`,
        ),
      )
    } else {
      problems.push(
        makeRefusal(
          `${why.finding.id} was not adopted: ${why.why}.`,
          why.finding.risk === 'critical'
            ? 'Check that somebody approved this, then name the address and add --reason TEXT.'
            : 'Fix the account instead, or edit the policy by hand.',
        ),
      )
    }
  }
  if (problems.length > 0) throw new Failure(...problems)
}

function makeRefusal(summary: string, advice: string): Diagnostic {
  return makeDiagnostic({ code: 'policy-not-adopted', summary, advice })
}

function describeLayoutProblem({ path }: Policy): Diagnostic {
  return makeRefusal(
    `rollcall cannot change ${path} safely because of its layout.`,
    'Edit it by hand; `rollcall plan --format html` shows the lines to write.',
  )
}

/** Throws if the changed text does not accept exactly what was adopted. */
function confirm(
  text: string,
  snapshot: Snapshot,
  before: readonly Finding[],
  { adopted }: Adoption,
  world: World,
): void {
  const { policy } = parsePolicy('<adopted>', new TextEncoder().encode(text))
  const decision = policy && plan(policy, snapshot, getToday(world))
  const gone = new Set(adopted.map(({ id }) => id))
  const had = new Set(before.map(({ id }) => id).filter((id) => !gone.has(id)))
  if (decision?.kind === 'plan') {
    const { findings } = decision.plan
    const wrong = findings.filter(
      (each) => gone.has(each.id) || (isDrift(each) && !had.has(each.id)),
    )
    if (wrong.length === 0) return
  }
  throw new Failure(
    makeRefusal(
      'The changed policy would not accept exactly what you adopt. Nothing was changed.',
      'Edit the policy by hand, and please report this bug.',
    ),
  )
}

/** Writes to the file that a link points to, and only if nobody changed it since it was read. */
async function replace(policy: Policy, text: string, { cwd }: World): Promise<void> {
  const path = await realpath(resolve(cwd, policy.path))
  const bytes = await readFile(path)
  if (createHash('sha256').update(bytes).digest('hex') !== policy.sha256) {
    throw new Failure(
      makeRefusal(`${policy.path} was changed while rollcall read the account.`, 'Run again.'),
    )
  }
  const mark = bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? '\ufeff' : ''
  const reason = await writeWhole(path, mark + text)
  if (reason === null) return
  throw new Failure(
    makeDiagnostic({
      code: 'output-failed',
      summary: `${policy.path} could not be written: ${reason}.`,
      advice: 'Correct the permissions of the file or its folder, then run again.',
    }),
  )
}
