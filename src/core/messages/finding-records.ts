/**
 * The closed catalogue of findings, one record each: what rollcall can say about an account, how bad
 * it is, what it means, how to end it, and how it is treated. Views, the engine and docs/findings.md
 * all read it here. Long because the list is: a catalogue in pieces would not be closed.
 */
import type { Subject } from '../model/address.ts'

export type Risk = 'critical' | 'high' | 'medium' | 'low'
export type Severity = 'error' | 'warning'

/** Worst first. */
export const RISKS: readonly Risk[] = ['critical', 'high', 'medium', 'low']

export interface FindingRecord {
  readonly title: string
  readonly risk: Risk
  readonly severity: Severity
  readonly meaning: string
  readonly remedy: string
  readonly example: string
  readonly about: readonly Subject['kind'][]
  /** Whether it speaks for the memberships of its person or team too. */
  readonly folds: boolean
  /**
   * Whoever nobody listed is reported at the key of a list, and the items of a list often stand on
   * one line: such a line does not tell two findings apart.
   */
  readonly pointsTo: 'its own line' | 'a shared line'
  /**
   * What in a policy would end it, where the policy is what is wrong. Nothing: only the account can,
   * or somebody who knows why.
   */
  readonly settledBy: 'a line' | 'a later end' | 'nothing'
  /** What `rollcall adopt` does in the policy to end it. */
  readonly adoptedBy: 'listing' | 'unlisting' | 'nothing'
}

