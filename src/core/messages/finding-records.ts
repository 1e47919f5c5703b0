/**
 * The complete catalogue of findings, one record each: what rollcall can report about an account, how
 * severe it is, what it means, how to fix it, and how the code treats it. Views, the comparison and
 * docs/findings.md all read it here. The file is long because the list must stay in one place.
 */
import type { Subject } from '../model/address.ts'
import { SINCE } from '../model/server-version.ts'

export type Risk = 'critical' | 'high' | 'medium' | 'low'
export type Severity = 'error' | 'warning'

/** Worst first. */
export const RISKS: readonly Risk[] = ['critical', 'high', 'medium', 'low']

export interface FindingRecord {
  readonly title: string
  readonly risk: Risk
  readonly severity: Severity
  /** Our own words, as `remedy` and `example`; backticks mark code. */
  readonly meaning: string
  readonly remedy: string
  readonly example: string
  readonly about: readonly Subject['kind'][]
  /** Whether it also covers the memberships of its person or group, which then have no finding. */
  readonly folds: boolean
  /**
   * A person who is not in the policy is reported at the key of a list, and the items of a list are
   * often on one line. Such a line does not identify one finding.
   */
  readonly pointsTo: 'its own line' | 'a shared line'
  /**
   * What in the policy would fix it, if the policy is wrong and not the account. A key: `rollcall adopt`
   * writes only that one in the entry of the person. `a later end`: only people write it. `nothing`: it
   * can only be fixed in Chatwoot, or by a person who knows why.
   */
  readonly fixedBy:
    | 'a line'
    | 'pending_until'
    | 'name'
    | 'custom_role'
    | 'a removed line'
    | 'a later end'
    | 'nothing'
  /**
   * `in turn`: only if nothing else that is judged in turn was found at its address. `in addition`:
   * besides other findings. `always`: also if the policy manages nothing.
   */
  readonly judged: 'in turn' | 'in addition' | 'always'
  /**
   * Which event of the audit log says how it came to be. `never`: Chatwoot records none. `nothing`: it
   * comes from the policy or the calendar.
   */
  readonly recordedBy:
    | 'arrival'
    | 'role'
    | 'joining'
    | 'leaving'
    | 'creation'
    | 'change'
    | 'deletion'
    | 'never'
    | 'nothing'
  /** Without it, it is not known whether there is such a finding. */
  readonly needs: Input | Rule | 'nothing'
}

export type Input = 'an earlier snapshot' | 'a roster' | 'the whole log'
export type Rule =
  `rules.${'administrators' | 'email_domains' | 'team_members' | 'dormant_days' | 'invite_max_days'}`

/** Something that the policy lists is otherwise on the account. */
const DIFFERS = {
  folds: false,
  pointsTo: 'its own line',
  fixedBy: 'a line',
  judged: 'in turn',
  needs: 'nothing',
} as const

/** Something on the account that the policy does not list. */
const UNEXPECTED = { ...DIFFERS, folds: true, pointsTo: 'a shared line' } as const

/** Something in the policy that the account does not have. */
const MISSING = { ...DIFFERS, folds: true, fixedBy: 'a removed line' } as const

/** Something else about a person whom the policy lists. */
const BESIDE = { ...DIFFERS, about: ['agent'], fixedBy: 'nothing', judged: 'in addition' } as const

/** Of a rule, a waiver or the audit log: whatever a comparison of policy and account finds. */
const ALWAYS = {
  folds: false,
  pointsTo: 'a shared line',
  fixedBy: 'nothing',
  judged: 'always',
} as const

const GROUP_DIFFERS = { ...DIFFERS, about: ['group'], recordedBy: 'change' } as const
const GROUP_UNEXPECTED = { ...UNEXPECTED, about: ['group'], recordedBy: 'creation' } as const
const GROUP_MISSING = { ...MISSING, about: ['group'], recordedBy: 'deletion' } as const

const MEMBER_UNEXPECTED = {
  ...UNEXPECTED,
  about: ['member'],
  folds: false,
  recordedBy: 'joining',
} as const
const MEMBER_MISSING = {
  ...MISSING,
  about: ['member'],
  folds: false,
  pointsTo: 'a shared line',
  recordedBy: 'leaving',
} as const

