/**
 * `rollcall remove`: removes a person from a policy. Reads no server. Before it shows or writes the new
 * text, it parses it: the policy must be valid, and the same one without this person.
 */
import { splitName } from '../core/adopt/find-named.ts'
import { isRemoved, planRemoval } from '../core/adopt/removal.ts'
import { askIfMeant } from '../core/messages/alike.ts'
import { Failure, makeFailure } from '../core/messages/diagnostic.ts'
import { decodeAddress } from '../core/model/address.ts'
import { listGroups, type Policy } from '../core/model/policy.ts'
import { findNearest } from '../policy/nearest.ts'
import type { Values } from '../shell/arguments.ts'
import { define, makeUsageFailure } from '../shell/command.ts'
import { color, DEFAULT_POLICY, type Options, write } from '../shell/options.ts'
import { show, type Views } from '../shell/show.ts'
import { getToday, type World } from '../shell/world.ts'
import type { RemovalPatch } from '../views/patch.ts'
import { changePolicy, loadChangeable } from './shared/change-policy.ts'

const OPTIONS = {
  write: { ...write, group: 'Remove' },
  color,
} as const satisfies Options

const CODE = 'policy-not-changed'

const VIEWS: Views<RemovalPatch, 'text'> = {
  text: async (patch, paint) => (await import('../views/patch.ts')).renderRemoval(patch, paint),
}

export const command = define('remove', {
  positional: '<person> [policy]',
  describe: 'Remove a person from a policy, with all memberships and waivers',
  options: OPTIONS,
  examples: {
    'rollcall remove eve@acme.com --write':
      'Write the policy without eve; if eve is still on the account, the next plan says so',
  },
  run: async ({ positionals, values }, world) => {
    const patch = await remove(positionals, values, world)
    return show({ ...patch, exitCode: 0 }, VIEWS, values, world)
  },
})

async function remove(
  [name, file = DEFAULT_POLICY]: readonly string[],
  flags: Values<typeof OPTIONS>,
  world: World,
): Promise<RemovalPatch> {
  if (name === undefined) {
    throw makeUsageFailure(
      'The person is missing.',
      'Write the e-mail address, as in `rollcall remove eve@acme.com`.',
    )
  }
  const named = { command: 'remove', what: 'The second argument', advice: 'Name one of the files.' }
  const policy = await loadChangeable(file, named, [], world)
  const person = readPerson(name)
  const asIs = planRemoval(policy, name, getToday(world))
  const planned = asIs.kind === 'unlisted' ? planRemoval(policy, person, getToday(world)) : asIs
  if (planned.kind === 'unlisted') throw describeUnlisted(policy, person)
  if (planned.kind === 'refused') throw new Failure(...planned.diagnostics)
  const { removal } = planned
  const byHand = `Remove ${removal.email} by hand.`
  const change = {
    amendments: removal.amendments,
    code: CODE,
    byHand,
    means: (after: Policy) => isRemoved(policy, after, removal),
    refusal: {
      summary: `Removing ${removal.email} would change more than this person. Nothing was changed.`,
      advice: `${byHand} Please report this bug.`,
    },
    write: flags.write,
  } as const
  return { ...(await changePolicy(policy, change, world)), removal }
}

/** An e-mail address, or the address of a person as reports show it, with or without a code. */
function readPerson(name: string): string {
  const [, address] = splitName(name)
  return decodeAddress(address.replace(/^agent\//, ''))
}

function describeUnlisted(policy: Policy, person: string): Failure {
  const members = listGroups(policy).flatMap((group) => [...group.members.keys()])
  const meant = findNearest(person, new Set([...(policy.agents?.entries.keys() ?? []), ...members]))
  return makeFailure({
    code: CODE,
    summary: `${policy.path} does not list "${person}".`,
    advice: `${meant === null ? '' : `${askIfMeant(person, [meant])} `}Write the e-mail address as in the policy.`,
  })
}