export const FINDINGS = {
  'admin-unexpected': {
    title: 'Unexpected administrator',
    risk: 'critical',
    severity: 'error',
    meaning:
      'A person is administrator of the account, or was invited as one, and the policy does not say so: either nobody listed this person, or the policy lists an agent. An administrator reads every conversation, changes every setting and adds and removes people.',
    remedy:
      'If nobody decided this, take the role away in Chatwoot (Settings, Agents) and find out how it came about. If it was decided, list the person in the policy with the role administrator.',
    example:
      'The policy lists `old-admin@acme.com: agent`, and on the account old-admin is still administrator.',
    about: ['agent'],
    folds: true,
    pointsTo: 'a shared line',
    settledBy: 'a line',
    adoptedBy: 'listing',
  },
  'agent-unexpected': {
    title: 'Unexpected agent',
    risk: 'high',
    severity: 'error',
    meaning:
      'A person is an agent on the account and nobody listed this person. Unlisted people can sign in and read the conversations of their inboxes and, from Chatwoot 4.8.0 on, of their teams.',
    remedy:
      'Remove the person from the account (Settings, Agents), or list the person in the policy.',
    example: 'sam@acme.com is an agent on the account, and no line of the policy names sam.',
    about: ['agent'],
    folds: true,
    pointsTo: 'a shared line',
    settledBy: 'a line',
    adoptedBy: 'listing',
  },
  'agent-missing': {
    title: 'Missing person',
    risk: 'medium',
    severity: 'error',
    meaning: 'The policy lists a person who is not on the account.',
    remedy:
      'Invite the person (Settings, Agents, Add Agent), or take the entry and the memberships out of the policy.',
    example: 'The policy lists `hedy@acme.com: agent`, and nobody has invited hedy yet.',
    about: ['agent'],
    folds: true,
    pointsTo: 'its own line',
    settledBy: 'nothing',
    adoptedBy: 'unlisting',
  },
  'role-differs': {
    title: 'Different role',
    risk: 'medium',
    severity: 'error',
    meaning: 'The policy lists an administrator who is only an agent on the account.',
    remedy: 'Give the person the role administrator in Chatwoot, or list an agent in the policy.',
    example:
      'The policy lists `barbara@acme.com: administrator`, and on the account barbara is an agent.',
    about: ['agent'],
    folds: false,
    pointsTo: 'its own line',
    settledBy: 'a line',
    adoptedBy: 'listing',
  },
  'custom-role-differs': {
    title: 'Different custom role',
    risk: 'high',
    severity: 'error',
    meaning:
      'A person has another custom role than the policy says, has none where one is wanted, or has one where the policy wants none. An agent who loses a custom role has the full rights of an agent.',
    remedy:
      'Choose the custom role in Chatwoot (Settings, Agents), or change `custom_role` in the policy; leaving it out means none. A role that does not exist on the account has to be created first; a server without the enterprise code has no custom roles at all.',
    example:
      'The policy gives ken@acme.com `custom_role: Billing clerk`, and on the account ken has none: ken may do all that an agent may.',
    about: ['agent'],
    folds: false,
    pointsTo: 'its own line',
    settledBy: 'a line',
    adoptedBy: 'listing',
  },
  'admin-with-custom-role': {
    title: 'Administrator with a custom role',
    risk: 'high',
    severity: 'warning',
    meaning:
      'A listed administrator also carries a custom role. It affects only the menus of the dashboard. The API goes on to allow everything an administrator may do: the person looks restricted and is not.',
    remedy:
      'Decide which of the two is meant: make the person an agent with that custom role, or take the custom role away.',
    example:
      'The policy lists `lee@acme.com: administrator`, and on the account lee is administrator with the custom role "Billing clerk".',
    about: ['agent'],
    folds: false,
    pointsTo: 'its own line',
    settledBy: 'nothing',
    adoptedBy: 'nothing',
  },
  'agent-name-differs': {
    title: 'Different name',
    risk: 'low',
    severity: 'warning',
    meaning:
      'A person has another name than the policy says. Names are shared by all accounts of an installation.',
    remedy: 'Have the person correct the name in the profile, or change `name` in the policy.',
    example:
      'The policy says `name: Grace Hopper` of grace@acme.com, and on the account grace is called "grace".',
    about: ['agent'],
    folds: false,
    pointsTo: 'its own line',
    settledBy: 'a line',
    adoptedBy: 'listing',
  },
  'invite-pending': {
    title: 'Invitation not accepted',
    risk: 'medium',
    severity: 'error',
    meaning:
      'A listed person has not accepted the invitation yet: the person cannot sign in, and whoever gets hold of the invitation can. How old an invitation is cannot be known from this API.',
    remedy:
      'Ask the person to accept it; resetting the password on the sign-in page ("Forgot your password?") accepts it too. Chatwoot sends no second invitation on request. To allow time, set `pending_until` in the policy. If the invitation is no longer wanted, remove the person from the account and the policy.',
    example: 'The policy lists `linus@acme.com: agent`, and linus has not accepted the invitation.',
    about: ['agent'],
    folds: false,
    pointsTo: 'its own line',
    settledBy: 'a line',
    adoptedBy: 'listing',
  },
  'invite-unexpected': {
    title: 'Unexpected invitation',
    risk: 'high',
    severity: 'error',
    meaning:
      'Somebody was invited as an agent and nobody listed this person. The invitation is latent access: it can still be accepted.',
    remedy: 'Remove the person from the account (Settings, Agents), or list the person.',
    example: 'eve@vendor.io was invited as an agent, and no line of the policy names eve.',
    about: ['agent'],
    folds: true,
    pointsTo: 'a shared line',
    settledBy: 'a line',
    adoptedBy: 'listing',
  },
  'access-expired': {
    title: 'Expired access',
    risk: 'high',
    severity: 'error',
    meaning:
      'The access of a listed person ended on the day that `expires` names, and the person is still on the account. For an administrator the risk is critical.',
    remedy:
      'Remove the person from the account (Settings, Agents), then take the entry out of the policy. If access is to go on, write a later day after `expires` and say why in `reason`.',
    example:
      'The policy says `expires: 2027-01-31` of temp@vendor.io, it is the first of February, and temp is still on the account.',
    about: ['agent'],
    folds: true,
    pointsTo: 'its own line',
    settledBy: 'a later end',
    adoptedBy: 'nothing',
  },
  'access-expires-soon': {
    title: 'Access expires soon',
    risk: 'low',
    severity: 'warning',
    meaning:
      'The access of a listed person ends within the next days: within two weeks, unless the policy says otherwise.',
    remedy:
      'Ask whoever is responsible for the person. If access is to go on, write a later day after `expires`; otherwise remove the person from the account after the last day.',
    example:
      'The policy says `expires: 2027-01-31` of temp@vendor.io, and it is the twentieth of January.',
    about: ['agent'],
    folds: false,
    pointsTo: 'its own line',
    settledBy: 'a later end',
    adoptedBy: 'nothing',
  },
  'rule-administrators': {
    title: 'Rule for administrators broken',
    risk: 'critical',
    severity: 'error',
    meaning:
      'The account has fewer or more administrators than `rules.administrators` allows, or the policy lists an administrator without the reason that it requires. Only administrators who accepted their invitation count towards the fewest, all of them towards the most; people who are ignored count.',
    remedy:
      'Give or take the role in Chatwoot (Settings, Agents) and in the policy, write the missing `reason`, or change the rule.',
    example:
      'The policy says `administrators: { min: 2 }`, and ada@acme.com is the only administrator who accepted the invitation.',
    about: ['rule', 'agent'],
    folds: false,
    pointsTo: 'a shared line',
    settledBy: 'nothing',
    adoptedBy: 'nothing',
  },
  'rule-email-domain': {
    title: 'Foreign e-mail domain',
    risk: 'high',
    severity: 'error',
    meaning:
      'A person on the account has an e-mail address outside of `rules.email_domains`. The rule holds for everybody: listed, ignored or only invited.',
    remedy:
      'Remove the person from the account, have the person invited under an address of your own, or add the domain to `rules.email_domains`. For one person and some time, write a waiver.',
    example: 'The policy says `email_domains: [acme.com]`, and vic@vendor.io is on the account.',
    about: ['agent'],
    folds: false,
    pointsTo: 'a shared line',
    // A line would let in everybody of that domain: nobody should be offered that.
    settledBy: 'nothing',
    adoptedBy: 'nothing',
  },
  'rule-team-members': {
    title: 'Team too small',
    risk: 'low',
    severity: 'error',
    meaning:
      'A team has fewer members than `rules.team_members` asks for. People who are ignored count, people who left the account do not; ignored and unexpected teams are left out.',
    remedy:
      'Add members to the team in Chatwoot (Settings, Teams) and in the policy, or change the rule.',
    example:
      'The policy says `team_members: { min: 2 }`, and ada@acme.com is alone in the team billing.',
    about: ['group'],
    folds: false,
    pointsTo: 'a shared line',
    settledBy: 'nothing',
    adoptedBy: 'nothing',
  },
  'team-missing': {
    title: 'Missing team',
    risk: 'low',
    severity: 'error',
    meaning:
      'The policy lists a team that the account does not have. Its members are not reported one by one.',
    remedy: 'Create the team (Settings, Teams), or take it out of the policy.',
    example: 'The policy lists the team `tier 1`, and the account has none of that name.',
    about: ['group'],
    folds: true,
    pointsTo: 'its own line',
    settledBy: 'nothing',
    adoptedBy: 'unlisting',
  },
  'team-unexpected': {
    title: 'Unexpected team',
    risk: 'medium',
    severity: 'error',
    meaning:
      'The account has a team that nobody listed. From Chatwoot 4.8.0 on, its members open and answer every conversation assigned to it. They are not reported one by one.',
    remedy:
      'Delete the team (Settings, Teams), list it in the policy, or ignore it with a pattern in `scope.ignore.teams`.',
    example:
      'The account has a team night shift, and no line under `teams` of the policy names it.',
    about: ['group'],
    folds: true,
    pointsTo: 'a shared line',
    settledBy: 'a line',
    adoptedBy: 'listing',
  },
  'team-differs': {
    title: 'Different team settings',
    risk: 'low',
    severity: 'error',
    meaning: "A team's description or automatic assignment differs from the policy.",
    remedy: 'Change the team (Settings, Teams), or the keys of the team in the policy.',
    example:
      'The policy says `auto_assign: true` of the team billing, and on the account it is off.',
    about: ['group'],
    folds: false,
    pointsTo: 'its own line',
    settledBy: 'a line',
    adoptedBy: 'listing',
  },
  'member-missing': {
    title: 'Missing team member',
    risk: 'low',
    severity: 'error',
    meaning: 'The policy wants a person in a team who is not a member of it.',
    remedy:
      'Add the person to the team (Settings, Teams), or take the person out of its members. Somebody who is not on the account has to be invited first.',
    example:
      'The policy lists grace@acme.com in the team billing, and on the account grace is not a member of it.',
    about: ['member'],
    folds: false,
    pointsTo: 'a shared line',
    settledBy: 'nothing',
    adoptedBy: 'unlisting',
  },
  'member-unexpected': {
    title: 'Unexpected team member',
    risk: 'medium',
    severity: 'error',
    meaning:
      'A person is a member of a team and the policy does not list this person there. From Chatwoot 4.8.0 on, a member opens and answers every conversation assigned to the team.',
    remedy: 'Remove the person from the team (Settings, Teams), or add the person to its members.',
    example:
      'sam@acme.com is a member of the team billing on the account, and the policy lists sam, but not there.',
    about: ['member'],
    folds: false,
    pointsTo: 'a shared line',
    settledBy: 'a line',
    adoptedBy: 'listing',
  },
  'member-ghost': {
    title: 'Ghost in a team',
    risk: 'low',
    severity: 'warning',
    meaning:
      'A person who left the account is still in the list of a team, because the server has not finished cleaning up. A ghost is not a member and cannot sign in to the account.',
    remedy:
      'Wait: the server removes it in a background job, usually within minutes. If it stays for hours, the background jobs of the server (Sidekiq) are stuck.',
    example:
      'gone@acme.com was removed from the account a minute ago, and the list of the team billing still has gone.',
    about: ['member'],
    folds: false,
    pointsTo: 'a shared line',
    settledBy: 'nothing',
    adoptedBy: 'nothing',
  },
  'waiver-expired': {
    title: 'Expired waiver',
    risk: 'high',
    severity: 'error',
    meaning:
      'The last day of a waiver has passed, and what it accepted is still so. The finding counts again.',
    remedy:
      'Mend what the waiver accepted and remove the waiver. If it has to stay, decide anew: write a later day after `expires` and say in `reason` who agreed.',
    example:
      'A waiver accepts old-admin@acme.com as administrator until 2027-01-15, it is the sixteenth, and old-admin is still administrator.',
    about: ['waiver'],
    folds: false,
    pointsTo: 'a shared line',
    settledBy: 'nothing',
    adoptedBy: 'nothing',
  },
  'waiver-unused': {
    title: 'Unused waiver',
    risk: 'low',
    severity: 'warning',
    meaning:
      'A waiver accepts nothing: no finding has its code and address, or only critical ones that its pattern does not reach. What it accepted has been mended, or it is misspelt.',
    remedy:
      'Remove the waiver, or correct `finding` and `address`. Left in place it would accept the same thing should it come back.',
    example:
      'A waiver accepts old-admin@acme.com as administrator, and since yesterday old-admin is an agent.',
    about: ['waiver'],
    folds: false,
    pointsTo: 'a shared line',
    settledBy: 'nothing',
    adoptedBy: 'nothing',
  },
  'waiver-expires-soon': {
    title: 'Waiver expires soon',
    risk: 'low',
    severity: 'warning',
    meaning:
      'A waiver ends within the next days: within two weeks, unless the policy says otherwise. From the day after, what it accepts counts again.',
    remedy: 'Ask its owner: mend what it accepts in time, or decide anew with a later day.',
    example:
      'A waiver accepts old-admin@acme.com as administrator until 2027-01-15, and it is the tenth of January.',
    about: ['waiver'],
    folds: false,
    pointsTo: 'a shared line',
    settledBy: 'nothing',
    adoptedBy: 'nothing',
  },
} as const satisfies Record<string, FindingRecord>

export type FindingCode = keyof typeof FINDINGS

export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(FINDINGS, text)
}

/** Whether each finding of that code is critical, whatever it is about. */
export function isAlwaysCritical(code: string): boolean {
  return isFindingCode(code) && FINDINGS[code].risk === 'critical'
}
