/** What the audit log says, in the words that all views share. No markup or escaping. */
import type { FindingActivity, RecordedOrigin } from '../core/messages/finding.ts'
import { count } from '../core/messages/phrase.ts'
import type { ActivityReading, PersonRecord } from '../core/model/person-record.ts'
import type { JudgedAccount, Reading } from '../core/report/report.ts'
import { abridge } from './abridge.ts'

/** Who did what the log has without a user. */
const NOBODY = 'the server or the Platform API'

/** What the audit log says about how it came to be: `added by ada@acme.com on 2026-11-20 14:02 UTC`. */
export function describeOrigin(activity: FindingActivity, shown: (text: string) => string): string {
  switch (activity.kind) {
    case 'recorded':
      return describeEvent(activity, shown)
    case 'unrecorded': {
      const unrecorded = `not recorded (audit log since ${activity.from.slice(0, 10)})`
      const settings = activity.settings?.map(({ setting, origin }) => {
        return `${setting} ${origin === null ? unrecorded : describeEvent(origin, shown)}`
      })
      return settings?.join(', ') ?? unrecorded
    }
    case 'never':
      return 'Chatwoot does not log who did this'
  }
}

function describeEvent(
  { what, at, by, apply }: RecordedOrigin,
  shown: (text: string) => string,
): string {
  const gone = what === 'removed' || what === 'deleted'
  const nobody = gone ? 'the server' : NOBODY
  const who = by === null ? nobody : shown(by)
  return `${what} by ${apply === null ? who : `rollcall apply (${who})`} on ${formatMinute(at)}`
}

/** `2026-11-23 08:00 UTC`. */
function formatMinute(rfc3339: string): string {
  return `${rfc3339.slice(0, 10)} ${rfc3339.slice(11, 16)} UTC`
}

/**
 * Which part of the audit log was read, and what it never contains. If none was read, a message of the
 * run says why.
 */
export function listActivityNotes({ activity }: Pick<Reading, 'activity'>): readonly string[] {
  return activity.state === 'read' ? [`Audit log: ${describeReach(activity)} ${NEVER_LOGGED}`] : []
}

function describeReach({
  from,
  reach,
  rows,
}: ActivityReading & { readonly state: 'read' }): string {
  const day = from.slice(0, 10)
  switch (reach) {
    case 'asked':
      return `read back to ${day}, ${count(rows, 'row')}.`
    case 'beginning':
      return rows === 0 ? 'read, but empty.' : `begins on ${day}, ${count(rows, 'row')}.`
    case 'cut':
      return `only the newest ${count(rows, 'row')} were read, back to ${day}, because it is very long.`
  }
}

const NEVER_LOGGED =
  'Chatwoot never logs who was removed from the account, custom roles, or sign-ins without a password.'

/** Whom the audit log could not judge; null: nobody. */
export function describeNotJudged({ notJudged }: Pick<JudgedAccount, 'notJudged'>): string | null {
  if (notJudged.size === 0) return null
  const numbers = [...notJudged].map(([code, n]) => `${code} (${count(n, 'person', 'people')})`)
  return `Not judged, because they do not sign in with a password, or the audit log does not reach back far enough: ${numbers.join(', ')}.`
}

/** What the audit log says about a person, in one phrase. Not escaped. */
export function describePersonRecord({ lastSignIn, addedAt, addedBy }: PersonRecord): string {
  const signIn =
    lastSignIn === null
      ? 'no sign-in recorded'
      : `last sign-in recorded ${formatMinute(lastSignIn)}`
  const who = addedBy === null ? NOBODY : abridge(addedBy)
  const arrival = addedAt === null ? '' : `, added by ${who} on ${formatMinute(addedAt)}`
  return `${signIn}${arrival}`
}
