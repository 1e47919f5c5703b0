/** The words that all views of `rollcall list` share. No markup. */

import { count, countGroups } from '../../core/messages/phrase.ts'
import { MENUS_ONLY } from '../../core/model/custom-role.ts'
import type { ListedPerson, Listing, Rank } from '../../core/report/listing.ts'
import { abridged, customRole } from '../labels.ts'

export const MARK = 'NO POLICY, NO VERDICT'

export const MEANING =
  'This list shows who is on the account, not who should be. Without a policy, rollcall cannot judge it.'

export const RANK_TITLES: Readonly<Record<Rank, string>> = {
  administrator: 'Administrators',
  invitation: 'Agents, invitation not accepted',
  'custom-role': 'Agents with a custom role',
  agent: 'Agents',
}

export function titleOf({ account, server }: Listing): string {
  return `account ${account.id} "${abridged(account.name)}" on ${new URL(server).host}`
}

export function gistOf({ people, ghosts, read, counts }: Listing): string {
  const { administrators, disabled, foreign } = counts
  return [
    people.length === 1 ? '1 person' : `${people.length} people`,
    count(administrators, 'administrator'),
    ...(disabled === 0 ? [] : [`${count(disabled, 'invitation')} not accepted`]),
    ...(foreign === 0 ? [] : [`${foreign} with a foreign e-mail domain`]),
    ...countGroups(read.groups),
    ...(ghosts.length === 0 ? [] : [count(ghosts.length, 'ghost')]),
  ].join(', ')
}

/** Notes about a person, in addition to the rank. */
export function notesOf({ role, status, customRole: special, foreign }: ListedPerson): string[] {
  const without = role === 'administrator' ? `, on an administrator that ${MENUS_ONLY}` : ''
  return [
    ...(status === 'disabled' ? ['disabled: invitation not accepted'] : []),
    ...(special === null ? [] : [`custom role ${abridged(customRole(special))}${without}`]),
    ...(foreign ? ['foreign e-mail domain'] : []),
  ]
}

export function signIn(provider: string | null): string {
  return provider === null ? 'not shown by the server' : abridged(provider)
}

/** Why a domain is called foreign. */
export function aboutDomains({ domains, homeDomain, people }: Listing): string {
  const [first] = domains
  if (first === undefined) return 'Nobody is on the account.'
  if (homeDomain === null) {
    return 'Two e-mail domains are equally common, so no domain is called foreign.'
  }
  return `${abridged(homeDomain)} is the most common e-mail domain (${first.people} of ${people.length}); every other domain is called foreign.`
}
