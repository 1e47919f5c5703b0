/** docs/findings.md, made from the catalogue. */
import { FINDINGS, type FindingRecord, RISKS } from '../../src/core/messages/finding-records.ts'

export function findingsPage(): string {
  const entries = (Object.entries(FINDINGS) as [string, FindingRecord][]).sort(
    ([, a], [, b]) => RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk),
  )
  return `# Findings

Everything that \`rollcall plan\` can say about an account. This page is made from the catalogue in
\`src/core/messages/finding-records.ts\`; a test keeps the two equal.

A finding of severity **error** is drift: it makes the verdict DRIFT and the exit code 2. A
**warning** is shown and changes nothing, unless \`--strict\` asks for it. A policy can change the
severity of a code, switch it off, or accept single findings for a time
([waivers.md](waivers.md)); a critical finding counts unless its exact address is accepted. Risk says how much access is at stake and decides the
order. A finding is known by its code and its address, such as
\`admin-unexpected:agent/mallory@evil.example\`.

| code | title | risk | severity |
| --- | --- | --- | --- |
${entries.map(([code, { title, risk, severity }]) => `| [${code}](#${code}) | ${title} | ${risk} | ${severity} |`).join('\n')}

One fact gives one finding. A finding about a person who is unexpected, expired or missing speaks
for the person's team memberships too, one about a missing or unexpected team for its members; it
names them. Only an open invitation, a different name and access that ends soon are reported beside
another finding.

A name or a text that looks the same as another one and is not gets a note that says what is
different: see [policy.md](policy.md#names-that-look-alike).

How old an invitation is cannot be known from this API, nor when somebody last signed in.

${entries.map(([code, entry]) => section(code, entry)).join('\n')}`
}

function section(code: string, { title, risk, severity, meaning, remedy }: FindingRecord): string {
  return `## ${code}

${title}. Risk ${risk}, severity ${severity}.

${meaning}

**What to do:** ${remedy}
`
}
