/**
 * Shows a read on stderr while it runs: the progress (on a terminal, if the read takes a while), why
 * it waits, and each request with --verbose. Never shows a report.
 */
import type { RequestLine } from '../chatwoot/client.ts'
import type { Progress } from '../chatwoot/progress.ts'
import { takesEscapes } from '../shell/color.ts'
import type { World } from '../shell/world.ts'

/** A shorter read ends before anybody can read the line. */
const SHOWN_AFTER_MS = 500
const CLEAR = '\r\u001b[K'

/**
 * Watches the read of one account. If it runs beside other reads, it shows no progress and names the
 * server. Always close it, even after a failure.
 * @param onEach also gets each request
 */
export async function watch(
  { accountId, origin }: { readonly accountId: number; readonly origin: string },
  flags: { readonly quiet: boolean; readonly verbose: boolean; readonly sideBySide?: boolean },
  { stderr, sleep, env }: World,
  onEach?: (line: RequestLine) => void,
) {
  // Loaded late, because few runs need it before the report.
  const harmless = flags.verbose ? (await import('../views/text/layout.ts')).shorten : String
  const over = new AbortController()
  let shown = false
  let line = `Reading account ${accountId}`

  const write = (text: string) => void stderr.write(text).catch(() => undefined)
  const say = (text: string) => write(shown ? `${CLEAR}${text}\n${line}` : `${text}\n`)
  if (!flags.quiet && !flags.sideBySide && takesEscapes(stderr, env)) {
    sleep(SHOWN_AFTER_MS, over.signal).then(
      () => {
        if (over.signal.aborted) return
        shown = true
        write(line)
      },
      () => undefined,
    )
  }

  return {
    onWait: (text: string) => {
      if (!flags.quiet) say(text)
    },
    onRequest: (describe: () => RequestLine) => {
      if (onEach === undefined && !flags.verbose) return
      const request = describe()
      onEach?.(request)
      if (!flags.verbose) return
      const { path, status, ms, requestId } = request
      const answer = status === null ? 'no answer' : String(status)
      const where = flags.sideBySide ? `${origin}${path}` : path
      say(['GET', harmless(where), answer, `${ms} ms`, harmless(requestId ?? '-')].join(' '))
    },
    onProgress: ({ done, of, what, waitingUntil }: Progress) => {
      const until =
        waitingUntil && `, waiting until ${waitingUntil.toISOString().slice(11, 19)} UTC`
      const read = of === 0 ? '' : `: ${done} of ${of} ${what}`
      line = `Reading account ${accountId}${read}${until ?? ''}`
      if (shown) write(`${CLEAR}${line}`)
    },
    close: () => {
      over.abort()
      if (shown) write(CLEAR)
      shown = false
    },
  }
}
