/**
 * The document of an earlier report → what a later one compares with. Reads every version up to the
 * one that this rollcall writes. Knows no files and no JSON text.
 */
import { RISKS } from '../messages/finding-records.ts'
import { checkFields, type Fields, type RefuseAt } from '../model/fields.ts'
import {
  type EarlierAccount,
  type EarlierReport,
  type PastFinding,
  REPORT_FORMAT,
  REPORT_VERSION,
} from './earlier.ts'

export function parseReport(document: unknown, refuse: RefuseAt): EarlierReport {
  const root = checkFields(document, [], refuse)
  if (root.field('format') !== REPORT_FORMAT) refuse(['format'], `should be "${REPORT_FORMAT}"`)
  const version = root.text('format_version')
  const [, minor = ''] = /^1\.(\d{1,9})$/.exec(version) ?? []
  const [, newest] = REPORT_VERSION.split('.')
  if (minor === '' || Number(minor) > Number(newest)) {
    refuse(
      ['format_version'],
      `should be ${REPORT_VERSION} or older: another version of rollcall wrote it`,
    )
  }
  const generatedAt = root.moment('generated_at')
  const accounts = root.objects('accounts', (account): EarlierAccount => {
    const named = account.orNull('account', account.object)
    const later = account.has('not_checked') ? ['findings', 'not_checked'] : ['findings']
    return {
      path: account.object('policy').text('path'),
      server: account.orNull('server', account.text),
      judged: account.text('verdict') !== 'none',
      id: named?.id('id') ?? null,
      known: later.flatMap((key) =>
        account.objects(key, (finding) => parseFinding(finding, generatedAt)),
      ),
    }
  })
  if (accounts.length === 0) {
    refuse(['accounts'], 'is empty, because that run failed early. Use an earlier report')
  }
  return { generatedAt, accounts }
}

function parseFinding(finding: Fields, generatedAt: string): PastFinding {
  const risk = RISKS.find((known) => known === finding.text('risk'))
  return {
    id: finding.text('id'),
    code: finding.text('code'),
    address: finding.text('address'),
    risk: risk ?? finding.refuse(['risk'], `should be one of ${RISKS.join(', ')}`),
    firstSeen: findFirstSeen(finding, generatedAt),
    counted: isCounted(finding),
    recordedAt: findRecordedAt(finding),
  }
}

/** In a report that was compared with no earlier one, every finding is found for the first time. */
function findFirstSeen(finding: Fields, generatedAt: string): string {
  if (finding.has('first_seen')) return finding.moment('first_seen')
  return finding.has('since') ? finding.object('since').moment('first_seen') : generatedAt
}

/** A finding that was not checked keeps what the last check found. Older reports do not say it. */
function isCounted(finding: Fields): boolean {
  if (finding.has('counted')) return finding.flag('counted')
  if (!finding.has('disposition')) return true
  return finding.text('disposition') === 'open' && finding.text('severity') === 'error'
}

function findRecordedAt(finding: Fields): string | null {
  if (finding.has('recorded_at')) return finding.orNull('recorded_at', finding.moment)
  const activity = finding.has('activity') ? finding.orNull('activity', finding.object) : null
  return activity?.has('at') ? activity.orNull('at', activity.moment) : null
}
