/**
 * The words of reports and documentation that need an explanation, for `rollcall explain WORD`. Each one
 * has one meaning. A test holds that every word is in use, and that the documentation means the same.
 */

/** In the order of the alphabet. */
const WORDS = {
  ':8:1':
    'A place in a file: line 8, column 1. The first number is the line, the second one the column. Without the name of a file, it is a place in the policy.',
  address:
    'In reports and options: the name of a person, team, inbox or custom role, such as `agent/ada@acme.com` or `team/billing`. A membership has one too: `team/billing/ada@acme.com`.',
  'administrator who counts':
    'An administrator who is in the policy, has accepted the invitation, has no custom role, and does not own the token of `rollcall apply`. `apply` never leaves too few of them. See docs/apply.md.',
  adopt:
    'Change the policy to match what you accept. The account stays as it is. See `rollcall help adopt` and docs/adopt.md.',
  approval:
    'Your agreement to exactly the steps that a plan shows. `rollcall apply` asks for it, or takes it from `--approve`. If anything has changed since, the approval is for another plan, and nothing is written. See docs/apply.md.',
  'audit log':
    "Chatwoot's own record of who changed what and when. rollcall reads it with `--activity`, if the server has it and the token is an administrator's. See docs/activity.md.",
  'changed meanwhile':
    'Of a step of `rollcall apply`: somebody changed the person or thing after your approval, so the step was not done. See docs/apply.md.',
  'closing record':
    'Every decision of an access review, who made it, and whether it was carried out. `rollcall review close` writes it. See docs/review.md.',
  'custom role':
    'A list of permissions in Chatwoot that limits what an agent may do. See docs/access.md.',
  drift:
    'A difference between the policy and the account. Every finding of severity error counts as drift, unless a waiver accepts it. See docs/gate.md.',
  'exit code':
    'The number with which a program ends. `rollcall plan` ends with 0 for in sync, 2 for drift, and 1 for no verdict. See README.md.',
  finding:
    'One fact that you should know: a difference between account and policy, or a risk. Each kind of finding has a code that `rollcall explain` knows. See docs/findings.md.',
  fleet:
    'A list of accounts, on one or several servers, that one run checks together. See docs/fleet.md.',
  'foreign domain':
    'An e-mail domain that is not the most common one on the account. rollcall has to guess which domain is yours, until you list your domains in `rules.email_domains` of the policy. See docs/first-look.md.',
  ghost:
    'A person who left the account and is still in the list of a team. The server removes ghosts by itself. See `rollcall explain member-ghost`.',
  guard:
    'A rule that stops `rollcall apply` before it writes anything, for example if too many people would lose access. See docs/apply.md.',
  hash: 'A checksum: a short text that is computed from a file. If one byte of the file changes, the hash changes too.',
  heartbeat:
    "A request to a service that raises an alarm when the request does not arrive in time (a dead man's switch). So you notice a nightly job that no longer runs. See docs/ci.md.",
  'hidden member':
    'A user who is in an inbox, but not on the account. Chatwoot sends this user the messages of the inbox, and only the audit log shows it. See `rollcall explain inbox-member-hidden`.',
  journal:
    'The file in which `rollcall apply --journal FILE` records every request that changes the account, before and after it is sent. See docs/apply.md.',
  JUnit:
    'A standard format for test results, which GitLab and Jenkins show. `--report junit=FILE` writes it. See docs/ci.md.',
  'kept back':
    'Of a step of a plan: `rollcall apply` does not write it, so the difference stays. The report says why, and which option would write it. See docs/apply.md.',
  loopback:
    'The address by which a machine reaches itself, such as `localhost` or `127.0.0.1`. A server on loopback runs on the same machine.',
  manifest:
    'The list of all files of an access review, with a hash of each: the file `MANIFEST.json`. It shows whether somebody changed the review later. See docs/review.md.',
  'not checked':
    'Of a finding of an earlier report: this run did not look for it, so it may still be there. See docs/ci.md.',
  plan: 'The findings about an account, and the steps that would end the drift. `rollcall plan` only shows it and changes nothing. See `rollcall help plan`.',
  policy:
    'A file that says who may be on the account, with which role, and in which teams and inboxes. You write it, for example with `rollcall init`. See docs/policy.md.',
  resolved:
    'Of a finding of an earlier report: this run looked for it and did not find it again. See docs/ci.md.',
  review:
    'The folder that `rollcall review` writes for an access review: who is on the account, what differs from the policy, and a form in which people decide who keeps access. See docs/review.md.',
  risk: 'How much access is at stake in a finding: critical, high, medium or low. Reports show the worst first. See docs/findings.md.',
  roster:
    'A file with one row for each person who works for you, from HR or an identity provider. It shows who has left and is still on the account. See docs/roster.md.',
  sandbox:
    'A Chatwoot in memory, with made-up people, to try things out. It does not touch your account. See docs/sandbox.md.',
  SARIF:
    "A standard format for findings, for code scanning such as GitHub's. `--report sarif=FILE` writes it. See docs/ci.md.",
  schema:
    'A description of a format. With the schema of policies, your editor checks the policy while you type. See `rollcall help schema`.',
  scope:
    'The part of the account that the policy covers. rollcall does not judge anything outside of it. See docs/policy.md.',
  severity:
    'Whether a finding counts. An error counts as drift; a warning is only shown, unless you use `--strict`. A policy can change it. See docs/findings.md.',
  shard:
    'One part of the accounts of a fleet. Several jobs read one shard each, so that all accounts are read sooner. See docs/fleet.md.',
  SIGINT:
    'The signal that Ctrl-C sends to a program, to end it. SIGTERM is the one that systems send to end it. rollcall then stops without a verdict, with exit code 130 or 143.',
  snapshot:
    'A file with everything that rollcall read about an account at one time. Later, `rollcall plan --snapshot FILE` judges it without a server. See `rollcall help snapshot`.',
  stderr: 'Standard error: where a command prints errors, warnings and progress.',
  stdout: 'Standard output: where a command prints its report, and what `>` writes to a file.',
  step: 'One change that would end a piece of drift, such as `invite`, `add-member` or `remove-agent`. See docs/apply.md.',
  unknown:
    'Of a step of `rollcall apply`: Chatwoot did not say whether it made the change, and rollcall did not see it. It may be done, or may still happen. See docs/apply.md.',
  verdict:
    'The answer of a run: IN SYNC (the account matches the policy), DRIFT (it does not), or NO VERDICT (rollcall could not read or judge everything). If you get NO VERDICT, run `rollcall doctor`.',
  waiver:
    'An entry in the policy that accepts one finding until a date, with a reason and an owner. See `rollcall help waive` and docs/waivers.md.',
} as const

