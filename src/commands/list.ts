/** `rollcall list`: shows who is on an account now. Needs no policy and gives no verdict. */
import { ALL_PARTS, listWarnings, readAccount, requireConnection } from '../connect/account.ts'
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { concludeList, type ListReport, listAccount } from '../core/report/listing.ts'
import { define, expectNoMore } from '../shell/command.ts'
import { CONNECTION_OPTIONS, color, format } from '../shell/options.ts'
import { refuseAs, show, type Views } from '../shell/show.ts'
import { TOOL } from '../shell/tool.ts'
import type { World } from '../shell/world.ts'

const FORMATS = ['text', 'json', 'csv', 'html'] as const

interface List extends ListReport {
  readonly notes: readonly Diagnostic[]
}

/** Without a list, text and CSV show nothing: the errors are on stderr. */
const VIEWS: Views<List, (typeof FORMATS)[number]> = {
  text: async ({ listing, exitCode }, paint) =>
    listing && (await import('../views/text/list.ts')).renderListText(listing, exitCode, paint),
  json: async (list) => (await import('../views/list/json.ts')).renderListJson(list),
  csv: async ({ listing }) =>
    listing && (await import('../views/list/csv.ts')).renderListCsv(listing),
  html: async (list) => (await import('../views/html/list.ts')).renderListHtml(list),
}

export const command = define('list', {
  positional: '',
  describe: 'Show who is on the account now; needs no policy',
  options: { format: { ...format, choices: FORMATS }, color, ...CONNECTION_OPTIONS },
  examples: {
    'rollcall list': 'Show administrators first, then everybody else',
    'rollcall list --format csv > people.csv': 'Write one line for each person, for a spreadsheet',
  },
  run: async ({ positionals, values }, world) => {
    expectNoMore(positionals)
    const connection = await requireConnection(null, values, world)
    const snapshot = await readAccount(connection, ALL_PARTS, values, world)
    const notes = listWarnings(values)
    const list = concludeList({
      ...makeHead(world),
      listing: listAccount(snapshot),
      diagnostics: notes,
    })
    return show({ ...list, notes }, VIEWS, values, world)
  },
  refuse: refuseAs(VIEWS, (diagnostics, world, chosen) => {
    // People read the HTML page, and stderr too, so show the errors in both.
    const notes = chosen === 'html' ? diagnostics : []
    return { ...concludeList({ ...makeHead(world), listing: null, diagnostics }), notes }
  }),
})

function makeHead({ now }: World) {
  return { tool: TOOL, generatedAt: now().toISOString() }
}
