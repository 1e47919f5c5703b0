/**
 * What the audit log says about how a finding came to be: who did it, and when. Never guesses: what the
 * log does not say is unknown. Judges nothing.
 */
import type { Finding, FindingActivity, OriginAction, RecordedOrigin } from '../messages/finding.ts'
import { FINDINGS } from '../messages/finding-records.ts'
import {
  formatGroupKey,
  formatMembershipKey,
  getAdder,
  getPerson,
  makeActorNamer,
  type NameActor,
  type PersonAdded,
  type RecordedActivity,
  type RecordedEvent,
} from '../model/activity.ts'
import { formatAddress, type GroupSubject } from '../model/address.ts'
import type { RecognisedSnapshot } from '../model/identity.ts'
import { listGroups, type Policy, type PolicyGroup } from '../model/policy.ts'
import type { ActualState, Group, State } from '../model/state.ts'
import { listDifferingSettings } from './groups.ts'

/** The same findings, each with what the log says about how it came to be. */
export function explainByActivity(
  findings: readonly Finding[],
  policy: Policy,
  { snapshot, state }: ActualState,
): readonly Finding[] {
  const { activity } = snapshot
  if (activity.state !== 'read') return findings
  const explain = makeExplainer(snapshot, activity, policy, state)
  return findings.map((each) => ({ ...each, activity: each.activity ?? explain(each) ?? null }))
}

function makeExplainer(
  { agents, groups }: RecognisedSnapshot,
  activity: RecordedActivity,
  policy: Policy,
  state: State,
): (finding: Finding) => FindingActivity | undefined {
  const people = new Map(agents.map((agent) => [agent.email, agent]))
  const nameActor = makeActorNamer(activity, agents)
  const groupIds = new Map(groups.map(({ subject, id }) => [formatAddress(subject), id]))
  /** Not a number: it is not on the account, so no event can be about it. */
  const findGroupId = (group: GroupSubject) => Number(groupIds.get(formatAddress(group)))
  const unrecorded = { kind: 'unrecorded', from: activity.from } as const
  const tell = (what: OriginAction, event: RecordedEvent | null | undefined): FindingActivity =>
    event ? recordOrigin(what, event, nameActor) : unrecorded

  function explainPerson(email: string, by: 'arrival' | 'role'): FindingActivity {
    const agent = people.get(email)
    // Removals are not recorded.
    if (agent === undefined) return { kind: 'never' }
    const { added, roleChanged } = getPerson(activity, agent.id)
    if (by === 'arrival') return tell('added', added && withAdder(added))
    if (roleChanged !== null) {
      const made = agent.role === 'administrator' ? 'made administrator' : 'made agent'
      return tell(made, roleChanged.to === agent.role ? roleChanged : null)
    }
    const how = agent.role === 'administrator' ? 'added as administrator' : 'added'
    return tell(how, added?.role === agent.role ? withAdder(added) : null)
  }

  function explainMembership(group: GroupSubject, email: string, action: 'added' | 'removed') {
    const userId = Number(people.get(email)?.id)
    const last = activity.memberships.get(formatMembershipKey(group.of, findGroupId(group), userId))
    return tell(action, last?.action === action ? last : null)
  }

  const findGroup = (group: GroupSubject) =>
    activity.groups.get(formatGroupKey(group.of, findGroupId(group)))

  /** Different people can have changed different settings: then each is explained by itself. */
  function explainSettings(want: PolicyGroup, have: Group): FindingActivity {
    const changes = findGroup(want.subject)?.changes
    const events = listDifferingSettings(want, have).map(({ key: setting }) => {
      return { setting, event: changes?.get(setting) ?? null }
    })
    const [first] = events.map(({ event }) => event)
    if (events.every(({ event }) => event?.id === first?.id)) return tell('changed', first)
    const settings = events.map(({ setting, event }) => {
      return { setting, origin: event && describeEvent('changed', event, nameActor) }
    })
    return { ...unrecorded, settings }
  }

  /** By its name, because the policy has no id of a deleted group. Unrecorded if several groups had it. */
  function explainDeletion({ of, name }: GroupSubject): FindingActivity {
    const same = [...activity.groups.values()].filter(
      (each) =>
        each.of === of &&
        each.deleted !== null &&
        each.name !== null &&
        of.normalise(each.name) === of.normalise(name),
    )
    return tell('deleted', same.length === 1 ? same[0]?.deleted : null)
  }

  const settings = new Map(
    listGroups(policy).flatMap((want) => {
      const address = formatAddress(want.subject)
      const have = state.groups.get(address)
      return have === undefined ? [] : [[address, explainSettings(want, have)] as const]
    }),
  )

  return ({ code, subject, address }) => {
    const { recordedBy } = FINDINGS[code]
    if (recordedBy === 'never') return { kind: 'never' }
    if (subject.kind === 'agent' && (recordedBy === 'arrival' || recordedBy === 'role')) {
      return explainPerson(subject.email, recordedBy)
    }
    if (subject.kind === 'member') {
      const action = recordedBy === 'joining' ? 'added' : 'removed'
      return explainMembership(subject.group, subject.email, action)
    }
    if (subject.kind === 'group') {
      if (recordedBy === 'deletion') return explainDeletion(subject)
      if (recordedBy === 'creation') return tell('created', findGroup(subject)?.created)
      if (recordedBy === 'change') return settings.get(address)
    }
    return undefined
  }
}

const withAdder = (added: PersonAdded): RecordedEvent => ({ ...added, by: getAdder(added) })

export function recordOrigin(
  what: OriginAction,
  event: RecordedEvent,
  nameActor: NameActor,
): FindingActivity {
  return { kind: 'recorded', ...describeEvent(what, event, nameActor) }
}

function describeEvent(
  what: OriginAction,
  { at, by, apply }: RecordedEvent,
  nameActor: NameActor,
): RecordedOrigin {
  return { what, at, by: by && nameActor(by), apply }
}
