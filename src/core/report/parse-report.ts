/**
 * The document of an earlier report → what a later one compares with. Reads every version up to the
 * one that this rollcall writes. Knows no files and no JSON text.
 */
import { RISKS } from '../messages/finding-records.ts'
import { checkFields, type Fields, type Path, parseMoment, type RefuseAt } from '../model/fields.ts'
import type { EarlierAccount, EarlierReport, PastFinding } from './earlier.ts'

export const REPORT_FORMAT = 'rollcall.report'

/** The second number counts additions. */
export const REPORT_VERSION = '1.1'

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
  const generatedAt = parseMoment(root, 'generated_at', refuse)
  const accounts = root.list('accounts').map((each, index): EarlierAccount => {
    const path = ['accounts', index]
    const account = checkFields(each, path, refuse)
    const named = account.field('account')
    const later = account.has('not_checked') ? ['findings', 'not_checked'] : ['findings']
    return {
      path: checkFields(account.field('policy'), [...path, 'policy'], refuse).text('path'),
      server: account.orNull('server', account.text),
      judged: account.text('verdict') !== 'none',
      id: named === null ? null : checkFields(named, [...path, 'account'], refuse).id('id'),
      known: later.flatMap((key) =>
        parseFindings(account, [...path, key], key, generatedAt, refuse),
      ),
    }
  })
  if (accounts.length === 0) {
    refuse(
      ['accounts'],
      'is empty: that run did not get as far as an account. Use an earlier report',
    )
  }
  return { generatedAt, accounts }
}

function parseFindings(
  account: Fields,
  path: Path,
  key: string,
  generatedAt: string,
  refuse: RefuseAt,
): readonly PastFinding[] {
  return account.list(key).map((each, index) => {
    const at = [...path, index]
    const finding = checkFields(each, at, refuse)
    const risk = RISKS.find((known) => known === finding.text('risk'))
    return {
      id: finding.text('id'),
      code: finding.text('code'),
      address: finding.text('address'),
      risk: risk ?? refuse([...at, 'risk'], `should be one of ${RISKS.join(', ')}`),
      firstSeen: findFirstSeen(finding, at, generatedAt, refuse),
      recordedAt: findRecordedAt(finding, at, refuse),
    }
  })
}

/** A report that was compared with none has found everything for the first time. */
function findFirstSeen(finding: Fields, path: Path, generatedAt: string, refuse: RefuseAt): string {
  if (finding.has('first_seen')) return parseMoment(finding, 'first_seen', refuse)
  if (!finding.has('since')) return generatedAt
  return parseMoment(
    checkFields(finding.field('since'), [...path, 'since'], refuse),
    'first_seen',
    refuse,
  )
}

function findRecordedAt(finding: Fields, path: Path, refuse: RefuseAt): string | null {
  if (!finding.has('activity') || finding.field('activity') === null) return null
  const activity = checkFields(finding.field('activity'), [...path, 'activity'], refuse)
  return activity.has('at') ? parseMoment(activity, 'at', refuse) : null
}
