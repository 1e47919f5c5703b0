/**
 * The closed catalogue of findings: what rollcall can say about an account, how bad it is, what it
 * means and how to end it. Views and docs/findings.md take their words from here. As long as there
 * are findings: a catalogue in pieces would not be closed.
 */
import type { Subject } from '../model/address.ts'
import type { Location } from '../model/location.ts'

export type Risk = 'critical' | 'high' | 'medium' | 'low'
export type Severity = 'error' | 'warning'

/** Worst first. */
export const RISKS: readonly Risk[] = ['critical', 'high', 'medium', 'low']

export interface CatalogueEntry {
  readonly title: string
  readonly risk: Risk
  readonly severity: Severity
  readonly meaning: string
  readonly remedy: string
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
  },
  'agent-unexpected': {
    title: 'Unexpected agent',
    risk: 'high',
    severity: 'error',
    meaning:
      'A person is an agent on the account and nobody listed this person. Unlisted people can sign in and read the conversations of their inboxes and, from Chatwoot 4.8.0 on, of their teams.',
    remedy:
      'Remove the person from the account (Settings, Agents), or list the person in the policy.',
  },
  'agent-missing': {
    title: 'Missing person',
    risk: 'medium',
    severity: 'error',
    meaning: 'The policy lists a person who is not on the account.',
    remedy:
      'Invite the person (Settings, Agents, Add Agent), or take the entry and the memberships out of the policy.',
  },
  'role-differs': {
    title: 'Different role',
    risk: 'medium',
    severity: 'error',
    meaning: 'The policy lists an administrator who is only an agent on the account.',
    remedy: 'Give the person the role administrator in Chatwoot, or list an agent in the policy.',
  },
  'custom-role-differs': {
    title: 'Different custom role',
    risk: 'high',
    severity: 'error',
    meaning:
      'A person has another custom role than the policy says, has none where one is wanted, or has one where the policy wants none. An agent who loses a custom role has the full rights of an agent.',
    remedy:
      'Choose the custom role in Chatwoot (Settings, Agents), or change `custom_role` in the policy; leaving it out means none. A role that does not exist on the account has to be created first; a server without the enterprise code has no custom roles at all.',
  },
  'admin-with-custom-role': {
    title: 'Administrator with a custom role',
    risk: 'high',
    severity: 'warning',
    meaning:
      'A listed administrator also carries a custom role. It affects only the menus of the dashboard. The API goes on to allow everything an administrator may do: the person looks restricted and is not.',
    remedy:
      'Decide which of the two is meant: make the person an agent with that custom role, or take the custom role away.',
  },
  'agent-name-differs': {
    title: 'Different name',
    risk: 'low',
    severity: 'warning',
    meaning:
      'A person has another name than the policy says. Names are shared by all accounts of an installation.',
    remedy: 'Have the person correct the name in the profile, or change `name` in the policy.',
  },
  'invite-pending': {
    title: 'Invitation not accepted',
    risk: 'medium',
    severity: 'error',
    meaning:
      'A listed person has not accepted the invitation yet: the person cannot sign in, and whoever gets hold of the invitation can. How old an invitation is cannot be known from this API.',
    remedy:
      'Ask the person to accept it; resetting the password on the sign-in page ("Forgot your password?") accepts it too. Chatwoot sends no second invitation on request. To allow time, set `pending_until` in the policy. If the invitation is no longer wanted, remove the person from the account and the policy.',
  },
  'invite-unexpected': {
    title: 'Unexpected invitation',
    risk: 'high',
    severity: 'error',
    meaning:
      'Somebody was invited as an agent and nobody listed this person. The invitation is latent access: it can still be accepted.',
    remedy: 'Remove the person from the account (Settings, Agents), or list the person.',
  },
  'access-expired': {
    title: 'Expired access',
    risk: 'high',
    severity: 'error',
    meaning:
      'The access of a listed person ended on the day that `expires` names, and the person is still on the account. For an administrator the risk is critical.',
    remedy:
      'Remove the person from the account (Settings, Agents), then take the entry out of the policy. If access is to go on, write a later day after `expires` and say why in `reason`.',
  },
  'access-expires-soon': {
    title: 'Access expires soon',
    risk: 'low',
    severity: 'warning',
    meaning:
      'The access of a listed person ends within the next days: within two weeks, unless the policy says otherwise.',
    remedy:
      'Ask whoever is responsible for the person. If access is to go on, write a later day after `expires`; otherwise remove the person from the account after the last day.',
  },
  'rule-administrators': {
    title: 'Rule for administrators broken',
    risk: 'critical',
    severity: 'error',
    meaning:
      'The account has fewer or more administrators than `rules.administrators` allows, or the policy lists an administrator without the reason that it requires. Only administrators who accepted their invitation count towards the fewest, all of them towards the most; people who are ignored count.',
    remedy:
      'Give or take the role in Chatwoot (Settings, Agents) and in the policy, write the missing `reason`, or change the rule.',
  },
  'rule-email-domain': {
    title: 'Foreign e-mail domain',
    risk: 'high',
    severity: 'error',
    meaning:
      'A person on the account has an e-mail address outside of `rules.email_domains`. The rule holds for everybody: listed, ignored or only invited.',
    remedy:
      'Remove the person from the account, have the person invited under an address of your own, or add the domain to `rules.email_domains`. For one person and some time, write a waiver.',
  },
  'rule-team-members': {
    title: 'Team too small',
    risk: 'low',
    severity: 'error',
    meaning:
      'A team has fewer members than `rules.team_members` asks for. People who are ignored count, people who left the account do not; ignored and unexpected teams are left out.',
    remedy:
      'Add members to the team in Chatwoot (Settings, Teams) and in the policy, or change the rule.',
  },
  'team-missing': {
    title: 'Missing team',
    risk: 'low',
    severity: 'error',
    meaning:
      'The policy lists a team that the account does not have. Its members are not reported one by one.',
    remedy: 'Create the team (Settings, Teams), or take it out of the policy.',
  },
  'team-unexpected': {
    title: 'Unexpected team',
    risk: 'medium',
    severity: 'error',
    meaning:
      'The account has a team that nobody listed. From Chatwoot 4.8.0 on, its members open and answer every conversation assigned to it. They are not reported one by one.',
    remedy:
      'Delete the team (Settings, Teams), list it in the policy, or ignore it with a pattern in `scope.ignore.teams`.',
  },
  'team-differs': {
    title: 'Different team settings',
    risk: 'low',
    severity: 'error',
    meaning: "A team's description or automatic assignment differs from the policy.",
    remedy: 'Change the team (Settings, Teams), or the keys of the team in the policy.',
  },
  'member-missing': {
    title: 'Missing team member',
    risk: 'low',
    severity: 'error',
    meaning: 'The policy wants a person in a team who is not a member of it.',
    remedy:
      'Add the person to the team (Settings, Teams), or take the person out of its members. Somebody who is not on the account has to be invited first.',
  },
  'member-unexpected': {
    title: 'Unexpected team member',
    risk: 'medium',
    severity: 'error',
    meaning:
      'A person is a member of a team and the policy does not list this person there. From Chatwoot 4.8.0 on, a member opens and answers every conversation assigned to the team.',
    remedy: 'Remove the person from the team (Settings, Teams), or add the person to its members.',
  },
  'member-ghost': {
    title: 'Ghost in a team',
    risk: 'low',
    severity: 'warning',
    meaning:
      'A person who left the account is still in the list of a team, because the server has not finished cleaning up. A ghost is not a member and cannot sign in to the account.',
    remedy:
      'Wait: the server removes it in a background job, usually within minutes. If it stays for hours, the background jobs of the server (Sidekiq) are stuck.',
  },
  'waiver-expired': {
    title: 'Expired waiver',
    risk: 'high',
    severity: 'error',
    meaning:
      'The last day of a waiver has passed, and what it accepted is still so. The finding counts again.',
    remedy:
      'Mend what the waiver accepted and remove the waiver. If it has to stay, decide anew: write a later day after `expires` and say in `reason` who agreed.',
  },
  'waiver-unused': {
    title: 'Unused waiver',
    risk: 'low',
    severity: 'warning',
    meaning:
      'A waiver accepts nothing: no finding has its code and address, or only critical ones that its pattern does not reach. What it accepted has been mended, or it is misspelt.',
    remedy:
      'Remove the waiver, or correct `finding` and `address`. Left in place it would accept the same thing should it come back.',
  },
  'waiver-expires-soon': {
    title: 'Waiver expires soon',
    risk: 'low',
    severity: 'warning',
    meaning:
      'A waiver ends within the next days: within two weeks, unless the policy says otherwise. From the day after, what it accepts counts again.',
    remedy: 'Ask its owner: mend what it accepts in time, or decide anew with a later day.',
  },
} as const satisfies Record<string, CatalogueEntry>

