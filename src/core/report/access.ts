/**
 * What `rollcall access` shows: what everybody reaches, or everything about one person, group or custom
 * role. Only selects from what core/access decided. No verdict: without a policy nothing is right or wrong.
 */
import {
  type AccessRank,
  computeAccess,
  listWaysAssigned,
  type PersonAccess,
  RANKS_OF_ACCESS,
} from '../access/access.ts'
import type { AccessTopic } from '../access/topics.ts'
import { formatAddress, type GroupSubject } from '../model/address.ts'
import { groupBy } from '../model/collect.ts'
import { recognise } from '../model/identity.ts'
import { makePersonRecords, type PersonRecord } from '../model/person-record.ts'
import { type AccessRule, findAccessRule } from '../model/server-version.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { CUSTOM_ROLES, listMissingSections, type MissingSection } from './missing-parts.ts'
import { describeReading, type Reading } from './report.ts'

/**
 * In an answer about a group: administrators, its members, and people who only open conversations that
 * are assigned to one of their teams (`assigned`). `holder`: of the custom role.
 */
export type AccessSectionKind =
  | AccessRank
  | 'person'
  | 'administrator'
  | 'member'
  | 'assigned'
  | 'holder'

export interface AccessSection {
  readonly kind: AccessSectionKind
  /** Each person only with the ways that answer the question. */
  readonly people: readonly RecordedAccess[]
}

export interface RecordedAccess extends PersonAccess {
  /** Null: the audit log was not read. */
  readonly record: PersonRecord | null
}

export interface AccountAccess extends Pick<Snapshot, 'server' | 'serverVersion' | 'account'> {
  /** Null: everybody. */
  readonly topic: AccessTopic | null
  readonly rule: AccessRule
  /** Without empty sections. */
  readonly sections: readonly AccessSection[]
  readonly groups: readonly GroupSubject[]
  readonly missing: readonly MissingSection[]
  readonly read: Reading
}

/** @param file that of the snapshot, if it was read from one */
export function describeAccountAccess(
  snapshot: Snapshot,
  topic: AccessTopic | null,
  file: string | null,
): AccountAccess {
  const { server, serverVersion, account } = snapshot
  const recordOf = makePersonRecords(snapshot)
  const recognised = recognise(snapshot).snapshot
  const everybody = computeAccess(recognised).map((each) => {
    return { ...each, record: recordOf(each.person.id) }
  })
  const sections = selectSections(everybody, topic).filter(({ people }) => people.length > 0)
  const people = sections.flatMap((section) => section.people)
  return {
    topic,
    rule: findAccessRule(serverVersion),
    sections,
    groups: recognised.groups.map(({ subject }) => subject),
    missing: listMissingSections(snapshot).filter(
      ({ section }) =>
        section !== CUSTOM_ROLES || people.some(({ customRole }) => customRole?.is === 'unread'),
    ),
    server,
    serverVersion,
    account,
    read: describeReading(snapshot, file),
  }
}

function selectSections(
  access: readonly RecordedAccess[],
  topic: AccessTopic | null,
): readonly AccessSection[] {
  switch (topic?.kind) {
    case undefined: {
      const ranks = groupBy(access, ({ rank }) => rank)
      return RANKS_OF_ACCESS.map((kind) => ({ kind, people: ranks.get(kind) ?? [] }))
    }
    case 'agent':
      return [
        { kind: 'person', people: access.filter(({ person }) => person.email === topic.email) },
      ]
    case 'custom-role':
      return [
        {
          kind: 'holder',
          people: access.filter(({ person }) => person.customRoleId === topic.roleId),
        },
      ]
    case 'group':
      return selectWhoReaches(access, topic)
  }
}

function selectWhoReaches(
  access: readonly RecordedAccess[],
  topic: GroupSubject,
): readonly AccessSection[] {
  const address = formatAddress(topic)
  const into = access.map((each) => ({
    ...each,
    ways: each.ways.filter(({ group }) => formatAddress(group) === address),
  }))
  const agents = ({ rank }: PersonAccess) => rank !== 'everything'
  const assigned = access
    .filter((each, index) => agents(each) && into[index]?.ways.length === 0)
    .map((each) => ({ ...each, ways: listWaysAssigned(each) }))
  return [
    { kind: 'administrator', people: into.filter((each) => !agents(each)) },
    { kind: 'member', people: into.filter((each) => agents(each) && each.ways.length > 0) },
    ...(topic.of.opens === 'inside'
      ? [{ kind: 'assigned', people: assigned.filter(({ ways }) => ways.length > 0) } as const]
      : []),
  ]
}
