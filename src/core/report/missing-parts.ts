/** What a read does not have, for commands that show or keep everything. Judges nothing else. */
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { hasPermissions } from '../model/custom-role.ts'
import { listHiddenMembers } from '../model/hidden.ts'
import { KINDS } from '../model/kinds.ts'
import {
  adviseAfterRefusal,
  CHECK_CUSTOM_ROLES,
  hasGroups,
  isRefusingCustomRoles,
  joinRefusal,
  type Snapshot,
} from '../model/snapshot.ts'

export const CUSTOM_ROLES = 'custom_roles'

/** A part of the account that an answer does not know, for programs. */
export interface MissingSection {
  /** As in coverage: `inboxes`, `custom_roles`. */
  readonly section: string
  /** `unreadable`: the token does not show it. `unread`: the snapshot does not have it. */
  readonly is: 'unread' | 'unreadable'
}

export function listMissingSections(snapshot: Snapshot): readonly MissingSection[] {
  const { coverage, customRoles } = snapshot
  const say = (section: string, is: string | undefined) =>
    ({ section, is: is === 'unreadable' ? is : 'unread' }) as const
  const groups = KINDS.filter((of) => !hasGroups(snapshot, of))
  const known = customRoles.kind === 'unsupported' || hasPermissions(customRoles)
  return [
    ...groups.map(({ section }) => say(section, coverage[section])),
    ...(known ? [] : [say(CUSTOM_ROLES, customRoles.kind)]),
  ]
}

/** Each with a word for programs, and what a sentence says about it. */
type MissingPart = readonly [part: string, says: string, why: Pick<Diagnostic, 'detail'>]

function findMissingParts(snapshot: Snapshot): readonly MissingPart[] {
  const { coverage, customRoles, caller } = snapshot
  const groups = KINDS.filter((of) => !hasGroups(snapshot, of)).map(({ plural, section }) => {
    const detail =
      coverage[section] === 'unreadable'
        ? `The token belongs to an agent, ${caller.email}. Chatwoot shows an agent only some ${plural}.`
        : `The snapshot was taken without ${plural}.`
    return [section, `has no ${plural}`, { detail }] as const
  })
  if (customRoles.kind === 'unsupported' || hasPermissions(customRoles)) return groups
  const why =
    customRoles.kind !== 'unreadable'
      ? { detail: 'The snapshot was taken without custom roles.' }
      : isRefusingCustomRoles(snapshot)
        ? {
            detail: 'The server refused to show custom roles, even to an administrator.',
            advice: CHECK_CUSTOM_ROLES,
          }
        : { detail: `${caller.email}, the owner of the token, may not read custom roles.` }
  return [
    ...groups,
    ['custom_role_permissions', 'does not show what custom roles permit', why] as const,
  ]
}

/** @param what what does not have it, as the subject of a sentence */
export function listMissingParts(snapshot: Snapshot, what: string): readonly Diagnostic[] {
  return findMissingParts(snapshot).map(([, says, why]) =>
    makeDiagnostic({ code: 'read-partial', summary: `${what} ${says}.`, ...why }),
  )
}

/** The same parts, and hidden members, as words for programs. */
export function nameMissingParts(snapshot: Snapshot): readonly string[] {
  const parts = findMissingParts(snapshot).map(([part]) => part)
  return listHiddenMembers(snapshot).length > 0 ? [...parts, 'hidden_inbox_members'] : parts
}

/** Says why a read contains nothing from the audit log although the run asked for it. */
export function listMissingActivity(
  { activity, caller }: Pick<Snapshot, 'activity' | 'caller'>,
  what: string,
): readonly Diagnostic[] {
  const summary = `${what} contains nothing from the audit log.`
  const say = (why: Pick<Diagnostic, 'detail' | 'advice'> & Partial<Diagnostic>) => [
    makeDiagnostic({ code: 'read-partial', summary, ...why }),
  ]
  switch (activity.state) {
    case 'read':
    case 'not-asked':
      return []
    case 'off':
      return say({
        detail: 'The feature audit_logs of the account is off, so the log is empty.',
        advice: 'Switch the feature on.',
      })
    case 'unsupported':
      return say({
        detail: 'The server has no enterprise code, so it has no audit log.',
        advice: 'Keep snapshots: `rollcall diff` shows what changed between two of them.',
      })
    case 'unreadable':
      return say({
        detail: joinRefusal(activity.because),
        advice: adviseAfterRefusal(caller, activity.because),
        requestId: activity.because.requestId,
      })
  }
}

/** Says that a snapshot contains nothing from the log although the run asks for it. */
export function listUnaskedActivity(
  { activity }: Pick<Snapshot, 'activity'>,
  asked: boolean,
  file: string,
): readonly Diagnostic[] {
  if (!asked || activity.state !== 'not-asked') return []
  return [
    makeDiagnostic({
      code: 'read-partial',
      summary: `The snapshot ${file} was taken without the audit log.`,
      advice: 'Take it with `rollcall snapshot --activity`.',
    }),
  ]
}

/** Members whom only the audit log shows: no list of people has them. */
export function describeHiddenMembers(
  read: Pick<Snapshot, 'activity' | 'groups'>,
  what: string,
): readonly Diagnostic[] {
  return listHiddenMembers(read).map(({ membership: { of, userId, at }, group, code }) => {
    const summary = `${what} leaves out a hidden member of ${of.label} "${group.name}": user ${userId}.`
    const detail = `This user is not on the account, was added on ${at.slice(0, 10)}, and gets the messages of the ${of.label}.`
    const advice = `Run \`rollcall explain ${code}\` to see what to do.`
    return makeDiagnostic({ code: 'read-partial', summary, detail, advice })
  })
}
