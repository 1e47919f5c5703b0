/**
 * Everything that can go wrong, one record each: who must act, whether running again may help, and
 * the text of `rollcall explain`. The file is long because the list must stay in one place.
 */

/** Who must act when there is no verdict. */
export type Cause =
  | 'usage'
  | 'policy'
  | 'settings'
  | 'token'
  | 'network'
  | 'server'
  | 'incomplete'
  | 'guard'
  | 'output'
  | 'internal'

export interface DiagnosticRecord {
  readonly cause: Cause
  readonly severity: 'error' | 'warning'
  /** Whether running again without a change may help. */
  readonly retryable: boolean
  /** What else it says, for the code that reads an account or checks a connection. */
  readonly shows:
    | 'tls'
    | 'redirect'
    | 'the token arrived'
    | 'a role that is too weak'
    | 'a part that is not shown'
    | 'lists that disagree'
    | 'nothing'
  readonly meaning: string
  /** The next step. A message without its own advice shows this. */
  readonly remedy: string
  readonly example: string
}

const lasting = (cause: Cause, shows: DiagnosticRecord['shows'] = 'nothing') =>
  ({ cause, severity: 'error', retryable: false, shows }) as const
const passing = (cause: Cause, shows: DiagnosticRecord['shows'] = 'nothing') =>
  ({ cause, severity: 'error', retryable: true, shows }) as const
const warning = (cause: Cause) =>
  ({ cause, severity: 'warning', retryable: false, shows: 'nothing' }) as const

const CHANGING =
  'If the account is being changed right now, run again in a few minutes. Otherwise look for a cache between rollcall and Chatwoot.'

