/** The words that all views of `rollcall list` share. No markup. */

import { count, countGroups } from '../../core/messages/phrase.ts'
import { MENUS_ONLY } from '../../core/model/custom-role.ts'
import { describeRosterMatch } from '../../core/model/roster.ts'
import type { ListedPerson, Listing, Rank } from '../../core/report/listing.ts'
import { abridge } from '../abridge.ts'
import { describePersonRecord } from '../activity-words.ts'
import { identifyAccount, nameCustomRole } from '../labels.ts'

export const MARK = 'NO POLICY, NO VERDICT'

export const MEANING =
  'This list shows who is on the account, not who should be. Without a policy, rollcall cannot judge it.'

export const RANK_TITLES: Readonly<Record<Rank, string>> = {
  administrator: 'Administrators',
  invitation: 'Agents, invitation not accepted',
  'custom-role': 'Agents with a custom role',
  agent: 'Agents',
}

export function nameListing({ account, server }: Listing): string {
  return `account ${identifyAccount(account, server)}`
}

export function summariseListing({ people, ghosts, read, counts, roster }: Listing): string {
  const { administrators, disabled, foreign } = counts
  return [
    count(people.length, 'person', 'people'),
    count(administrators, 'administrator'),
    ...(disabled === 0 ? [] : [`${count(disabled, 'invitation')} not accepted`]),
    ...(foreign === 0 ? [] : [`${foreign} with a foreign e-mail domain`]),
    ...(roster === null ? [] : [`${roster.missing} not active in the roster`]),
    ...countGroups(read.groups),
    ...(ghosts.length === 0 ? [] : [count(ghosts.length, 'ghost')]),
  ].join(', ')
}

/** Notes about a person, in addition to the rank. */
export function listNotes(person: ListedPerson): string[] {
  const { role, status, customRole: special, foreign, roster, record } = person
  const without = role === 'administrator' ? `, on an administrator that ${MENUS_ONLY}` : ''
  return [
    ...(status === 'disabled' ? ['disabled: invitation not accepted'] : []),
    ...(special === null ? [] : [`custom role ${abridge(nameCustomRole(special))}${without}`]),
    ...(foreign ? ['foreign e-mail domain'] : []),
    ...(roster === null || roster.status === 'active'
      ? []
      : [abridge(describeRosterMatch(roster))]),
    ...(record === null ? [] : [describePersonRecord(record)]),
  ]
}

export function nameSignIn(provider: string | null): string {
  return provider === null ? 'not shown by the server' : abridge(provider)
}

/** Why a domain is called foreign. */
export function explainForeignDomains({ domains, homeDomain, people }: Listing): string {
  const [first] = domains
  if (first === undefined) return 'Nobody is on the account.'
  if (homeDomain === null) {
    return 'Two e-mail domains are equally common, so no domain is called foreign.'
  }
  return `${abridge(homeDomain)} is the most common e-mail domain (${first.people} of ${people.length}); every other domain is called foreign.`
}
