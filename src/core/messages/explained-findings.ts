/** An example of every finding, for `rollcall explain` alone: no run that judges loads this. */
import type { FindingCode } from './finding.ts'

export const FINDING_EXAMPLES: Readonly<Record<FindingCode, string>> = {
  'admin-unexpected':
    'The policy lists `old-admin@acme.com: agent`, and on the account old-admin is still administrator.',
  'agent-unexpected':
    'sam@acme.com is an agent on the account, and no line of the policy names sam.',
  'agent-missing': 'The policy lists `hedy@acme.com: agent`, and nobody has invited hedy yet.',
  'role-differs':
    'The policy lists `barbara@acme.com: administrator`, and on the account barbara is an agent.',
  'custom-role-differs':
    'The policy gives ken@acme.com `custom_role: Billing clerk`, and on the account ken has none: ken may do all that an agent may.',
  'admin-with-custom-role':
    'The policy lists `lee@acme.com: administrator`, and on the account lee is administrator with the custom role "Billing clerk".',
  'agent-name-differs':
    'The policy says `name: Grace Hopper` of grace@acme.com, and on the account grace is called "grace".',
  'invite-pending':
    'The policy lists `linus@acme.com: agent`, and linus has not accepted the invitation.',
  'invite-unexpected':
    'eve@vendor.io was invited as an agent, and no line of the policy names eve.',
  'access-expired':
    'The policy says `expires: 2027-01-31` of temp@vendor.io, it is the first of February, and temp is still on the account.',
  'access-expires-soon':
    'The policy says `expires: 2027-01-31` of temp@vendor.io, and it is the twentieth of January.',
  'rule-administrators':
    'The policy says `administrators: { min: 2 }`, and ada@acme.com is the only administrator who accepted the invitation.',
  'rule-email-domain':
    'The policy says `email_domains: [acme.com]`, and vic@vendor.io is on the account.',
  'rule-team-members':
    'The policy says `team_members: { min: 2 }`, and ada@acme.com is alone in the team billing.',
  'team-missing': 'The policy lists the team `tier 1`, and the account has none of that name.',
  'team-unexpected':
    'The account has a team night shift, and no line under `teams` of the policy names it.',
  'team-differs':
    'The policy says `auto_assign: true` of the team billing, and on the account it is off.',
  'member-missing':
    'The policy lists grace@acme.com in the team billing, and on the account grace is not a member of it.',
  'member-unexpected':
    'sam@acme.com is a member of the team billing on the account, and the policy lists sam, but not there.',
  'member-ghost':
    'gone@acme.com was removed from the account a minute ago, and the list of the team billing still has gone.',
  'waiver-expired':
    'A waiver accepts old-admin@acme.com as administrator until 2027-01-15, it is the sixteenth, and old-admin is still administrator.',
  'waiver-unused':
    'A waiver accepts old-admin@acme.com as administrator, and since yesterday old-admin is an agent.',
  'waiver-expires-soon':
    'A waiver accepts old-admin@acme.com as administrator until 2027-01-15, and it is the tenth of January.',
}
