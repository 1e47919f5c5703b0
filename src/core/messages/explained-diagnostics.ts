/**
 * What every message means, what to do and an example, for `rollcall explain` alone: no run that
 * judges loads this. Longer than most because the catalogue is: one entry for each code.
 */
import type { DiagnosticCode } from './diagnostic.ts'

export interface ExplainedMessage {
  readonly meaning: string
  readonly remedy: string
  readonly example: string
}

export const MESSAGES: Readonly<Record<DiagnosticCode, ExplainedMessage>> = {
  'usage-command': {
    meaning: 'The first word of the command line is no command of rollcall.',
    remedy: 'Run `rollcall --help` for the commands.',
    example: '`rollcall pln`',
  },
  'usage-option': {
    meaning: 'An option is not known, lacks its value, or cannot have the value given.',
    remedy: 'Run the command with `--help` for its options.',
    example: '`rollcall plan --format xml`',
  },
  'usage-argument': {
    meaning:
      'A word of the command line is one too many, is missing, or names something that cannot be used.',
    remedy: 'Correct or leave out what the message names.',
    example: '`rollcall schema polcy`',
  },
  'policy-not-found': {
    meaning: 'There is no file or folder of that name, or no policy in the folder.',
    remedy: 'Check the name and the working directory. Run `rollcall init` for a first policy.',
    example: '`rollcall plan rolcall.yaml`',
  },
  'policy-unreadable': {
    meaning: 'A policy is there, but cannot be read.',
    remedy: 'Give the user of this run the right to read it, or name a file.',
    example: 'A policy that only root may read.',
  },
  'policy-skipped': {
    meaning:
      'A folder of policies also holds sub-folders or files with another ending. They are not read.',
    remedy: 'Name what holds a policy as well; rename a file to end in .yaml.',
    example: 'The folder `policies` holds `acme.yaml`, and `beta.yaml` in a sub-folder.',
  },
  'policy-too-large': {
    meaning: 'A policy has more than 8 MiB.',
    remedy: 'Check that this is the right file.',
    example: 'A log file was named instead of a policy.',
  },
  'policy-encoding': {
    meaning: 'A policy is no text in UTF-8.',
    remedy: 'Save the file as UTF-8.',
    example: 'A policy saved as UTF-16 on Windows.',
  },
  'policy-syntax': {
    meaning: 'A policy is no valid YAML, or uses a part of YAML that policies may not use.',
    remedy: 'Correct the line that the message names.',
    example: 'A bracket that is never closed.',
  },
  'policy-documents': {
    meaning: 'A file holds more than one YAML document.',
    remedy: 'Give each policy a file of its own.',
    example: 'A line `---` in the middle of a policy.',
  },
  'policy-alias': {
    meaning: 'A policy uses a YAML anchor or alias.',
    remedy: 'Write the value out where it is meant.',
    example: '`billing: *everybody`',
  },
  'policy-merge-key': {
    meaning: 'A policy uses a YAML merge key.',
    remedy: 'Write the entries out where they are meant.',
    example: '`<<: *defaults`',
  },
  'policy-key-type': {
    meaning: 'A key is no text.',
    remedy: 'Put the key in quotes.',
    example: 'A team written as `2024: []`.',
  },
  'policy-duplicate-key': {
    meaning: 'A key stands twice in one map.',
    remedy: 'Keep one of the two.',
    example: '`role:` twice in the entry of one person.',
  },
  'policy-unknown-key': {
    meaning: 'A key is not known at its place, mostly because it is misspelt.',
    remedy: 'Correct the key, or remove it.',
    example: '`mebers: [ada@acme.com]`',
  },
  'policy-missing-key': {
    meaning: 'A key that is required is not there.',
    remedy: 'Add the key that the message names.',
    example: 'A team with a description and without `members`.',
  },
  'policy-empty-key': {
    meaning: 'A key has nothing after it, which could mean none or not managed.',
    remedy: 'Write a value, `{}` or `[]` for none, or leave the key out.',
    example: '`teams:` and nothing below it.',
  },
  'policy-value': {
    meaning: 'A value is not what belongs at its place.',
    remedy: 'Write what the message says belongs there.',
    example: '`role: admin`',
  },
  'policy-duplicate-entry': {
    meaning:
      'Two entries mean the same person or team once they are written as Chatwoot stores them.',
    remedy: 'Keep one of the two.',
    example: '`Ada@acme.com` and `ada@acme.com`.',
  },
  'policy-undeclared-member': {
    meaning: 'A team has a member whom the policy does not list under `agents`.',
    remedy: 'List the person under `agents`, or take the person out of the team.',
    example: 'A colleague was added to a team only.',
  },
  'policy-declared-and-ignored': {
    meaning: 'The policy lists somebody or something that one of its patterns ignores.',
    remedy: 'Remove the entry, or narrow the pattern.',
    example: 'bot@hooks.io is listed, and `*@hooks.io` is ignored.',
  },
  'policy-no-administrator': {
    meaning:
      'A policy lists agents and no administrator, or the access of every administrator has ended.',
    remedy: 'Give at least one person the role `administrator` and access that has not ended.',
    example: 'The only administrator has `expires: 2027-01-31`, and it is February.',
  },
  'policy-nothing-managed': {
    meaning: 'A policy has neither `agents` nor `teams`.',
    remedy: 'Add one of the two.',
    example: 'A policy that only says `version: 1`.',
  },
  'policy-critical-finding': {
    meaning: 'A policy turns down a finding that is always critical, or waives it by a pattern.',
    remedy: 'Remove the line, or write a waiver with the exact address.',
    example: '`severity: { admin-unexpected: off }`',
  },
  'policy-waiver-too-long': {
    meaning: 'A waiver ends later than `rules.waiver_max_days` allows.',
    remedy: 'Write an earlier day.',
    example: 'A waiver for two years where 90 days are allowed.',
  },
  'policy-same-account': {
    meaning: 'Two policies of one run are about the same account.',
    remedy: 'Merge them, or correct `account` or `server` in one of them.',
    example: 'Two files in a folder say `account: 1`.',
  },
  'policy-ambiguous-custom-role': {
    meaning: 'The account has several custom roles of the name that the policy gives.',
    remedy: 'Write the custom role by its id, or rename one of them.',
    example: '`custom_role: Clerk`, and the account has two roles Clerk.',
  },
  'settings-missing': {
    meaning: 'Server, account or token are not known.',
    remedy: 'Give what the message names, as an option or in the environment.',
    example: 'CHATWOOT_API_TOKEN is not set.',
  },
  'settings-invalid': {
    meaning: 'A setting cannot be what it is.',
    remedy: 'Correct the setting that the message names.',
    example: '`--base-url chat.acme.com` without a scheme.',
  },
  'settings-conflict': {
    meaning: 'Two settings, or a setting and the policy or a snapshot, contradict each other.',
    remedy: 'Decide which one is meant and correct the other.',
    example: 'The policy says `account: 2`, and `--account-id` says 1.',
  },
  'settings-insecure': {
    meaning: 'The token would be sent over plain http to another machine.',
    remedy: 'Use https, or say `--insecure-http` if that network is yours alone.',
    example: '`--base-url http://chat.acme.com`',
  },
  'settings-token-on-command-line': {
    meaning: 'The token was given on the command line, where others on the machine can read it.',
    remedy: 'Use CHATWOOT_API_TOKEN or `--api-token-file`.',
    example: '`rollcall plan --chatwoot-api-token ...`',
  },
  'settings-not-chatwoot': {
    meaning: 'Something answers under the base URL, but no Chatwoot API.',
    remedy: 'Check the base URL: scheme, host, port and path.',
    example: "The base URL is that of the company's website.",
  },
  'settings-redirect': {
    meaning:
      'The server redirects to another address, where the token is not sent, or redirects in circles.',
    remedy: 'Use the address that the message names, if it is yours.',
    example: 'http redirects to https on another host.',
  },
  'account-unknown': {
    meaning: 'The server has no account of that id.',
    remedy: 'Check the id: the dashboard shows it in its address.',
    example: '`--account-id 11` instead of 1.',
  },
  'account-suspended': {
    meaning: 'The account is suspended by the operator of the installation.',
    remedy: 'Ask whoever runs the installation.',
    example: 'An account whose subscription has ended.',
  },
  'token-not-received': {
    meaning: 'The server answered as if no token had been sent.',
    remedy: 'Let the proxy in front of the server pass the header `Api-Access-Token` on.',
    example: 'A proxy that drops headers it does not know.',
  },
  'token-unknown': {
    meaning: 'The server does not know the token.',
    remedy: 'Take a new one: Profile settings, Access Token.',
    example: 'The token was reset yesterday.',
  },
  'token-of-a-bot': {
    meaning: 'The token belongs to no person: to an agent bot, a platform app or a deleted user.',
    remedy: 'Use the access token of a person who is on the account.',
    example: 'The token of an agent bot.',
  },
  'token-not-a-member': {
    meaning: 'Chatwoot refuses the account to the owner of the token, who is not on it.',
    remedy: 'Check the account id, add the owner to the account, or use another token.',
    example: 'A user of another account on the same server.',
  },
  'token-refused': {
    meaning: 'A request was refused to this token, by Chatwoot or by something in front of it.',
    remedy:
      'See the message: the rights of the owner, the plan of the account, two-factor authentication, or a firewall.',
    example: 'An account whose plan has no API access.',
  },
  'token-owner-at-risk': {
    meaning: 'A warning: the changes of a plan would remove or demote the owner of the token.',
    remedy: 'Use a token of somebody who stays, or list the owner in the policy.',
    example: 'The token of an administrator whom the policy does not list.',
  },
  'network-refused': {
    meaning:
      'There is no connection to the host and port of the base URL: nothing listens there, or this machine cannot reach it.',
    remedy:
      'Check host and port, and whether the server is up. To wait longer for a server that restarts, give `--retry-for`.',
    example: '`--base-url http://127.0.0.1:3001` and no server there.',
  },
  'network-name': {
    meaning: 'The name of the host could not be resolved.',
    remedy: 'Check the spelling and the name server.',
    example: '`https://chatt.acme.com`',
  },
  'network-tls': {
    meaning:
      'There is no trusted https connection: a certificate is not trusted, or what answers speaks no https.',
    remedy:
      'Renew the certificate, trust its authority (`--ca-file` or NODE_EXTRA_CA_CERTS), or correct scheme and port. Checking cannot be turned off.',
    example: 'A certificate that ended yesterday.',
  },
  'network-proxy': {
    meaning:
      'The proxy could not be reached, or opened no connection to the server. The message names the proxy and the variable that names it.',
    remedy: 'Correct that variable, or add the server to NO_PROXY to use no proxy for it.',
    example: 'A proxy that asks for a password.',
  },
  'network-reset': {
    meaning: 'The connection was closed without an answer, or what came is not HTTP.',
    remedy: 'Run again; if it stays, check scheme and port of the base URL.',
    example: 'The server was restarted during the run.',
  },
  'network-truncated': {
    meaning: 'An answer broke off before its end.',
    remedy: 'Run again; if it stays, look at the proxy in between.',
    example: 'A proxy that cuts long answers.',
  },
  'network-deadline': {
    meaning: 'The account could not be read in the time allowed.',
    remedy: 'Run again, or allow more with `--timeout` or, where it is given, `--max-rpm`.',
    example: '500 teams and `--timeout 5s`.',
  },
  'server-error': {
    meaning: 'The server failed to answer (5xx or 408), also when tried again.',
    remedy:
      'Run again; if it stays, look at the log of the server under the request id. To wait longer for a server that restarts, give `--retry-for`.',
    example: '502 from the proxy while the server restarts.',
  },
  'server-rate-limit': {
    meaning:
      'The server refuses further requests (429), and waiting for its limit does not fit into `--timeout` or did not help.',
    remedy:
      'Run again later, allow more with `--timeout`, stay below the limit with `--max-rpm`, or raise RACK_ATTACK_LIMIT on the server.',
    example: 'Several jobs run behind one address: the limit counts by address.',
  },
  'server-refused': {
    meaning:
      'The server refused a request that should be possible, with a status of its own (4xx).',
    remedy: 'See the message, and the log of the server under the request id.',
    example: '400 from a gateway that does not like a header.',
  },
  'server-not-found': {
    meaning: 'The server does not have what was asked for.',
    remedy: 'Check that the version of Chatwoot is supported.',
    example: 'A very old Chatwoot without teams.',
  },
  'server-shape': {
    meaning: 'An answer is not what the API promises.',
    remedy: 'Look whether a proxy alters answers; else report it with the version of Chatwoot.',
    example: 'A list of agents that is no list.',
  },
  'read-contradiction': {
    meaning: 'Two answers contradict each other, also when asked again.',
    remedy: 'Run again when nobody is changing the account.',
    example: 'A member of a team who is not in the list of agents.',
  },
  'read-caller-missing': {
    meaning:
      'The list of agents lacks the owner of the token, so it is not complete, or the profile of the owner does not name the account.',
    remedy: 'Look whether something filters the answer; else report it.',
    example: 'A proxy that shortens lists.',
  },
  'read-custom-roles': {
    meaning: 'Whether somebody has a custom role cannot be known with this token.',
    remedy:
      'Write the custom role by its id, or use the token of an administrator to whom the server shows custom roles.',
    example: '`custom_role: Clerk`, read as an agent.',
  },
  'read-paging': {
    meaning:
      'A list may be one page of a longer one: it is as long as a page usually is, and asking for page 2 gives another list.',
    remedy:
      'Update rollcall, or report it with the version of Chatwoot. If somebody was changing the account just then, run again.',
    example: 'A list of 25 agents, and `?page=2` names other people.',
  },
  'output-failed': {
    meaning: 'A report could not be written.',
    remedy: 'Make room, or correct where it is to go.',
    example: 'A report on a disk that is full.',
  },
  'output-withheld': {
    meaning: 'No report was written, on purpose: an empty one would read as "fine".',
    remedy: 'See why there is no verdict.',
    example: '`--format sarif`, and the server cannot be reached.',
  },
  'account-not-exportable': {
    meaning: 'An account cannot be written as a policy that would be valid and in sync with it.',
    remedy:
      'Give the account an administrator, or have the address corrected that the message names.',
    example: '`rollcall export` of an account whose only administrator left.',
  },
  'policy-not-adopted': {
    meaning: 'Drift was not taken into the policy.',
    remedy: 'Name what is meant, with a reason for an administrator, or change the policy by hand.',
    example: '`rollcall adopt agent/eve@acme.com`, and eve is an administrator.',
  },
  'snapshot-unreadable': {
    meaning: 'A file cannot be read, or is no complete snapshot of rollcall.',
    remedy: 'Take one with `rollcall snapshot -o FILE`.',
    example: '`rollcall plan --snapshot report.json`',
  },
  'snapshot-too-old': {
    meaning: 'A snapshot is older than `--max-age` allows, or than the review that it is to close.',
    remedy: 'Take another, or allow more.',
    example: '`rollcall plan --snapshot acme.json --max-age 7d`, eight days later.',
  },
  'review-changed': {
    meaning: 'A file of a review is not as it was written: changed, removed or added.',
    remedy: 'Take the folder from where it was kept, or make the review again.',
    example: 'decisions.csv filled in inside the folder instead of a copy.',
  },
  'review-decision': {
    meaning: 'The decisions of a review are not complete, or one of them cannot be taken.',
    remedy: 'Correct the row that the message names, in your copy of decisions.csv.',
    example: 'Somebody decided about their own access.',
  },
  'output-exists': {
    meaning: 'A file or folder that was to be written is there already, and was left as it is.',
    remedy: 'Name another, or give `--force` where the command has it.',
    example: '`rollcall export -o rollcall.yaml` for the second time.',
  },
  internal: {
    meaning: 'rollcall itself failed.',
    remedy: 'Report it with the command that you ran.',
    example: 'A mistake of ours.',
  },
}
