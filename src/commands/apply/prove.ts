/**
 * Reads the account again after an apply, until the server has cleaned up after the people who were
 * removed, or for two minutes.
 */
import { isDone, type StepResult, type WriteResult } from '../../core/apply/results.ts'
import type { PersonRef } from '../../core/apply/writes.ts'
import { Failure } from '../../core/messages/diagnostic.ts'
import { normaliseEmail } from '../../core/model/names.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { World } from '../../shell/world.ts'
import type { ApplyProgress } from '../../views/text/apply.ts'

export interface Proof {
  /** Null: it could not be read. */
  readonly snapshot: Snapshot | null
  /** What the server still has to clean up, or what is wrong, in plain sentences. */
  readonly pending: readonly string[]
  /** The last of `pending` about something that was done and is undone now. Null: nothing is undone. */
  readonly lost: string | null
}

/** The server's clean-up takes seconds. */
const CLEAN_UP_MS = 120_000
const PAUSE_MS = 5_000
/**
 * A job that deletes a person can also remove the same person if they were invited again in the
 * meantime.
 */
const LATE_JOB_MS = 60_000

export async function proveResult(
  steps: readonly StepResult[],
  read: () => Promise<Snapshot>,
  showProgress: (progress: ApplyProgress) => void,
  world: World,
): Promise<Proof> {
  const writes = steps.flatMap((step) => step.writes)
  const done = (kind: 'invite' | 'delete-agent') =>
    writes.flatMap(({ write, outcome }) =>
      write.kind === kind && isDone(outcome) ? [write.person] : [],
    )
  const invited = done('invite').map(({ stored }) => normaliseEmail(stored))
  const removed = done('delete-agent')
  const until = world.now().getTime() + CLEAN_UP_MS
  if (invited.length > 0) {
    showProgress({ is: 'waiting-for-newcomers' })
    await world.sleep(LATE_JOB_MS, world.signal)
  }
  for (;;) {
    const over = world.now().getTime() >= until
    try {
      const snapshot = await read()
      const ghosts = removed.filter((person) => isGhost(person, snapshot))
      if (ghosts.length === 0 || over) {
        const wrong = [
          ...invited
            .filter((email) => !isOn(email, snapshot))
            .map(
              (email) =>
                `${email} was invited, but is no longer on the account. A clean-up job of Chatwoot may have removed them again.`,
            ),
          ...removed
            .filter((person) => isStillOn(person, snapshot))
            .map(
              ({ stored }) =>
                `${stored} was removed, but is on the account. Somebody may have invited them again, or Chatwoot did not remove them.`,
            ),
        ]
        const left = ghosts.map(
          ({ stored }) =>
            `${stored} was removed, but Chatwoot still lists them in a group: its clean-up job has not run yet.`,
        )
        const pending = [...left, ...wrong, ...listRevived(writes, snapshot)]
        return { snapshot, pending, lost: wrong.at(-1) ?? null }
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      // While a person is being deleted, the lists of their groups fail.
      if (removed.length === 0 || over) {
        const why = error.diagnostics.map(({ summary }) => summary).join(' ')
        const pending = [`The account could not be read again: ${why}`]
        return { snapshot: null, pending, lost: null }
      }
    }
    showProgress({ is: 'waiting-for-clean-up' })
    await world.sleep(PAUSE_MS, world.signal)
  }
}

function isOn(email: string, { agents }: Snapshot): boolean {
  return agents.some((agent) => normaliseEmail(agent.email) === email)
}

/** Not by the normal form: another person may have an address that looks like it. */
function isStillOn({ id, stored }: PersonRef, { agents }: Snapshot): boolean {
  return agents.some((agent) => agent.id === id || agent.email === stored)
}

function isGhost({ stored }: PersonRef, { groups }: Snapshot): boolean {
  const email = normaliseEmail(stored)
  return groups.some(({ ghosts }) => ghosts.some((ghost) => normaliseEmail(ghost) === email))
}

/**
 * Invited people who are also in a group that this apply did not add them to. The server keeps
 * memberships that no list shows, and an invitation brings them back.
 */
function listRevived(writes: readonly WriteResult[], { groups }: Snapshot): readonly string[] {
  const added = writes.flatMap(({ write }) => (write.kind === 'add-member' ? [write] : []))
  return writes.flatMap(({ write, outcome }) => {
    if (write.kind !== 'invite' || !isDone(outcome)) return []
    const email = normaliseEmail(write.person.stored)
    return groups
      .filter(
        ({ of, id, members }) =>
          of.hidden !== null &&
          members.map(normaliseEmail).includes(email) &&
          !added.some(
            ({ group, person }) => group.id === id && normaliseEmail(person.stored) === email,
          ),
      )
      .map(
        ({ of, name }) =>
          `${email} was invited and is now also in ${of.label} ${name}, where this apply did not add them. Chatwoot may have kept an old membership that it did not show, or somebody else added them.`,
      )
  })
}