/** What else people type for them. A plural with -s and another case need no row. */
const FORMS: Readonly<Record<string, keyof typeof WORDS>> = {
  'administrators who count': 'administrator who counts',
  adopted: 'adopt',
  'foreign e-mail domain': 'foreign domain',
  'hidden inbox member': 'hidden member',
  'in sync': 'verdict',
  'line:column': ':8:1',
  'no verdict': 'verdict',
  SIGTERM: 'SIGINT',
  waive: 'waiver',
  waived: 'waiver',
}

export interface Word {
  readonly word: string
  readonly meaning: string
}

export function listWords(): readonly Word[] {
  return Object.entries(WORDS).map(([word, meaning]) => ({ word, meaning }))
}

/** The word that somebody typed in any case, in the plural, or with - between its parts. */
export function findWord(typed: string): Word | undefined {
  const text = typed.trim()
  const wanted = fold(/(?:^|:)\d+:\d+:?$/.test(text) ? ':8:1' : text)
  const singulars = [/s$/, /es$/].map((end) => wanted.replace(end, ''))
  const known = [wanted, ...singulars, wanted.replace(/ies$/, 'y')]
  const main = Object.entries(FORMS).find(([form]) => known.includes(fold(form)))?.[1]
  return listWords().find(({ word }) => word === main || known.includes(fold(word)))
}

function fold(text: string): string {
  return text.toLowerCase().replace(/[\s_-]+/g, ' ')
}
