/** The options of `rollcall plan`. */
import type { Values } from '../../shell/arguments.ts'
import {
  ACTIVITY_OPTIONS,
  CONNECTION_OPTIONS,
  color,
  earlierSnapshot,
  FLEET_OPTIONS,
  FORMATS,
  format,
  groupOptions,
  inputFile,
  type Options,
  ROSTER_OPTIONS,
  report,
  snapshotFile,
} from '../../shell/options.ts'
import { readAge, readCount, readDay } from '../../shell/values.ts'
import { WRITING_OPTIONS } from './writing-options.ts'

export const PLAN_OPTIONS = {
  format: { ...format, choices: FORMATS },
  color,
  report: {
    ...report,
    describe: 'Also write the report to a file, or one for each account (sarif=DIR/)',
  },
  ...groupOptions('Report', {
    'max-bytes': {
      type: 'number',
      placeholder: 'N',
      default: 60_000,
      coerce: readCount(2_000, 10_000_000),
      describe: 'Maximum size of the markdown report; the rest is only counted',
    },
    'exit-zero': {
      type: 'boolean',
      describe: 'Exit 0 instead of 2 on drift (report-only jobs); errors still exit 1',
    },
    strict: {
      type: 'boolean',
      describe: 'Count warnings as drift; the report shows this',
    },
    today: {
      type: 'string',
      coerce: readDay,
      placeholder: 'YYYY-MM-DD',
      describe: 'Use this date (UTC) instead of today; the report shows this',
    },
    previous: earlierSnapshot,
    since: {
      ...inputFile,
      placeholder: 'REPORT',
      describe: 'Earlier JSON report, to say which findings are new, known or resolved',
    },
    'since-if-exists': {
      type: 'boolean',
      describe: 'Continue if the report of --since does not exist yet (first run)',
    },
  }),
  ...ROSTER_OPTIONS,
  ...ACTIVITY_OPTIONS,
  ...FLEET_OPTIONS,
  snapshots: {
    ...inputFile,
    placeholder: 'DIR',
    describe: 'Compare the snapshots of `rollcall snapshot --fleet` instead of reading servers',
    group: 'Fleet',
  },
  ...CONNECTION_OPTIONS,
  snapshot: snapshotFile,
  'max-age': {
    type: 'string',
    coerce: readAge,
    placeholder: 'DURATION',
    describe: 'Maximum age of a snapshot, such as 12h or 7d; required with --snapshots',
    group: 'Offline',
  },
  ...WRITING_OPTIONS,
  approval: {
    type: 'boolean',
    describe:
      'Show what apply would write, and the approval for it; implied by --allow and by the limits',
    group: 'Writing',
  },
} as const satisfies Options

export type PlanFlags = Values<typeof PLAN_OPTIONS>
