/**
 * Everything that can go wrong, one record each: who has to act, whether trying again may help, and
 * what `rollcall explain` says of it. Long because the list is: in pieces it would not be closed.
 */

/** Who has to act when there is no verdict. */
export type Cause =
  | 'usage'
  | 'policy'
  | 'settings'
  | 'token'
  | 'network'
  | 'server'
  | 'incomplete'
  | 'output'
  | 'internal'

export interface DiagnosticRecord {
  readonly cause: Cause
  readonly severity: 'error' | 'warning'
  /** Whether trying again unchanged may help. */
  readonly retryable: boolean
  readonly meaning: string
  /** The next step: the advice of each message that has no better one. */
  readonly remedy: string
  readonly example: string
}

const lasting = (cause: Cause) => ({ cause, severity: 'error', retryable: false }) as const
const passing = (cause: Cause) => ({ cause, severity: 'error', retryable: true }) as const
const warning = (cause: Cause) => ({ cause, severity: 'warning', retryable: false }) as const

const CHANGING =
  'If the account is being changed right now, try again in a few minutes; otherwise look for a cache between rollcall and Chatwoot.'

export const DIAGNOSTICS = {
  'usage-command': {
    ...lasting('usage'),
    meaning: 'The first word of the command line is no command of rollcall.',
    remedy: 'Run `rollcall --help` for the commands.',
    example: '`rollcall pln`',
  },
  'usage-option': {
    ...lasting('usage'),
    meaning: 'An option is not known, lacks its value, or cannot have the value given.',
    remedy: 'Run the command with `--help` for its options.',
    example: '`rollcall plan --format xml`',
  },
  'usage-argument': {
    ...lasting('usage'),
    meaning:
      'A word of the command line is one too many, is missing, or names something that cannot be used.',
    remedy: 'Correct or leave out what the message names.',
    example: '`rollcall schema polcy`',
  },
  'policy-not-found': {
    ...lasting('policy'),
    meaning: 'There is no file or folder of that name, or no policy in the folder.',
    remedy: 'Check the name and the working directory. Run `rollcall init` for a first policy.',
    example: '`rollcall plan rolcall.yaml`',
  },
  'policy-unreadable': {
    ...lasting('policy'),
    meaning: 'A policy is there, but cannot be read.',
    remedy: 'Give the user of this run the right to read it, or name a file.',
    example: 'A policy that only root may read.',
  },
  'policy-skipped': {
    ...warning('policy'),
    meaning:
      'A folder of policies also holds sub-folders or files with another ending. They are not read.',
    remedy: 'If one of them is a policy or holds one, name it as well. If not, ignore this.',
    example: 'The folder `policies` holds `acme.yaml`, and `beta.yaml` in a sub-folder.',
  },
  'policy-too-large': {
    ...lasting('policy'),
    meaning: 'A policy has more than 8 MiB.',
    remedy: 'Check that this is the right file; a policy of 100,000 agents stays below the limit.',
    example: 'A log file was named instead of a policy.',
  },
  'policy-encoding': {
    ...lasting('policy'),
    meaning: 'A policy is no text in UTF-8.',
    remedy: 'Save the file as UTF-8.',
    example: 'A policy saved as UTF-16 on Windows.',
  },
  'policy-syntax': {
    ...lasting('policy'),
    meaning: 'A policy is no valid YAML, or uses a part of YAML that policies may not use.',
    remedy: 'Correct the line that the message names.',
    example: 'A bracket that is never closed.',
  },
  'policy-documents': {
    ...lasting('policy'),
    meaning: 'A file holds more than one YAML document.',
    remedy: 'Put each policy into a file of its own, or remove the `---` or `...` line.',
    example: 'A line `---` in the middle of a policy.',
  },
  'policy-alias': {
    ...lasting('policy'),
    meaning: 'A policy uses a YAML anchor or alias.',
    remedy: 'Write the value out where it is meant.',
    example: '`billing: *everybody`',
  },
  'policy-merge-key': {
    ...lasting('policy'),
    meaning: 'A policy uses a YAML merge key.',
    remedy: 'Write the merged keys out here.',
    example: '`<<: *defaults`',
  },
  'policy-key-type': {
    ...lasting('policy'),
    meaning: 'A key is no text.',
    remedy: 'Put the key in quotes.',
    example: 'A team written as `2024: []`.',
  },
  'policy-duplicate-key': {
    ...lasting('policy'),
    meaning: 'A key stands twice in one map.',
    remedy: 'Keep one of the two, or put both parts under one key.',
    example: '`role:` twice in the entry of one person.',
  },
  'policy-unknown-key': {
    ...lasting('policy'),
    meaning: 'A key is not known at its place, mostly because it is misspelt.',
    remedy: 'Correct the key, or remove it.',
    example: '`mebers: [ada@acme.com]`',
  },
  'policy-missing-key': {
    ...lasting('policy'),
    meaning: 'A key that is required is not there.',
    remedy: 'Add the key that the message names.',
    example: 'A team with a description and without `members`.',
  },
  'policy-empty-key': {
    ...lasting('policy'),
    meaning: 'A key has nothing after it, which could mean none or not managed.',
    remedy: 'Write a value, `{}` or `[]` for none, or leave the key out.',
    example: '`teams:` and nothing below it.',
  },
  'policy-value': {
    ...lasting('policy'),
    meaning: 'A value is not what belongs at its place.',
    remedy: 'Write what the message says belongs there.',
    example: '`role: admin`',
  },
  'policy-duplicate-entry': {
    ...lasting('policy'),
    meaning:
      'Two entries mean the same person or team once they are written as Chatwoot stores them.',
    remedy: 'Keep one of the two.',
    example: '`Ada@acme.com` and `ada@acme.com`.',
  },
  'policy-undeclared-member': {
    ...lasting('policy'),
    meaning: 'A team has a member whom the policy does not list under `agents`.',
    remedy: 'List the person under `agents`, or take the person out of the team.',
    example: 'A colleague was added to a team only.',
  },
  'policy-declared-and-ignored': {
    ...lasting('policy'),
    meaning: 'The policy lists somebody or something that one of its patterns ignores.',
    remedy: 'Remove the entry, or narrow the pattern.',
    example: 'bot@hooks.io is listed, and `*@hooks.io` is ignored.',
  },
  'policy-no-administrator': {
    ...lasting('policy'),
    meaning:
      'A policy lists agents and no administrator, or the access of every administrator has ended.',
    remedy: 'Give at least one person the role `administrator` and access that has not ended.',
    example: 'The only administrator has `expires: 2027-01-31`, and it is February.',
  },
  'policy-nothing-managed': {
    ...lasting('policy'),
    meaning: 'A policy has neither `agents` nor `teams`.',
    remedy: 'Add one of the two.',
    example: 'A policy that only says `version: 1`.',
  },
  'policy-critical-finding': {
    ...lasting('policy'),
    meaning: 'A policy turns down a finding that is always critical, or waives it by a pattern.',
    remedy: 'Remove the line, or write a waiver with the exact address.',
    example: '`severity: { admin-unexpected: off }`',
  },
  'policy-waiver-too-long': {
    ...lasting('policy'),
    meaning: 'A waiver ends later than `rules.waiver_max_days` allows.',
    remedy: 'Write an earlier day; when it has come, the waiver can be decided anew.',
    example: 'A waiver for two years where 90 days are allowed.',
  },
  'policy-same-account': {
    ...lasting('policy'),
    meaning: 'Two policies of one run are about the same account.',
    remedy: 'Merge them, or correct `account` or `server` in one of them.',
    example: 'Two files in a folder say `account: 1`.',
  },
  'policy-ambiguous-custom-role': {
    ...lasting('policy'),
    meaning: 'The account has several custom roles of the name that the policy gives.',
    remedy: 'Write the custom role by its id, `custom_role: {id: …}`, or rename one of them.',
    example: '`custom_role: Clerk`, and the account has two roles Clerk.',
  },
  'snapshot-unreadable': {
    ...lasting('incomplete'),
    meaning: 'A file cannot be read, or is no complete snapshot of rollcall.',
    remedy: 'Take a new one with `rollcall snapshot`, or name another file.',
    example: '`rollcall plan --snapshot report.json`',
  },
  'snapshot-too-old': {
    ...lasting('incomplete'),
    meaning: 'A snapshot is older than `--max-age` allows, or than the review that it is to close.',
    remedy: 'Take another, or allow more.',
    example: '`rollcall plan --snapshot acme.json --max-age 7d`, eight days later.',
  },
  'review-changed': {
    ...lasting('incomplete'),
    meaning: 'A file of a review is not as it was written: changed, removed or added.',
    remedy: 'Take the folder from where it was kept, or make the review again.',
    example: 'decisions.csv filled in inside the folder instead of a copy.',
  },
  'review-decision': {
    ...lasting('incomplete'),
    meaning: 'The decisions of a review are not complete, or one of them cannot be taken.',
    remedy: 'Correct the row that the message names, in your copy of decisions.csv.',
    example: 'Somebody decided about their own access.',
  },
  'settings-missing': {
    ...lasting('settings'),
    meaning: 'Server, account or token are not known.',
    remedy: 'Give each by the option or the environment variable named above.',
    example: 'CHATWOOT_API_TOKEN is not set.',
  },
  'settings-invalid': {
    ...lasting('settings'),
    meaning: 'A setting cannot be what it is.',
    remedy: 'Correct the setting that the message names.',
    example: '`--base-url chat.acme.com` without a scheme.',
  },
  'settings-conflict': {
    ...lasting('settings'),
    meaning: 'Two settings, or a setting and the policy or a snapshot, contradict each other.',
    remedy: 'Decide which one is meant and correct the other.',
    example: 'The policy says `account: 2`, and `--account-id` says 1.',
  },
  'settings-insecure': {
    ...lasting('settings'),
    meaning: 'The token would be sent over plain http to another machine.',
    remedy: 'Use https://, or give --insecure-http if you accept that.',
    example: '`--base-url http://chat.acme.com`',
  },
  'settings-token-on-command-line': {
    ...warning('settings'),
    meaning: 'The token was given on the command line, where others on the machine can read it.',
    remedy: 'Use CHATWOOT_API_TOKEN or --api-token-file.',
    example: '`rollcall plan --chatwoot-api-token ...`',
  },
  'settings-not-chatwoot': {
    ...lasting('settings'),
    meaning: 'Something answers under the base URL, but no Chatwoot API.',
    remedy: 'Check the base URL: scheme, host, port and path.',
    example: "The base URL is that of the company's website.",
  },
  'settings-redirect': {
    ...lasting('settings'),
    meaning:
      'The server redirects to another address, where the token is not sent, or redirects in circles.',
    remedy: 'Use the address that the message names, if it is yours.',
    example: 'http redirects to https on another host.',
  },
  'account-unknown': {
    ...lasting('settings'),
    meaning: 'The server has no account of that id.',
    remedy:
      'Correct the account id: the dashboard shows it in its address, /app/accounts/ID/dashboard.',
    example: '`--account-id 11` instead of 1.',
  },
  'account-suspended': {
    ...lasting('settings'),
    meaning: 'The account is suspended by the operator of the installation.',
    remedy: 'Check the account id; a super administrator can set the account to active again.',
    example: 'An account whose subscription has ended.',
  },
  'token-not-received': {
    ...lasting('token'),
    meaning: 'The server answered as if no token had been sent.',
    remedy:
      'rollcall sent it as Api-Access-Token: let the proxy in front of Chatwoot pass that header on (header allow-lists; nginx: underscores_in_headers on if the proxy renames it to api_access_token).',
    example: 'A proxy that drops headers it does not know.',
  },
  'token-unknown': {
    ...lasting('token'),
    meaning: 'The server does not know the token.',
    remedy:
      'Copy the access token again from Profile settings in the dashboard of this server; it may have been reset, or belong to another installation.',
    example: 'The token was reset yesterday.',
  },
  'token-of-a-bot': {
    ...lasting('token'),
    meaning: 'The token belongs to no person: to an agent bot, a platform app or a deleted user.',
    remedy: 'Use the access token from the Profile settings of a person who is on the account.',
    example: 'The token of an agent bot.',
  },
  'token-not-a-member': {
    ...lasting('token'),
    meaning: 'Chatwoot refuses the account to the owner of the token, who is not on it.',
    remedy:
      'Check the account id, or add the user to the account: a super administrator who is no member of it gets this answer as well.',
    example: 'A user of another account on the same server.',
  },
  'token-refused': {
    ...lasting('token'),
    meaning: 'A request was refused to this token, by Chatwoot or by something in front of it.',
    remedy:
      'See the message: the rights of the owner, the plan of the account, two-factor authentication, or a firewall.',
    example: 'An account whose plan has no API access.',
  },
  'token-owner-at-risk': {
    ...warning('token'),
    meaning: 'A warning: the changes of a plan would remove or demote the owner of the token.',
    remedy: 'Use a token of somebody who stays, or list the owner in the policy.',
    example: 'The token of an administrator whom the policy does not list.',
  },
  'network-refused': {
    ...passing('network'),
    meaning:
      'There is no connection to the host and port of the base URL: nothing listens there, or this machine cannot reach it.',
    remedy:
      'Check host and port, and whether the server is up. To wait longer for a server that restarts, give `--retry-for`.',
    example: '`--base-url http://127.0.0.1:3001` and no server there.',
  },
  'network-name': {
    ...passing('network'),
    meaning: 'The name of the host could not be resolved.',
    remedy: 'Check the spelling of the base URL and the name resolution (DNS) of this machine.',
    example: '`https://chatt.acme.com`',
  },
  'network-tls': {
    ...lasting('network'),
    meaning:
      'There is no trusted https connection: a certificate is not trusted, or what answers speaks no https.',
    remedy:
      'Renew the certificate, trust its authority (`--ca-file` or NODE_EXTRA_CA_CERTS), or correct scheme and port. Checking cannot be turned off.',
    example: 'A certificate that ended yesterday.',
  },
  'network-proxy': {
    ...lasting('network'),
    meaning:
      'The proxy could not be reached, or opened no connection to the server. The message names the proxy and the variable that names it.',
    remedy: 'Correct that variable, or add the server to NO_PROXY to use no proxy for it.',
    example: 'A proxy that asks for a password.',
  },
  'network-reset': {
    ...passing('network'),
    meaning: 'The connection was closed without an answer, or what came is not HTTP.',
    remedy: 'Run again; if it stays, check scheme and port of the base URL.',
    example: 'The server was restarted during the run.',
  },
  'network-truncated': {
    ...passing('network'),
    meaning: 'An answer broke off before its end.',
    remedy:
      'Try again; if it lasts, look for timeouts and size limits of the proxy in front of Chatwoot.',
    example: 'A proxy that cuts long answers.',
  },
  'network-deadline': {
    ...passing('network'),
    meaning: 'The account could not be read in the time allowed.',
    remedy: 'Run again, or allow more with `--timeout` or, where it is given, `--max-rpm`.',
    example: '500 teams and `--timeout 5s`.',
  },
  'server-error': {
    ...passing('server'),
    meaning: 'The server failed to answer (5xx or 408), also when tried again.',
    remedy:
      'Run again; if it stays, look at the log of the server under the request id. To wait longer for a server that restarts, give `--retry-for`.',
    example: '502 from the proxy while the server restarts.',
  },
  'server-rate-limit': {
    ...passing('server'),
    meaning:
      'The server refuses further requests (429), and waiting for its limit does not fit into `--timeout` or did not help.',
    remedy:
      'Try again later, allow more time with --timeout, stay below the limit with --max-rpm, or raise RACK_ATTACK_LIMIT (or RACK_ATTACK_ALLOWED_IPS) on the server.',
    example: 'Several jobs run behind one address: the limit counts by address.',
  },
  'server-refused': {
    ...lasting('server'),
    meaning:
      'The server refused a request that should be possible, with a status of its own (4xx).',
    remedy:
      'The words of the server, if it gave any, say why; its log has more under the request id.',
    example: '400 from a gateway that does not like a header.',
  },
  'server-not-found': {
    ...lasting('server'),
    meaning: 'The server does not have what was asked for.',
    remedy: 'Check that the version of Chatwoot is supported.',
    example: 'A very old Chatwoot without teams.',
  },
  'server-shape': {
    ...lasting('server'),
    meaning: 'An answer is not what the API promises.',
    remedy: 'Look whether a proxy alters answers; else report it with the version of Chatwoot.',
    example: 'A list of agents that is no list.',
  },
  'read-contradiction': {
    ...passing('incomplete'),
    meaning: 'Two answers contradict each other, also when asked again.',
    remedy: CHANGING,
    example: 'A member of a team who is not in the list of agents.',
  },
  'read-caller-missing': {
    ...lasting('incomplete'),
    meaning:
      'The list of agents lacks the owner of the token, so it is not complete, or the profile of the owner does not name the account.',
    remedy: CHANGING,
    example: 'A proxy that shortens lists.',
  },
  'read-custom-roles': {
    ...lasting('incomplete'),
    meaning: 'Whether somebody has a custom role cannot be known with this token.',
    remedy:
      'Write the custom role by its id, or use the token of an administrator to whom the server shows custom roles.',
    example: '`custom_role: Clerk`, read as an agent.',
  },
  'read-paging': {
    ...lasting('incomplete'),
    meaning:
      'A list may be one page of a longer one: it is as long as a page usually is, and asking for page 2 gives another list.',
    remedy:
      'If the account is being changed right now, try again; otherwise this server pages its lists, which rollcall does not know: update rollcall, or report the version of Chatwoot.',
    example: 'A list of 25 agents, and `?page=2` names other people.',
  },
  'account-not-exportable': {
    ...lasting('settings'),
    meaning: 'An account cannot be written as a policy that would be valid and in sync with it.',
    remedy:
      'Give the account an administrator, or have the address corrected that the message names.',
    example: '`rollcall export` of an account whose only administrator left.',
  },
  'policy-not-adopted': {
    ...lasting('policy'),
    meaning: 'Drift was not taken into the policy.',
    remedy: 'Name what is meant, with a reason for an administrator, or change the policy by hand.',
    example: '`rollcall adopt agent/eve@acme.com`, and eve is an administrator.',
  },
  'output-exists': {
    ...lasting('output'),
    meaning: 'A file or folder that was to be written is there already, and was left as it is.',
    remedy: 'Name another file, or give --force to write over it.',
    example: '`rollcall export -o rollcall.yaml` for the second time.',
  },
  'output-failed': {
    ...lasting('output'),
    meaning: 'A report could not be written.',
    remedy: 'Make room, or correct where it is to go.',
    example: 'A report on a disk that is full.',
  },
  'output-withheld': {
    ...warning('output'),
    meaning: 'No report was written, on purpose: an empty one would read as "fine".',
    remedy: 'See why there is no verdict.',
    example: '`--format sarif`, and the server cannot be reached.',
  },
  internal: {
    ...lasting('internal'),
    meaning: 'rollcall itself failed.',
    remedy: 'Report it with the command that you ran.',
    example: 'A mistake of ours.',
  },
} as const satisfies Record<string, DiagnosticRecord>

export type DiagnosticCode = keyof typeof DIAGNOSTICS