export const DIAGNOSTICS = {
  'usage-command': {
    ...lasting('usage'),
    meaning: 'The first argument on the command line is not a command of rollcall.',
    remedy: 'Run `rollcall --help` to see the commands.',
    example: '`rollcall pln`',
  },
  'usage-option': {
    ...lasting('usage'),
    meaning: 'An option is unknown, has no value, or has an invalid value.',
    remedy: 'Run the command with `--help` to see its options.',
    example: '`rollcall plan --format xml`',
  },
  'usage-argument': {
    ...lasting('usage'),
    meaning: 'An argument on the command line is unexpected, missing, or invalid.',
    remedy: 'Correct or remove the argument that the message names.',
    example: '`rollcall schema polcy`',
  },
  'usage-allow': {
    ...lasting('usage'),
    meaning:
      'An `--allow` does not name a step, needs an address, or is not needed by any step of the plan.',
    remedy: 'Run `rollcall plan --approval` to see which `--allow` each step needs.',
    example: '`rollcall apply --allow remove-agent`, without the address of a person.',
  },
  'policy-not-found': {
    ...lasting('policy'),
    meaning: 'There is no file or folder with this name, or the folder contains no policy.',
    remedy:
      'Check the name and the working directory. Run `rollcall init` to create a first policy.',
    example: '`rollcall plan rolcall.yaml`',
  },
  'policy-unreadable': {
    ...lasting('policy'),
    meaning: 'The policy exists but cannot be read.',
    remedy: 'Give the user who runs rollcall permission to read it, or name another file.',
    example: 'A policy that only root can read.',
  },
  'policy-skipped': {
    ...warning('policy'),
    meaning:
      'The folder of policies also contains sub-folders or files with another file ending. rollcall does not read them.',
    remedy:
      'If one of them is a policy or contains one, name it on the command line too. If not, ignore this warning.',
    example: 'The folder `policies` contains `acme.yaml`, and `beta.yaml` in a sub-folder.',
  },
  'policy-too-large': {
    ...lasting('policy'),
    meaning: 'The policy file is larger than 8 MiB.',
    remedy:
      'Check that this is the right file. A policy with 100,000 agents is smaller than this limit.',
    example: 'A log file was named instead of a policy.',
  },
  'policy-encoding': {
    ...lasting('policy'),
    meaning: 'The policy file is not valid UTF-8.',
    remedy: 'Save the file as UTF-8.',
    example: 'A policy saved as UTF-16 on Windows.',
  },
  'policy-syntax': {
    ...lasting('policy'),
    meaning:
      'The policy is not valid YAML, or uses a YAML feature that is not allowed in a policy.',
    remedy: 'Correct the line that the message names.',
    example: 'A bracket that is not closed.',
  },
  'policy-documents': {
    ...lasting('policy'),
    meaning: 'The file contains more than one YAML document.',
    remedy: 'Put each policy into its own file, or remove the `---` or `...` line.',
    example: 'A line `---` in the middle of a policy.',
  },
  'policy-alias': {
    ...lasting('policy'),
    meaning: 'The policy uses a YAML anchor or alias.',
    remedy: 'Write the value out in each place.',
    example: '`billing: *everybody`',
  },
  'policy-merge-key': {
    ...lasting('policy'),
    meaning: 'The policy uses a YAML merge key.',
    remedy: 'Write the merged keys out.',
    example: '`<<: *defaults`',
  },
  'policy-key-type': {
    ...lasting('policy'),
    meaning: 'A key is not a string.',
    remedy: 'Put the key in quotes.',
    example: 'A team written as `2024: []`.',
  },
  'policy-duplicate-key': {
    ...lasting('policy'),
    meaning: 'A key appears twice in the same map.',
    remedy: 'Keep one of them, or move both values under one key.',
    example: '`role:` twice in the entry of one person.',
  },
  'policy-unknown-key': {
    ...lasting('policy'),
    meaning: 'A key is unknown in this place. Usually it is a typo.',
    remedy: 'Correct or remove the key.',
    example: '`mebers: [ada@acme.com]`',
  },
  'policy-missing-key': {
    ...lasting('policy'),
    meaning: 'A required key is missing.',
    remedy: 'Add the key that the message names.',
    example: 'A team with a description but without `members`.',
  },
  'policy-empty-key': {
    ...lasting('policy'),
    meaning: 'A key has no value. This could mean "none" or "not managed".',
    remedy: 'Write a value, write `{}` or `[]` for none, or remove the key.',
    example: '`teams:` with nothing below it.',
  },
  'policy-value': {
    ...lasting('policy'),
    meaning: 'A key has an invalid value.',
    remedy: 'Use a value that the message allows.',
    example: '`role: admin`',
  },
  'policy-duplicate-entry': {
    ...lasting('policy'),
    meaning:
      'Two entries mean the same thing: a person, a team, an inbox or a custom role that the policy lists already, or an account that the fleet file lists already.',
    remedy: 'Keep one of them.',
    example: '`Ada@acme.com` and `ada@acme.com`.',
  },
  'policy-undeclared-member': {
    ...lasting('policy'),
    meaning: 'A team or an inbox has a member who is not listed under `agents`.',
    remedy: 'Add the person to `agents`, or remove the person from the team or inbox.',
    example: 'A colleague was added only to a team.',
  },
  'policy-undeclared-custom-role': {
    ...lasting('policy'),
    meaning: 'A person has a `custom_role` that is not listed under `custom_roles`.',
    remedy: 'Add the custom role to `custom_roles`, or correct `custom_role` of the person.',
    example: '`custom_role: Clerk`, and `custom_roles` lists only Billing clerk.',
  },
  'policy-declared-and-ignored': {
    ...lasting('policy'),
    meaning:
      'The policy lists a person, a team or an inbox, but one of its patterns ignores the same one.',
    remedy: 'Remove the entry, or make the pattern narrower.',
    example: 'bot@hooks.io is listed, and `*@hooks.io` is ignored.',
  },
  'policy-no-administrator': {
    ...lasting('policy'),
    meaning:
      'The policy lists agents but no administrator, or the access of every administrator has ended.',
    remedy: 'Give at least one person whose access has not ended the role `administrator`.',
    example: 'The only administrator has `expires: 2027-01-31`, and it is February.',
  },
  'policy-nothing-managed': {
    ...lasting('policy'),
    meaning: 'The policy has none of the keys `agents`, `custom_roles`, `teams` and `inboxes`.',
    remedy: 'Add at least one of them.',
    example: 'A policy that contains only `version: 1`.',
  },
  'policy-critical-finding': {
    ...lasting('policy'),
    meaning:
      'The policy lowers the severity of a finding that is always critical, or waives it with a pattern.',
    remedy: 'Remove the line, or write a waiver with the exact address.',
    example: '`severity: { admin-unexpected: off }`',
  },
  'policy-waiver-too-long': {
    ...lasting('policy'),
    meaning: 'A waiver ends later than `rules.waiver_max_days` allows.',
    remedy: 'Write an earlier date. You can extend the waiver when that date comes.',
    example: 'A waiver for two years when 90 days are allowed.',
  },
  'policy-same-account': {
    ...lasting('policy'),
    meaning: 'Two policies in one run are for the same account.',
    remedy: 'Merge them, or correct `account` or `server` in one of them.',
    example: 'Two files in a folder have `account: 1`.',
  },
  'policy-ambiguous-custom-role': {
    ...lasting('policy'),
    meaning: 'The account has several custom roles with the name in the policy.',
    remedy:
      'Write the id of the custom role, `custom_role: {id: …}` or `id: …` under `custom_roles`, or rename one of them.',
    example: '`custom_role: Clerk`, and the account has two custom roles named Clerk.',
  },
  'policy-ambiguous-inbox': {
    ...lasting('policy'),
    meaning: 'The account has several inboxes with the name in the policy.',
    remedy: 'Write the id of the inbox, `id: …`, or rename one of them.',
    example: '`Support mail: [ada@acme.com]`, and the account has two inboxes named Support mail.',
  },
  'snapshot-unreadable': {
    ...lasting('incomplete'),
    meaning: 'The file cannot be read, or is not a complete snapshot made by rollcall.',
    remedy: 'Create a new one with `rollcall snapshot -o FILE`, or name another file.',
    example: '`rollcall plan --snapshot report.json`',
  },
  'report-unreadable': {
    ...lasting('incomplete'),
    meaning:
      'The earlier report of `--since` cannot be read, is not a JSON report of `rollcall plan`, or was written by a newer version.',
    remedy:
      'Use a file that `rollcall plan --report json=FILE` wrote. For the first run, add --since-if-exists.',
    example: '`rollcall plan --since snapshot.json`',
  },
  'report-account-missing': {
    ...warning('incomplete'),
    meaning:
      'The earlier report of `--since` has an account that is not part of this run, so this run cannot say what happened to its findings.',
    remedy:
      'If nobody removed the account on purpose, add it to the run again. If its server has a new address, its findings count as new.',
    example: 'Somebody deleted the policy of an account, or removed it from the fleet file.',
  },
  'report-missing': {
    ...warning('incomplete'),
    meaning: 'There is no earlier report to compare with, and `--since-if-exists` allows this.',
    remedy: 'If this is not the first run, find out why the last report was not kept.',
    example: 'The first night of a job with `--since last.json --since-if-exists`.',
  },
  'roster-unreadable': {
    ...lasting('incomplete'),
    meaning:
      'The roster cannot be read, or does not say clearly who is active. A guess could hide somebody who has left.',
    remedy: 'Correct the file at the place that the message names, or export it again.',
    example: '`rollcall plan --roster people.csv`, and people.csv has no column with a status.',
  },
  'snapshot-too-old': {
    ...lasting('incomplete'),
    meaning:
      'The snapshot is older than `--max-age` allows, or older than the review that you want to close.',
    remedy: 'Take a new snapshot, or allow a greater age.',
    example: '`rollcall plan --snapshot acme.json --max-age 7d`, eight days later.',
  },
  'review-changed': {
    ...lasting('incomplete'),
    meaning: 'A file of the review was changed, removed or added after the review was created.',
    remedy: 'Restore the folder from your copy, or create the review again.',
    example: 'decisions.csv was filled in inside the folder, not in a copy.',
  },
  'review-clocks': {
    ...warning('incomplete'),
    meaning:
      'The clock of the server and the clock of the machine that made the review differ by more than five minutes, so one of them is wrong.',
    remedy:
      'Find out which clock is wrong before you rely on the times of the review. MANIFEST.json has both, under `clocks`.',
    example: 'The clock of a CI runner is not synchronised, or somebody has changed it.',
  },
  'review-clock-turned-back': {
    ...passing('incomplete'),
    meaning:
      'The clock of the machine was turned back while the account was read, or is behind the times of the files of the review, so the times would contradict each other.',
    remedy: 'Run again. If it happens again, synchronise the clocks of the machines with NTP.',
    example: 'NTP corrected the clock of a CI runner during the run.',
  },
  'review-decision': {
    ...lasting('incomplete'),
    meaning: 'Some people have no decision, or a decision is invalid.',
    remedy: 'Correct the row that the message names, in your copy of decisions.csv.',
    example: 'A person decided about their own access.',
  },
  'review-form': {
    ...lasting('incomplete'),
    meaning:
      'The filled-in form does not show what the review shows: a column is missing, or a fact about a person was changed.',
    remedy: 'Copy the row from decisions.csv of the review, and fill it in again.',
    example: 'The column `role` says agent, but the person was an administrator.',
  },
  'review-reviewer': {
    ...lasting('incomplete'),
    meaning: 'A decision was made by a person who may not decide.',
    remedy:
      'Ask another person to decide, or add the address of this one to the file of `--reviewers`.',
    example: 'An administrator who is not in the policy decided about others.',
  },
  'review-note': {
    ...warning('incomplete'),
    meaning: 'The review is valid, but an auditor will ask about this.',
    remedy: 'Write down the answer, and keep it with the review.',
    example: 'Two people decided only about each other.',
  },
  'journal-unreadable': {
    ...lasting('incomplete'),
    meaning:
      'The file is not a complete journal of an apply, it belongs to another account, or it is older than the review.',
    remedy: 'Use the file that `rollcall apply --journal` wrote, without changes.',
    example: 'A line was removed from the journal.',
  },
  'settings-fleet-unreadable': {
    ...lasting('settings'),
    meaning: 'The fleet file of `--fleet` cannot be read.',
    remedy: 'Correct the name after --fleet, or give your user permission to read the file.',
    example: '`rollcall plan --fleet flet.yaml`',
  },
  'settings-fleet-invalid': {
    ...lasting('settings'),
    meaning:
      'The fleet file is not valid YAML, or a key or a value in it is invalid. rollcall then reads no account.',
    remedy: 'Correct the fleet file, then run `rollcall validate --fleet FILE`.',
    example: 'Two accounts with the same name, or an account without a token.',
  },
  'snapshot-missing': {
    ...lasting('incomplete'),
    meaning:
      'The folder of `--snapshots` contains no snapshot of this account: its shard did not run, or was stopped.',
    remedy: 'Run `rollcall snapshot --fleet` for its shard again.',
    example: 'One of four shards was stopped before it read its accounts.',
  },
  'snapshot-twice': {
    ...lasting('incomplete'),
    meaning: 'The folder of `--snapshots` contains more than one result for this account.',
    remedy: 'Use an empty folder for each run.',
    example: 'An account has a snapshot in two sub-folders.',
  },
  'snapshot-foreign': {
    ...lasting('incomplete'),
    meaning:
      'The snapshot was not taken for this account of this fleet file: it is from another server or another account, or it was taken with another version of the fleet file.',
    remedy: 'Take the snapshots and plan with the same fleet file.',
    example: 'An account was added to the fleet file after the snapshots were taken.',
  },
  'snapshot-extra': {
    ...warning('incomplete'),
    meaning:
      'The folder of `--snapshots` contains a file that belongs to no account of the fleet file.',
    remedy: 'Remove the file, or add its account to the fleet file.',
    example: 'An account was removed from the fleet file, and its old snapshot is still there.',
  },
  'settings-missing': {
    ...lasting('settings'),
    meaning: 'The server, the account or the token is not set.',
    remedy: 'Set each one with the option or the environment variable that the message names.',
    example: 'CHATWOOT_API_TOKEN is not set.',
  },
  'settings-invalid': {
    ...lasting('settings'),
    meaning: 'A setting has an invalid value.',
    remedy: 'Correct the setting that the message names.',
    example: '`--base-url chat.acme.com` without a scheme.',
  },
  'settings-conflict': {
    ...lasting('settings'),
    meaning: 'Two settings, or a setting and the policy or a snapshot, contradict each other.',
    remedy: 'Decide which one is right, and correct the other one.',
    example: 'The policy has `account: 2`, and `--account-id` is 1.',
  },
  'settings-insecure': {
    ...lasting('settings'),
    meaning: 'The token would be sent unencrypted (http) to another machine.',
    remedy: 'Use https://, or add --insecure-http to accept this.',
    example: '`--base-url http://chat.acme.com`',
  },
  'settings-token-on-command-line': {
    ...warning('settings'),
    meaning:
      'The token was given on the command line, where other users of the machine can read it.',
    remedy: 'Use CHATWOOT_API_TOKEN or --api-token-file.',
    example: '`rollcall plan --chatwoot-api-token ...`',
  },
  'settings-unused': {
    ...warning('settings'),
    meaning: 'An option says how to read a server, but this run reads a snapshot and no server.',
    remedy: 'Remove the option. To read the server, remove --snapshot or --snapshots.',
    example: '`rollcall plan --snapshot snapshot.json --timeout 10m`',
  },
  'settings-not-chatwoot': {
    ...lasting('settings'),
    meaning: 'There is a server at the base URL, but it is not a Chatwoot API.',
    remedy: 'Check the base URL: scheme, host, port and path.',
    example: 'The base URL is the address of the company website.',
  },
  'settings-redirect': {
    ...lasting('settings', 'redirect'),
    meaning:
      'The server redirects to another address or to another page, and rollcall does not send the token there. Or it redirects in a loop.',
    remedy:
      'If the address in the message is that of your Chatwoot, use it as the base URL. If a gateway asks for a sign-in, configure it to allow requests to /api.',
    example: 'http redirects to https on another host.',
  },
  'account-unknown': {
    ...lasting('settings'),
    meaning: 'The server has no account with this id.',
    remedy:
      'Correct the account id. The dashboard shows it in its URL: /app/accounts/ID/dashboard.',
    example: '`--account-id 11` instead of 1.',
  },
  'account-suspended': {
    ...lasting('settings'),
    meaning: 'The operator of the installation has suspended the account.',
    remedy: 'Check the account id. A super administrator can set the account to active again.',
    example: 'An account whose subscription has ended.',
  },
  'token-not-received': {
    ...lasting('token'),
    meaning: 'The server answered as if the request had no token.',
    remedy:
      'rollcall sends the token in the header Api-Access-Token. Configure the proxy in front of Chatwoot to forward this header (check header allow-lists; in nginx, set underscores_in_headers on if the proxy renames it to api_access_token).',
    example: 'A proxy that removes headers that it does not know.',
  },
  'token-unknown': {
    ...lasting('token', 'the token arrived'),
    meaning: 'The server does not know the token.',
    remedy:
      'Copy the access token again from the Profile settings in the dashboard of this server. It may have been reset, or may be from another installation.',
    example: 'The token was reset yesterday.',
  },
  'token-of-a-bot': {
    ...lasting('token', 'the token arrived'),
    meaning:
      'The token does not belong to a person. It belongs to an agent bot, a platform app or a deleted user.',
    remedy: 'Use the access token from the Profile settings of a person who is on the account.',
    example: 'The token of an agent bot.',
  },
  'token-not-a-member': {
    ...lasting('token'),
    meaning: 'Chatwoot refuses access because the owner of the token is not on this account.',
    remedy:
      'Check the account id, or add the user to the account. A super administrator who is not on the account also gets this answer.',
    example: 'A user of another account on the same server.',
  },
  'token-refused': {
    ...lasting('token', 'a part that is not shown'),
    meaning: 'Chatwoot, or something in front of it, refused a request with this token.',
    remedy:
      'The message shows the reason: the rights of the owner of the token, the subscription of the account, two-factor authentication, or a firewall.',
    example: 'The subscription of the account does not include API access.',
  },
  'token-owner-at-risk': {
    ...warning('token'),
    meaning: 'The changes in the plan would remove or demote the owner of the token.',
    remedy: 'Use the token of a person who stays, or add the owner to the policy.',
    example: 'The token belongs to an administrator who is not in the policy.',
  },
  'network-refused': {
    ...passing('network'),
    meaning:
      'rollcall cannot connect to the host and port of the base URL: no server is running there, or this machine cannot reach it.',
    remedy:
      'Check the host and port, and that the server is running. To wait longer for a server that is restarting, use `--retry-for`.',
    example: '`--base-url http://127.0.0.1:3001`, but no server is running there.',
  },
  'network-name': {
    ...passing('network'),
    meaning: 'The host name could not be resolved.',
    remedy: 'Check the spelling of the base URL and the DNS settings of this machine.',
    example: '`https://chatt.acme.com`',
  },
  'network-tls': {
    ...lasting('network', 'tls'),
    meaning:
      'There is no trusted https connection: the certificate is not trusted, or the server does not use https.',
    remedy:
      'Renew the certificate, trust its issuer (`--ca-file` or NODE_EXTRA_CA_CERTS), or correct the scheme and port. You cannot turn this check off.',
    example: 'A certificate that expired yesterday.',
  },
  'network-proxy': {
    ...lasting('network'),
    meaning:
      'rollcall could not reach the proxy, or the proxy did not connect to the server. The message names the proxy and the environment variable that sets it.',
    remedy: 'Correct this variable, or add the server to NO_PROXY to connect without a proxy.',
    example: 'A proxy that requires a password.',
  },
  'network-reset': {
    ...passing('network'),
    meaning: 'The connection was closed without an answer, or the answer was not HTTP.',
    remedy: 'Run again. If you get it again, check the scheme and port of the base URL.',
    example: 'The server was restarted during the run.',
  },
  'network-truncated': {
    ...passing('network'),
    meaning: 'An answer ended too early.',
    remedy:
      'Run again. If you get it again, check the timeouts and size limits of the proxy in front of Chatwoot.',
    example: 'A proxy that cuts off long answers.',
  },
  'network-deadline': {
    ...passing('network'),
    meaning: 'rollcall could not read the account in the allowed time.',
    remedy:
      'Run again, or allow more time with `--timeout`. If you use `--max-rpm`, you can also raise it.',
    example: '500 teams and `--timeout 5s`.',
  },
  'server-error': {
    ...passing('server'),
    meaning: 'The server failed (5xx or 408), and failed again when rollcall retried.',
    remedy:
      'Run again. If you get it again, search the server log for the request id. To wait longer for a server that is restarting, use `--retry-for`.',
    example: '502 from the proxy while the server is restarting.',
  },
  'server-rate-limit': {
    ...passing('server'),
    meaning:
      'The server refuses more requests for now (429). The wait would be longer than `--timeout` allows, or it did not help.',
    remedy:
      'Run again later, allow more time with --timeout, send fewer requests with --max-rpm, or raise RACK_ATTACK_LIMIT (or set RACK_ATTACK_ALLOWED_IPS) on the server.',
    example: 'Several jobs run behind one IP address, and the limit is per IP address.',
  },
  'server-refused': {
    ...lasting('server'),
    meaning: 'The server refused a request that it should accept (another 4xx status).',
    remedy:
      'If the server gave a reason, the message shows it. The server log has more details under the request id.',
    example: '400 from a gateway that does not accept a header.',
  },
  'server-not-found': {
    ...lasting('server', 'a part that is not shown'),
    meaning: 'The server does not have what rollcall requested.',
    remedy: 'Check that this version of Chatwoot is supported.',
    example: 'A very old Chatwoot without teams.',
  },
  'server-shape': {
    ...lasting('server'),
    meaning: 'The server sent an answer that does not match the Chatwoot API.',
    remedy:
      'Check whether a proxy changes the answers. If not, report this with the version of Chatwoot.',
    example: 'The list of agents is not a list.',
  },
  'read-contradiction': {
    ...passing('incomplete', 'lists that disagree'),
    meaning:
      'Two answers of the server contradict each other, and still do after rollcall read them again.',
    remedy: CHANGING,
    example: 'A member of a team who is not in the list of agents.',
  },
  'read-caller-missing': {
    ...lasting('incomplete', 'lists that disagree'),
    meaning:
      'The owner of the token is not in the list of agents, so the list is not complete; or the profile of the owner does not contain the account.',
    remedy: CHANGING,
    example: 'A proxy that shortens lists.',
  },
  'read-custom-roles': {
    ...lasting('incomplete', 'a role that is too weak'),
    meaning:
      'rollcall cannot find out whether a person has a custom role, or which custom roles the account has and what they permit. Only the token of an administrator shows this, and only if the server has the enterprise code.',
    remedy:
      'Use the token of an administrator. Or name custom roles by id, and remove `custom_roles` from the policy.',
    example: 'The policy has `custom_roles`, and the token belongs to an agent.',
  },
  'read-section': {
    ...lasting('incomplete', 'a role that is too weak'),
    meaning:
      'The policy has a section about something that was not read completely. Chatwoot shows an agent only their own inboxes, and does not say that there are others.',
    remedy:
      'Use the token of an administrator, or a snapshot that was taken with one, or remove the section from the policy.',
    example: 'The policy has `inboxes`, and the token belongs to an agent.',
  },
  'read-activity': {
    ...lasting('incomplete'),
    meaning:
      'A rule of the policy needs the audit log of the account, but the log was not read, or not far enough back. Possible reasons: the token does not belong to an administrator, the feature is off, the server has no enterprise code, `--activity-days` is too small, or the snapshot was taken without `--activity`.',
    remedy:
      'Use the token of an administrator, switch on the feature `audit_logs`, or take the snapshot with `rollcall snapshot --activity`. If none of this is possible, remove the rule from the policy.',
    example:
      'The policy has `rules: { dormant_days: 90 }`, and the job uses the token of an agent.',
  },
  'read-partial': {
    ...warning('incomplete'),
    meaning:
      'A part of the account was left out, because it was not read or the token shows only some of it.',
    remedy: 'Use the token of an administrator to read everything.',
    example: '`rollcall list` with the token of an agent: it has no inboxes.',
  },
  'read-paging': {
    ...lasting('incomplete', 'lists that disagree'),
    meaning:
      'A list may be only one page of a longer list: it has the typical length of a page, and page 2 contains a different list.',
    remedy:
      'If the account is being changed right now, run again. Otherwise this server splits its lists into pages, which rollcall does not support: update rollcall, or report the version of Chatwoot.',
    example: 'A list of 25 agents, and `?page=2` contains other people.',
  },
  'guard-run': {
    ...lasting('guard'),
    meaning:
      'An apply needs the token of an administrator, and a complete read of everything that the policy manages.',
    remedy:
      'Use the token of an administrator. To see what could not be read, and why, run `rollcall doctor --for apply`.',
    example: '`rollcall apply` for an account whose inboxes could not be read.',
  },
  'guard-administrators': {
    ...lasting('guard'),
    meaning:
      'The plan would leave too few administrators who count: fewer than `rules.administrators.min`, or none. If the account has fewer than the minimum already, it would have even fewer.',
    remedy:
      'Add another administrator first, and wait until the invitation is accepted. Then run again.',
    example: 'The last administrator of the policy who accepted the invitation would be demoted.',
  },
  'guard-token-owner': {
    ...lasting('guard'),
    meaning: 'The plan would change the access of the person who owns the token of this run.',
    remedy: 'Use the token of a user made for apply, who is in the policy.',
    example: 'The token belongs to ada@acme.com, and the policy does not list ada.',
  },
  'guard-protected': {
    ...lasting('guard'),
    meaning: 'The plan would change the access of somebody under `apply.protect` of the policy.',
    remedy: 'Make the change by hand, or remove the address from `apply.protect` first.',
    example: '`protect: [ada@acme.com]`, and ada would leave a team.',
  },
  'guard-rule': {
    ...lasting('guard'),
    meaning:
      'The plan would break a rule of the policy that the account follows now, or would make a broken rule worse.',
    remedy: 'Change the policy so that it follows its own rules, or change the rule.',
    example: 'The policy lists a fifth administrator, and `rules.administrators.max` is 4.',
  },
  'guard-losses': {
    ...lasting('guard'),
    meaning:
      'More people would lose access than the limit of one run allows. People whom `--allow` names with an address do not count.',
    remedy:
      'Check the people in the message. Then name them with `--allow`, or raise `--max-people` or `--max-share`. If `apply.limits` in the policy sets a lower limit, raise that too. People who lose access with a deleted team or a changed custom role cannot be named.',
    example: 'Four people would leave a team, and `--max-people` is 3.',
  },
  'guard-gains': {
    ...lasting('guard'),
    meaning: 'More people would gain access than the limit of one run allows.',
    remedy:
      'Check the plan. Then raise `--max-gain`. If `apply.limits` in the policy sets a lower limit, raise that too.',
    example: 'Eleven people would be invited, and `--max-gain` is 10.',
  },
  'guard-daily-limit': {
    ...lasting('guard'),
    meaning:
      'Chatwoot limits how many people an account can invite and remove in one day. The plan exceeds this limit.',
    remedy: 'Split the change over several days.',
    example: 'A plan with 51 removals.',
  },
  'guard-rename': {
    ...lasting('guard'),
    meaning:
      'The plan would remove one person and invite another who may be the same person with a new e-mail address.',
    remedy:
      'If it is one person, use the address on the account in the policy too, or correct the address in Chatwoot. If not, name both with `--allow`.',
    example: 'ken@acme.com would be removed, and ken@acme.io invited.',
  },
  'guard-return': {
    ...lasting('guard'),
    meaning:
      'Somebody would be invited who was removed a short time ago, or is about to be removed. Chatwoot removes people in a background job. If this job runs late, it also removes the new access.',
    remedy: 'Wait a day after the removal, then run again.',
    example: 'ken@acme.com was removed this morning, and is in the policy again.',
  },
  'guard-journals': {
    ...warning('guard'),
    meaning:
      'Somebody would be invited, and rollcall could not look in every earlier journal for people who were removed in the last 24 hours.',
    remedy: 'Check that you can read every journal in the folder of `--journal`.',
    example: '`rollcall apply` without `--journal`, with an invitation.',
  },
  'guard-custom-roles': {
    ...lasting('guard'),
    meaning:
      'The plan creates or gives a custom role, but the account does not have custom roles, or the server does not say whether it has them, or does not show them. Or it creates one, and a person has the id of a custom role that does not exist yet: they may get the new one.',
    remedy: 'Enable custom roles for the account, or remove them from the policy.',
    example: 'The subscription of the account was changed and no longer includes custom roles.',
  },
  'guard-saml-administrators': {
    ...warning('guard'),
    meaning:
      'Every administrator who counts signs in with SAML. Nobody can sign in if the identity provider fails.',
    remedy: 'Keep one administrator with a password.',
    example: 'The only administrator with a password would be demoted.',
  },
  'guard-saml-removals': {
    ...warning('guard'),
    meaning:
      'The account uses SAML, which creates people again when they sign in. Removing a person in Chatwoot does not prevent this.',
    remedy: 'Remove the person at the identity provider too.',
    example: 'sam@acme.com would be removed from an account with SAML.',
  },
  'usage-approval': {
    ...lasting('usage'),
    meaning: 'The value of `--approve` is neither an approval nor a report with one.',
    remedy: 'Copy the approval that `rollcall plan --approval` shows, or name its JSON report.',
    example: '`--approve yes`',
  },
  'guard-approval-expired': {
    ...lasting('guard'),
    meaning:
      'The approval has expired, or is valid for more than a day. rollcall never makes such a long approval.',
    remedy: 'Run `rollcall plan --approval`, check the plan, and use the new approval.',
    example: 'An approval from two days ago.',
  },
  'guard-approval-differs': {
    ...lasting('guard'),
    meaning:
      'The approval is for another plan: the account, the policy, the options or the version of rollcall have changed since.',
    remedy:
      'Run `rollcall plan --approval` with the same options, check the plan, and use the new approval.',
    example: 'Somebody joined a team after the plan was approved.',
  },
  'apply-incomplete': {
    ...lasting('incomplete'),
    meaning:
      'An apply stopped before its end, or a step failed or is unknown. So the account as it was read afterwards has no verdict.',
    remedy: 'Read what became of each step. Then run `rollcall plan`.',
    example: 'The server refused one of two steps.',
  },
  'account-not-exportable': {
    ...lasting('settings'),
    meaning: 'The account cannot be exported as a valid policy.',
    remedy: 'Give the account an administrator, or correct the name that the message shows.',
    example: '`rollcall export` of an account whose only administrator has left.',
  },
  'policy-cannot-settle': {
    ...warning('policy'),
    meaning:
      'The exported policy is not in sync with the account: the message names findings that you can fix only in Chatwoot, not with a policy.',
    remedy: 'Run `rollcall explain` with the code of the finding, and fix it in Chatwoot.',
    example: 'A person has a custom role that belongs to another account.',
  },
  'policy-not-adopted': {
    ...lasting('policy'),
    meaning: 'Drift was not adopted into the policy.',
    remedy:
      'Name what you want to adopt (for an administrator, with --reason), or edit the policy by hand.',
    example: '`rollcall adopt agent/eve@acme.com`, and eve is an administrator.',
  },
  'policy-not-changed': {
    ...lasting('policy'),
    meaning: 'A person was not removed from the policy, or a waiver was not added to it.',
    remedy: 'Do what the message says first, or edit the policy by hand.',
    example: '`rollcall remove ada@acme.com`, and ada is the last administrator of the policy.',
  },
  'output-exists': {
    ...lasting('output'),
    meaning: 'A file or folder that rollcall should write already exists. It was not changed.',
    remedy: 'Name another file, or use --force to overwrite it.',
    example: '`rollcall export -o rollcall.yaml`, run a second time.',
  },
  'output-failed': {
    ...lasting('output'),
    meaning: 'A file could not be written.',
    remedy: 'Correct the path or its permissions, or free some space, then run again.',
    example: 'The disk is full.',
  },
  'output-shortened': {
    ...warning('output'),
    meaning:
      'A report leaves out findings, because the program that reads it rejects a longer one.',
    remedy: 'Fix the findings in the report first, or read all of them with `--format json`.',
    example: '`--format sarif` for an account with more than 25,000 findings.',
  },
  'output-withheld': {
    ...warning('output'),
    meaning:
      'rollcall did not write this report, because an empty report would look like "no findings".',
    remedy: 'Find out why there is no verdict, and fix that.',
    example: '`--format sarif`, but the server cannot be reached.',
  },
  internal: {
    ...lasting('internal'),
    meaning: 'rollcall has a bug.',
    remedy: 'Report it, with the command that you ran.',
    example: 'An error that rollcall did not expect.',
  },
} as const satisfies Record<string, DiagnosticRecord>

export type DiagnosticCode = keyof typeof DIAGNOSTICS
