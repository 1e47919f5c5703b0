/** The output of `rollcall demo`: the report, then what to do next. */
import type { Report } from '../core/report/report.ts'
import type { Paint } from './text/layout.ts'
import { renderLines } from './text/lines.ts'

/** @param folder where the files of the demo are */
export function renderDemo(report: Report, folder: string, paint: Paint): string {
  return `${renderLines(report, paint)}
This was a demo with a made-up company, so the exit code is 0.
A real run would end with exit code ${report.exitCode}.

The policy, the state and the earlier snapshot of the demo are in
${folder}
Next, check your own account:

  export CHATWOOT_BASE_URL=https://chat.example.com/app/accounts/1/dashboard
  export CHATWOOT_API_TOKEN=...   # Profile settings, Access Token
  rollcall init
  rollcall plan
`
}