/** Needs one of the tables above beside it. */
const CUSTOM_ROLE = { about: ['custom-role'], folds: false, recordedBy: 'never' } as const

const WAIVER = { ...ALWAYS, about: ['waiver'], recordedBy: 'nothing', needs: 'nothing' } as const

export const FINDINGS = {
  'admin-unexpected': {
    title: 'Unexpected administrator',
    risk: 'critical',
    severity: 'error',
    meaning:
      'A person is an administrator of the account, or was invited as one, but the policy does not allow it: the person is not in the policy, or the policy lists them as an agent. An administrator can read every conversation, change every setting, and add and remove people.',
    remedy:
      'If nobody approved this, remove the person or change the role to agent, as the plan says (Settings, Agents). Find out who gave the role. If it was approved, list the person in the policy with the role administrator.',
    example:
      'The policy lists `old-admin@acme.com: agent`, but on the account old-admin is still an administrator.',
    about: ['agent'],
    ...UNEXPECTED,
    recordedBy: 'role',
  },
  'agent-unexpected': {
    title: 'Unexpected agent',
    risk: 'high',
    severity: 'error',
    meaning: `A person is an agent on the account but is not in the policy. This person can sign in and read the conversations of their inboxes and, from Chatwoot ${SINCE.access} on, of their teams.`,
    remedy:
      'Remove the person from the account (Settings, Agents), or add the person to the policy.',
    example: 'sam@acme.com is an agent on the account, but the policy does not list sam.',
    about: ['agent'],
    ...UNEXPECTED,
    recordedBy: 'arrival',
  },
  'agent-missing': {
    title: 'Missing person',
    risk: 'medium',
    severity: 'error',
    meaning: 'The policy lists a person who is not on the account.',
    remedy:
      'Invite the person (Settings, Agents, Add Agent), or remove the person from the policy, also from its teams and inboxes.',
    example: 'The policy lists `hedy@acme.com: agent`, but nobody has invited hedy yet.',
    about: ['agent'],
    ...MISSING,
    recordedBy: 'never',
  },
  'agent-renamed': {
    title: 'Different e-mail address',
    risk: 'medium',
    meaning:
      'A person in the policy has a new e-mail address on the account: the snapshot of `--previous` shows the same user with the address that is in the policy. rollcall reports this person as neither missing nor unexpected, and plans no change for them until the policy has the new address.',
    remedy:
      'If the new address belongs to the same person, write it in the policy, also in teams and inboxes. If not, find out who changed it.',
    example:
      'The policy lists ken@acme.com. The user who had this address last week now has ken@acme.io.',
    about: ['agent'],
    ...DIFFERS,
    severity: 'warning',
    fixedBy: 'nothing',
    recordedBy: 'never',
    needs: 'an earlier snapshot',
  },
  'role-differs': {
    title: 'Different role',
    risk: 'medium',
    severity: 'error',
    meaning:
      'The policy lists a person as administrator, but on the account the person is only an agent.',
    remedy:
      'Give the person the role administrator in Chatwoot, or change the role to agent in the policy.',
    example:
      'The policy lists `barbara@acme.com: administrator`, but on the account barbara is an agent.',
    about: ['agent'],
    ...DIFFERS,
    recordedBy: 'role',
  },
  'custom-role-differs': {
    title: 'Different custom role',
    risk: 'high',
    severity: 'error',
    meaning:
      'A person does not have the custom role that the policy requires, or has a custom role although the policy gives none. An agent who loses a custom role gets the full rights of an agent.',
    remedy:
      'Choose the custom role in Chatwoot (Settings, Agents), or change `custom_role` in the policy. A person without `custom_role` must have none. If the custom role does not exist on the account, create it first. A server without the enterprise code has no custom roles.',
    example:
      'The policy gives ken@acme.com `custom_role: Billing clerk`, but on the account ken has none: ken can do everything that an agent can do.',
    about: ['agent'],
    ...DIFFERS,
    fixedBy: 'custom_role',
    recordedBy: 'never',
  },
  'admin-with-custom-role': {
    title: 'Administrator with a custom role',
    risk: 'high',
    meaning:
      'A person in the policy is an administrator and also has a custom role. The custom role affects only the menus of the dashboard. The API still allows everything that an administrator can do. The person looks restricted but is not.',
    remedy:
      'Decide which one is right: make the person an agent with this custom role, or remove the custom role.',
    example:
      'The policy lists `lee@acme.com: administrator`, and on the account lee is an administrator with the custom role "Billing clerk".',
    about: ['agent'],
    ...DIFFERS,
    severity: 'warning',
    fixedBy: 'nothing',
    recordedBy: 'never',
  },
  'custom-role-foreign': {
    title: 'Custom role that is not on this account',
    risk: 'critical',
    severity: 'error',
    meaning:
      'A person has the id of a custom role that is not among the custom roles of the account: the role belongs to another account, or was deleted. It permits nothing now. But an administrator of another account, or the person who creates the next custom role, may decide what it permits. An administrator with such a role keeps all rights.',
    remedy:
      'In Chatwoot (Settings, Agents), give the person a custom role of this account, or none. Find out who gave the role. No policy can allow it.',
    example:
      'ken@acme.com has the custom role 99, but the account has only the custom roles 1 and 2.',
    ...BESIDE,
    pointsTo: 'a shared line',
    recordedBy: 'never',
  },
  'agent-name-differs': {
    title: 'Different name',
    risk: 'low',
    meaning:
      'The name of a person on the account is not the name in the policy. A person has the same name on all accounts of an installation.',
    remedy: 'Ask the person to correct the name in their profile, or change `name` in the policy.',
    example:
      'The policy has `name: Grace Hopper` for grace@acme.com, but on the account the name is "grace".',
    ...BESIDE,
    severity: 'warning',
    fixedBy: 'name',
    recordedBy: 'never',
  },
  'invite-pending': {
    title: 'Invitation not accepted',
    risk: 'medium',
    severity: 'error',
    meaning:
      'A person in the policy has not accepted the invitation yet. The person cannot sign in, but anyone who gets the invitation can use it. The list of agents does not show how old an invitation is; for that, see `invite-stale`.',
    remedy:
      'Ask the person to accept it. Resetting the password on the sign-in page ("Forgot your password?") also accepts it. An administrator cannot make Chatwoot send the invitation again. To allow more time, set `pending_until` in the policy. If the invitation is no longer needed, remove the person from the account and from the policy.',
    example: 'The policy lists `linus@acme.com: agent`, but linus has not accepted the invitation.',
    ...BESIDE,
    fixedBy: 'pending_until',
    recordedBy: 'arrival',
  },
  'invite-unexpected': {
    title: 'Unexpected invitation',
    risk: 'high',
    severity: 'error',
    meaning:
      'A person was invited as an agent but is not in the policy. The invitation can still be accepted: it is access waiting to be used.',
    remedy:
      'Remove the invited person from the account (Settings, Agents), or add the person to the policy.',
    example: 'eve@vendor.io was invited as an agent, but the policy does not list eve.',
    about: ['agent'],
    ...UNEXPECTED,
    recordedBy: 'arrival',
  },
  'access-expired': {
    title: 'Expired access',
    risk: 'high',
    severity: 'error',
    meaning:
      'The access of a person ended on the day in `expires`, but the person is still on the account. For an administrator the risk is critical.',
    remedy:
      'Remove the person from the account (Settings, Agents), then remove the entry from the policy. To extend the access, write a later date in `expires` and the reason in `reason`.',
    example:
      'The policy has `expires: 2027-01-31` for temp@vendor.io. It is 1 February, and temp is still on the account.',
    about: ['agent'],
    ...DIFFERS,
    folds: true,
    fixedBy: 'a later end',
    recordedBy: 'arrival',
  },
  'access-expires-soon': {
    title: 'Access expires soon',
    risk: 'low',
    meaning:
      'The access of a person ends soon: within two weeks, unless the policy sets another number of days.',
    remedy:
      'Find out whether the access is still needed. If so, write a later date in `expires`. If not, remove the person from the account after the last day.',
    example: 'The policy has `expires: 2027-01-31` for temp@vendor.io, and it is 20 January.',
    ...BESIDE,
    severity: 'warning',
    fixedBy: 'a later end',
    recordedBy: 'nothing',
  },
  'rule-administrators': {
    title: 'Administrator rule broken',
    risk: 'critical',
    severity: 'error',
    meaning:
      'The account has fewer or more administrators than `rules.administrators` allows, or an administrator in the policy has no `reason` although the rule requires one. For the minimum, only administrators who accepted their invitation count. For the maximum, all administrators count. Ignored people count too.',
    remedy:
      'Give or remove the role in Chatwoot (Settings, Agents) and in the policy, add the missing `reason`, or change the rule.',
    example:
      'The policy has `administrators: { min: 2 }`, but ada@acme.com is the only administrator who accepted the invitation.',
    about: ['rule', 'agent'],
    ...ALWAYS,
    recordedBy: 'role',
    needs: 'rules.administrators',
  },
  'rule-email-domain': {
    title: 'E-mail domain not allowed',
    risk: 'high',
    severity: 'error',
    meaning:
      'The e-mail domain of a person on the account is not in `rules.email_domains`. The rule applies to everybody on the account: also to people who are ignored, only invited, or not in the policy.',
    remedy:
      'Remove the person from the account, invite the person again with an address in one of your own domains, or add the domain to `rules.email_domains`. To allow one person temporarily, add a waiver.',
    example: 'The policy has `email_domains: [acme.com]`, but vic@vendor.io is on the account.',
    about: ['agent'],
    // A line would allow everybody of that domain, which rollcall must not suggest.
    ...ALWAYS,
    recordedBy: 'arrival',
    needs: 'rules.email_domains',
  },
  'not-in-roster': {
    title: 'Not in the roster',
    risk: 'high',
    severity: 'error',
    meaning:
      'A person on the account is not in the roster that you gave with `--roster`, or is no longer active there: the person has probably left. For an administrator the risk is critical. For somebody who is in the policy but not on the account it is low. The roster applies to everybody on the account, also to people whom the policy does not manage. Ignored people are left out, except administrators.',
    remedy:
      'Find out whether the person has left. If so, remove the person from the account (Settings, Agents) and from the policy. If not, correct the roster. To allow one person temporarily, for example a contractor who is not in any roster, add a waiver.',
    example:
      'sam@acme.com is an agent on the account. In the export of the identity provider, sam has been suspended since October.',
    about: ['agent'],
    ...ALWAYS,
    recordedBy: 'arrival',
    needs: 'a roster',
  },
  'agent-dormant': {
    title: 'No sign-in for a long time',
    risk: 'medium',
    severity: 'error',
    meaning:
      'The audit log shows no sign-in of a person for longer than `rules.dormant_days` allows. The person still has access, and so has anyone who gets the password or the access token. For an administrator the risk is high. rollcall can judge only people who sign in with a password, and only if the log reaches back far enough. The report counts the others. Calls with an access token are not in the log.',
    remedy:
      'Ask whether the person still needs the access. If not, remove the person from the account (Settings, Agents) and from the policy. An integration that only uses its access token never signs in: add a waiver for it.',
    example:
      'The policy has `dormant_days: 90`. ken@acme.com last signed in on 12 June, and it is 26 November.',
    about: ['agent'],
    ...ALWAYS,
    recordedBy: 'nothing',
    needs: 'rules.dormant_days',
  },
  'invite-stale': {
    title: 'Old invitation',
    risk: 'medium',
    severity: 'error',
    meaning:
      'A person was invited longer ago than `rules.invite_max_days` allows and has not accepted the invitation. Anyone who gets the invitation can use it. For an administrator the risk is high. The audit log shows when the person was added. If the log does not reach back far enough to tell, the report only counts the invitation.',
    remedy:
      'Ask whether the person still needs the access. If not, remove the person from the account (Settings, Agents) and from the policy. If so, ask the person to accept the invitation: resetting the password on the sign-in page ("Forgot your password?") accepts it.',
    example:
      'The policy has `invite_max_days: 14`. linus@acme.com was invited on 1 October. It is 26 November, and the invitation is still open.',
    about: ['agent'],
    ...ALWAYS,
    recordedBy: 'arrival',
    needs: 'rules.invite_max_days',
  },
  'inbox-member-hidden': {
    title: 'Hidden inbox member',
    risk: 'critical',
    severity: 'error',
    meaning:
      'The audit log shows that somebody was added to an inbox and never removed, but this person is not on the account. No list of Chatwoot shows such a member, and Chatwoot still sends them the messages of the inbox while they are signed in. Only the audit log shows this, so rollcall finds it only with `--activity` or a rule that needs the log.',
    remedy:
      'Ask the person who added this user why. The finding names that person, and its address ends with the id of the user. The dashboard cannot remove the membership. An administrator can do it with the API: DELETE `inbox_members`, with the ids of the inbox and of the user.',
    example:
      'mallory@evil.example added the user 77, who belongs to another account, to the inbox Website.',
    about: ['member'],
    ...ALWAYS,
    recordedBy: 'joining',
    needs: 'the whole log',
  },
  'rule-team-members': {
    title: 'Team too small',
    risk: 'low',
    severity: 'error',
    meaning:
      'A team has fewer members than `rules.team_members` requires. Ignored people count; people who left the account do not. Ignored teams are not checked. If the policy has `teams`, only the teams listed there are checked.',
    remedy:
      'Add members to the team in Chatwoot (Settings, Teams) and in the policy, or change the rule.',
    example:
      'The policy has `team_members: { min: 2 }`, but ada@acme.com is the only member of the team billing.',
    about: ['group'],
    ...ALWAYS,
    recordedBy: 'nothing',
    needs: 'rules.team_members',
  },
  'custom-role-missing': {
    title: 'Missing custom role',
    risk: 'low',
    severity: 'error',
    meaning: 'The policy lists a custom role that the account does not have.',
    remedy:
      'Create the custom role (Settings, Custom Roles) with the permissions of the policy, or remove it from `custom_roles`.',
    example:
      'The policy lists the custom role `Billing clerk`, but the account has no custom role with this name.',
    ...MISSING,
    ...CUSTOM_ROLE,
  },
  'custom-role-unexpected': {
    title: 'Unexpected custom role',
    risk: 'medium',
    severity: 'error',
    meaning:
      'The account has a custom role that is not in the policy. Anyone who can change agents can give it to a person.',
    remedy:
      'If nobody has the custom role, delete it (Settings, Custom Roles). If somebody has it, give these people another custom role first: deleting a custom role turns the people who have it into full agents. If the custom role is right, add it to `custom_roles`.',
    example:
      'The account has a custom role Auditor, but the policy does not list it under `custom_roles`.',
    ...UNEXPECTED,
    ...CUSTOM_ROLE,
  },
  'custom-role-permissions-differ': {
    title: 'Different permissions',
    risk: 'high',
    severity: 'error',
    meaning:
      'A custom role does not have the permissions that the policy gives it. Every agent with this custom role is affected. If the account only permits less than the policy, the risk is medium.',
    remedy:
      'Change the permissions in Chatwoot (Settings, Custom Roles), or change them in the policy. If you did not expect more permissions, find out who added them.',
    example:
      'The policy has `Billing clerk: [contact_manage]`, but on the account this custom role also permits `conversation_manage`: the people who have it can read every conversation of their inboxes.',
    ...DIFFERS,
    ...CUSTOM_ROLE,
  },
  'custom-role-settings-differ': {
    title: 'Different name or description of a custom role',
    risk: 'low',
    severity: 'error',
    meaning:
      'The description of a custom role is not as in the policy. Or the policy gives the `id` of the custom role, and the custom role with this id has another name. This finding is not about its permissions.',
    remedy:
      'Change the custom role in Chatwoot (Settings, Custom Roles), or change its entry in the policy.',
    example:
      'The policy has `description: Reports only` for the custom role Auditor, but on the account the description is empty.',
    ...DIFFERS,
    ...CUSTOM_ROLE,
  },
  'team-missing': {
    title: 'Missing team',
    risk: 'low',
    severity: 'error',
    meaning:
      'The policy lists a team that the account does not have. Its members are not reported one by one.',
    remedy: 'Create the team (Settings, Teams), or remove it from the policy.',
    example: 'The policy lists the team `tier 1`, but the account has no team with this name.',
    ...GROUP_MISSING,
  },
  'team-unexpected': {
    title: 'Unexpected team',
    risk: 'medium',
    severity: 'error',
    meaning: `The account has a team that is not in the policy. From Chatwoot ${SINCE.access} on, its members can open and answer every conversation assigned to the team. Its members are not reported one by one.`,
    remedy:
      'Delete the team (Settings, Teams), add it to the policy, or ignore it with a pattern in `scope.ignore.teams`.',
    example: 'The account has a team night shift, but the policy does not list it under `teams`.',
    ...GROUP_UNEXPECTED,
  },
  'team-differs': {
    title: 'Different team settings',
    risk: 'low',
    severity: 'error',
    meaning: 'The description or the automatic assignment of a team is not as in the policy.',
    remedy: 'Change the team in Chatwoot (Settings, Teams), or change its settings in the policy.',
    example:
      'The policy has `auto_assign: true` for the team billing, but on the account it is off.',
    ...GROUP_DIFFERS,
  },
  'member-missing': {
    title: 'Missing team member',
    risk: 'low',
    severity: 'error',
    meaning: 'The policy lists a person in a team, but the person is not a member of the team.',
    remedy:
      'Add the person to the team (Settings, Teams), or remove the person from the team in the policy. If the person is not on the account, invite the person first.',
    example:
      'The policy lists grace@acme.com in the team billing, but on the account grace is not a member of it.',
    ...MEMBER_MISSING,
  },
  'member-unexpected': {
    title: 'Unexpected team member',
    risk: 'medium',
    severity: 'error',
    meaning: `A person is a member of a team, but the policy does not list the person in this team. From Chatwoot ${SINCE.access} on, a member can open and answer every conversation assigned to the team.`,
    remedy:
      'Remove the person from the team (Settings, Teams), or add the person to the team in the policy.',
    example:
      'sam@acme.com is a member of the team billing on the account. The policy lists sam, but not in this team.',
    ...MEMBER_UNEXPECTED,
  },
  'member-ghost': {
    title: 'Ghost in a team',
    risk: 'low',
    meaning:
      'A person who left the account is still in the member list of a team, because the server has not finished its clean-up. Such a "ghost" is not a member and cannot sign in to the account.',
    remedy:
      'Wait: a background job on the server removes it, usually within minutes. If it is still there after some hours, check the background jobs (Sidekiq) of the server.',
    example:
      'gone@acme.com was removed from the account a minute ago, but the member list of the team billing still contains gone.',
    about: ['member'],
    ...DIFFERS,
    severity: 'warning',
    pointsTo: 'a shared line',
    fixedBy: 'nothing',
    recordedBy: 'never',
  },
  'inbox-missing': {
    title: 'Missing inbox',
    risk: 'medium',
    severity: 'error',
    meaning:
      'The policy lists an inbox that the account does not have: no inbox has this name or this id. Its members are not reported one by one.',
    remedy:
      'If the inbox was renamed, correct the name in the policy. If it was deleted, remove it from the policy. To create it, use Chatwoot (Settings, Inboxes, Add Inbox): rollcall never creates an inbox.',
    example:
      'The policy lists the inbox `Support mail`, but the account has no inbox with this name.',
    ...GROUP_MISSING,
  },
  'inbox-unexpected': {
    title: 'Unexpected inbox',
    risk: 'medium',
    severity: 'error',
    meaning:
      'The account has an inbox that is not in the policy: a new way for messages to come in, and a new list of people who read them. Its members are not reported one by one.',
    remedy:
      'Add the inbox to the policy, or ignore it with a pattern in `scope.ignore.inboxes`. If nobody needs it, delete it in Chatwoot (Settings, Inboxes). This also deletes its conversations, so rollcall never deletes an inbox.',
    example:
      'The account has an inbox Trial chat, but the policy does not list it under `inboxes`.',
    ...GROUP_UNEXPECTED,
  },
  'inbox-differs': {
    title: 'Different inbox settings',
    risk: 'low',
    severity: 'error',
    meaning:
      'The channel or the automatic assignment of an inbox is not as in the policy, or the inbox with the id in the policy has another name.',
    remedy:
      'Change the inbox in Chatwoot (Settings, Inboxes), or change it in the policy. The channel of an inbox never changes: another channel means that this is another inbox.',
    example:
      'The policy has `auto_assign: true` for the inbox Website, but on the account it is off.',
    ...GROUP_DIFFERS,
  },
  'inbox-member-missing': {
    title: 'Missing inbox member',
    risk: 'low',
    severity: 'error',
    meaning: 'The policy lists a person in an inbox, but the person is not a member of the inbox.',
    remedy:
      'Add the person to the inbox (Settings, Inboxes, Collaborators), or remove the person from the inbox in the policy. If the person is not on the account, invite the person first.',
    example:
      'The policy lists grace@acme.com in the inbox Website, but on the account grace is not a member of it.',
    ...MEMBER_MISSING,
  },
  'inbox-member-unexpected': {
    title: 'Unexpected inbox member',
    risk: 'high',
    severity: 'error',
    meaning:
      'A person is a member of an inbox, but the policy does not list the person in this inbox. An agent who is a member can read every conversation of the inbox. For an administrator the risk is low: administrators reach every inbox anyway.',
    remedy:
      'Remove the person from the inbox (Settings, Inboxes, Collaborators), or add the person to the inbox in the policy.',
    example:
      'sam@acme.com is a member of the inbox Website on the account. The policy lists sam, but not in this inbox.',
    ...MEMBER_UNEXPECTED,
  },
  'waiver-expired': {
    title: 'Expired waiver',
    risk: 'high',
    severity: 'error',
    meaning:
      'The last day of a waiver has passed, but the finding that it accepted still exists. The finding counts again.',
    remedy:
      'Fix the finding and remove the waiver. To keep the waiver, write a later date in `expires`, and in `reason` who agreed to it.',
    example:
      'A waiver accepts old-admin@acme.com as administrator until 2027-01-15. It is 16 January, and old-admin is still an administrator.',
    ...WAIVER,
  },
  'waiver-unused': {
    title: 'Unused waiver',
    risk: 'low',
    meaning:
      'A waiver accepts nothing: no finding has its code and address, or its address is a pattern that matches only critical findings, which a pattern never accepts. The finding was fixed, or the waiver has a typo.',
    remedy:
      'Remove the waiver, or correct its `finding` and `address`. If you leave it, it accepts the same finding when it comes back.',
    example:
      'A waiver accepts old-admin@acme.com as administrator, but old-admin became an agent yesterday.',
    ...WAIVER,
    severity: 'warning',
  },
  'waiver-expires-soon': {
    title: 'Waiver expires soon',
    risk: 'low',
    meaning:
      'A waiver ends soon: within two weeks, unless the policy sets another number of days. From the day after its last day, the finding that it accepts counts again.',
    remedy: "Ask the waiver's owner to fix the finding before then, or to extend `expires`.",
    example:
      'A waiver accepts old-admin@acme.com as administrator until 2027-01-15, and it is 10 January.',
    ...WAIVER,
    severity: 'warning',
  },
} as const satisfies Record<string, FindingRecord>

export type FindingCode = keyof typeof FINDINGS

export const FINDING_CODES = Object.keys(FINDINGS) as readonly FindingCode[]

export function isFindingCode(text: string): text is FindingCode {
  return Object.hasOwn(FINDINGS, text)
}

/** Whether each finding of that code is critical, whatever it is about. */
export function isAlwaysCritical(code: string): boolean {
  return isFindingCode(code) && FINDINGS[code].risk === 'critical'
}
