/** docs/findings.md, made from the catalogue. */
import { FINDINGS, type FindingRecord, RISKS } from '../../src/core/messages/finding-records.ts'

export function findingsPage(): string {
  const entries = (Object.entries(FINDINGS) as [string, FindingRecord][]).sort(
    ([, a], [, b]) => RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk),
  )
  return `# Findings

Everything that \`rollcall plan\` can report about an account. This page is made from the records in
\`src/core/messages/finding-records.ts\`; a test checks that the two are equal.

A finding of severity **error** is drift: the verdict is DRIFT and the exit code is 2. A **warning**
is shown and does not count, unless you use \`--strict\`. A policy can change the severity of a code,
switch it off, or accept single findings until a date ([waivers.md](waivers.md)). A critical finding
always counts, unless a waiver names its exact address. The risk says how much access is at stake, and
decides the order. A finding has a code and an address, such as
\`admin-unexpected:agent/mallory@evil.example\`.

| code | title | risk | severity |
| --- | --- | --- | --- |
${entries.map(([code, { title, risk, severity }]) => `| [${code}](#${code}) | ${title} | ${risk} | ${severity} |`).join('\n')}

One fact gives one finding. A finding about a person who is unexpected, expired or missing also covers
the person's memberships of teams and inboxes. A finding about a missing or unexpected team or inbox
covers its members. Such a finding names what it covers. A person can have these findings in addition to
another one: an open invitation, a different name, access that ends soon, a custom role that is not on
the account, and the findings of rules, of the roster and of the audit log.

If a name or a text looks the same as another one and is different, the finding has a note that says
what is different: see [policy.md](policy.md#names-that-look-alike).

How old an invitation is, and when somebody last signed in, is only in the audit log:
[activity.md](activity.md).

${entries.map(([code, entry]) => section(code, entry)).join('\n')}`
}

function section(code: string, { title, risk, severity, meaning, remedy }: FindingRecord): string {
  return `## ${code}

${title}. Risk ${risk}, severity ${severity}.

${meaning}

**What to do:** ${remedy}
`
}
