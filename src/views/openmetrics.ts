/**
 * The report as metrics, for the text-file collector of Prometheus or another reader of OpenMetrics.
 * Everything is a gauge, because a file replaces the one before it. Labels name servers, account
 * ids, policies and words of rollcall, never a person or a group. An account without a verdict has
 * no number: 0 findings would look like a good result.
 */
import { isOpen, listWaived } from '../core/messages/finding.ts'
import { reveal } from '../core/model/visible.ts'
import { countAlike, countRoles } from '../core/report/glance.ts'
import type {
  AccountReport,
  JudgedAccount,
  Reading,
  Report,
  Verdict,
} from '../core/report/report.ts'
import { measureSeconds, VERDICTS } from './labels.ts'

type Labels = Readonly<Record<string, string>>

interface Sample {
  readonly labels: Labels
  readonly value: number
}

interface Family {
  /** The last word is the unit, if it has one. */
  readonly name: string
  readonly help: string
  readonly sample: (report: Report) => readonly Sample[]
}

/**
 * A code without a finding has no series. A 0 would also be there if rollcall had not looked for it.
 */
const FAMILIES: readonly Family[] = [
  {
    name: 'rollcall_verdict',
    help: 'Verdict of the whole run: 1 for the verdict that it has, 0 for the others.',
    sample: ({ verdict }) => markVerdict(verdict, {}),
  },
  {
    name: 'rollcall_account_verdict',
    help: 'Verdict of an account: 1 for the verdict that it has, 0 for the others.',
    sample: ({ accounts }) =>
      accounts.flatMap((account) => markVerdict(account.verdict, identifySeries(account))),
  },
  {
    name: 'rollcall_findings',
    help: 'Open findings. Those with the severity error are drift.',
    sample: measureJudged(({ findings }) =>
      countAlike(findings.filter(isOpen), ['code', 'risk', 'severity']),
    ),
  },
  {
    name: 'rollcall_waived_findings',
    help: 'Findings that a waiver of the policy accepts.',
    sample: measureJudged(({ findings }) => countAlike(listWaived(findings), ['code', 'risk'])),
  },
  {
    name: 'rollcall_people',
    help: 'People on the account by role. The state invited means that they have not signed in yet.',
    sample: measureJudged(countRoles),
  },
  {
    name: 'rollcall_read_timestamp_seconds',
    help: 'When the read of the account ended, in Unix time. Its age is time() minus this.',
    sample: measureReading(({ finishedAt }) => Date.parse(finishedAt) / 1000),
  },
  {
    name: 'rollcall_read_duration_seconds',
    help: 'How long the read of the account took.',
    sample: measureReading(measureSeconds),
  },
  {
    name: 'rollcall_read_requests',
    help: 'Requests to the server that the read of the account took.',
    sample: measureReading(({ requests }) => requests),
  },
]

export function renderOpenMetrics(report: Report): string {
  const families = FAMILIES.flatMap(({ name, help, sample }) => {
    // Invalid policies have no account yet; one that was given twice is one series.
    const lines = new Set(sample(report).map((each) => writeSample(name, each)))
    if (lines.size === 0) return []
    const unit = name.endsWith('_seconds') ? [`# UNIT ${name} seconds`] : []
    return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...unit, ...lines]
  })
  return `${[...families, '# EOF'].join('\n')}\n`
}

function writeSample(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`)
  return `${name}{${pairs.join(',')}} ${value}`
}

/** The escape function of metrics: one line, and no quote that ends the value. */
export function escapeLabel(text: string): string {
  return reveal(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')
}

/** The account of a series. Empty: not known, which Prometheus treats as no label. */
function identifySeries({ server, account, policy }: AccountReport): Labels {
  return { server: server ?? '', account: String(account?.id ?? ''), policy: policy.path }
}

function markVerdict(verdict: Verdict, labels: Labels): readonly Sample[] {
  return (Object.keys(VERDICTS) as Verdict[]).map((each) => ({
    labels: { ...labels, verdict: each },
    value: Number(each === verdict),
  }))
}

function measureJudged(sample: (account: JudgedAccount) => readonly Sample[]): Family['sample'] {
  return ({ accounts }) =>
    accounts.flatMap((account) =>
      account.verdict === 'none'
        ? []
        : sample(account).map(({ labels, value }) => ({
            labels: { ...identifySeries(account), ...labels },
            value,
          })),
    )
}

function measureReading(measure: (read: Reading) => number): Family['sample'] {
  return measureJudged(({ read }) => [{ labels: {}, value: measure(read) }])
}
