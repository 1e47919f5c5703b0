/** Every format of a report and its view. */
import type { Report } from '../../core/report/report.ts'
import type { Format } from '../../shell/options.ts'
import type { Views } from '../../shell/show.ts'
import type { Repository } from '../../views/repository.ts'

export interface ShownReport {
  readonly report: Report
  readonly maxBytes: number
  /** Finds the paths of policies. */
  readonly repository: Repository
}

export const REPORT_VIEWS: Views<ShownReport, Format> = {
  text: async ({ report }, paint) =>
    (await import('../../views/text/lines.ts')).renderLines(report, paint),
  json: async ({ report }) => (await import('../../views/json.ts')).renderJson(report),
  markdown: async ({ report, maxBytes, repository }) =>
    (await import('../../views/markdown/report.ts')).renderMarkdown(report, {
      maxBytes,
      ...repository,
    }),
  github: async ({ report, repository }) =>
    (await import('../../views/github.ts')).renderGithub(report, repository),
  junit: async ({ report, repository }) =>
    (await import('../../views/junit.ts')).renderJunit(report, repository),
  sarif: async ({ report, repository }) =>
    (await import('../../views/sarif.ts')).renderSarif(report, repository),
  html: async ({ report }) => (await import('../../views/html/report.ts')).renderHtml(report),
  csv: async ({ report }) => (await import('../../views/csv.ts')).renderCsv(report),
  openmetrics: async ({ report }) =>
    (await import('../../views/openmetrics.ts')).renderOpenMetrics(report),
  slack: async ({ report }) => (await import('../../views/slack.ts')).renderSlack(report),
  msteams: async ({ report }) => (await import('../../views/msteams.ts')).renderMsteams(report),
}

interface Traits {
  /** Whether it says why there is no verdict. If not, stderr says it. */
  readonly errors: boolean
  /** Whether it shows people and groups that are fine, and not only what is wrong. */
  readonly fine: boolean
}

export const FORMAT_TRAITS: Readonly<Record<Format, Traits>> = {
  text: { errors: true, fine: false },
  json: { errors: true, fine: false },
  markdown: { errors: true, fine: false },
  github: { errors: true, fine: false },
  junit: { errors: true, fine: true },
  sarif: { errors: false, fine: false },
  html: { errors: true, fine: true },
  csv: { errors: false, fine: false },
  openmetrics: { errors: false, fine: true },
  slack: { errors: true, fine: false },
  msteams: { errors: true, fine: false },
}