export type FindingCode = keyof typeof FINDINGS

export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(FINDINGS, text)
}

/** Whether each finding of that code is critical, whatever it is about. */
export function isAlwaysCritical(code: string): boolean {
  return isFindingCode(code) && FINDINGS[code].risk === 'critical'
}

export interface Finding {
  /** `code:address`, unique in an account and stable between runs. */
  readonly id: string
  readonly code: FindingCode
  readonly subject: Subject
  readonly address: string
  readonly risk: Risk
  readonly severity: Severity
  /** A short phrase that reads on after the subject's name. Holds text of the server: hostile. */
  readonly summary: string
  /** What tells texts apart that a reader takes for the same. Null: nothing looks alike. Hostile. */
  readonly difference: string | null
  /** Null only where the policy has no section that could hold it. */
  readonly location: Location | null
  readonly disposition: Disposition
  /** What accepts it, of a finding that is waived. */
  readonly waiver: Waiver | null
}

/** Whether a finding counts. `off`: switched off by the policy, and counted only. */
export type Disposition = 'open' | 'waived' | 'off'

/** Who accepted a finding, why, and until when (`YYYY-MM-DD`, the last day, UTC). */
export interface Waiver {
  readonly reason: string
  readonly owner: string
  readonly expires: string
  readonly location: Location
}

/** Neither waived nor switched off. */
export function isOpen({ disposition }: Finding): boolean {
  return disposition === 'open'
}

/** Drift is an open finding of severity error. */
export function isDrift(finding: Finding): boolean {
  return isOpen(finding) && finding.severity === 'error'
}
