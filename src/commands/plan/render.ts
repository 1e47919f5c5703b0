/** From a report to a text in any of its formats, loading only the view that is asked for. */
import type { Report } from '../../core/report/report.ts'
import { repositoryOf } from '../../files/repository.ts'
import type { Format } from '../../shell/options.ts'
import type { World } from '../../shell/world.ts'

export interface RenderOptions {
  readonly color: boolean
  readonly maxBytes: number
  readonly world: World
}

/** Null: withheld, because an empty document of this format would read as "fine". */
export async function render(
  format: Format,
  report: Report,
  { color, maxBytes, world }: RenderOptions,
): Promise<string | null> {
  switch (format) {
    case 'text':
      if (color) return (await import('../../views/text/text.ts')).renderText(report, { color })
      return (await import('../../views/text/lines.ts')).renderPlain(report)
    case 'json':
      return (await import('../../views/json.ts')).renderJson(report)
    case 'markdown':
      return (await import('../../views/markdown/report.ts')).renderMarkdown(report, {
        maxBytes,
        ...repositoryOf(world),
      })
    case 'github':
      return (await import('../../views/github.ts')).renderGithub(report, repositoryOf(world))
    case 'junit':
      return (await import('../../views/junit.ts')).renderJunit(report, repositoryOf(world))
    case 'sarif':
      return (await import('../../views/sarif.ts')).renderSarif(report, repositoryOf(world))
    case 'html':
      return (await import('../../views/html/report.ts')).renderHtml(report)
    case 'csv':
      return (await import('../../views/csv.ts')).renderCsv(report)
  }
}
