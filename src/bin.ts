#!/usr/bin/env node
/**
 * The process: makes the real world and hands it to main. Sets the exit code and lets the streams
 * drain; never calls exit, which would cut a report that is still being written, except some time
 * after a signal, when there is none.
 */
import { setTimeout as timer } from 'node:timers'
import { setTimeout } from 'node:timers/promises'
import { asksForHelp, renderHelp } from './cli/help.ts'
import type { Output, World } from './shell/world.ts'

/** Time to put things in order after a signal. */
const GRACE_MS = 500

const stop = new AbortController()
process.once('SIGINT', () => stopWith(130))
process.once('SIGTERM', () => stopWith(143))

function stopWith(code: number): void {
  stop.abort(code)
  // What nobody can cancel would keep the process: a name being looked up, a standard input that
  // never ends. Whatever else there is has ended by then, and this timer with it.
  timer(() => process.exit(code), GRACE_MS).unref()
}

/** A reader that went away (`| head -1`) has what it wanted: that is no failure. */
const GONE: readonly unknown[] = ['EPIPE', 'ERR_STREAM_DESTROYED']

function makeOutput(stream: NodeJS.WriteStream): Output {
  // Without a listener a closed pipe would end the process; the callback below says it too.
  stream.on('error', () => undefined)
  return {
    isTerminal: stream.isTTY === true,
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          if (error && !('code' in error && GONE.includes(error.code))) reject(error)
          else resolve()
        })
      }),
  }
}

const GONE_FOLDER = `error: The working directory does not exist any more, or you may not read it.
  Change to another folder, then run again.
`

const argv = process.argv.slice(2)
const cwd = findWorkingDirectory()
const env = { ...process.env }
// rollcall checks certificates whatever this says; Node would warn that nobody does.
delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']

const world: World = {
  // Opened by whoever reads it: most runs never do.
  get stdin() {
    return process.stdin
  },
  stdout: makeOutput(process.stdout),
  stderr: makeOutput(process.stderr),
  env,
  cwd: cwd ?? '',
  now: () => new Date(),
  sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
  random: Math.random,
  signal: stop.signal,
}

// No top-level await: dist/ is CommonJS, which starts faster.
void start()

async function start(): Promise<void> {
  // Help comes before everything else is loaded: that takes longer than to show it.
  const shown = asksForHelp(argv) && (await tryToWrite(await renderHelp(argv)))
  if (shown) return
  if (cwd === null) {
    process.exitCode = 1
    await world.stderr.write(GONE_FOLDER).catch(() => undefined)
    return
  }
  process.exitCode = await (await import('./cli/main.ts')).main(argv, world)
}

/** Null: somebody removed it, or forbids to look at it. */
function findWorkingDirectory(): string | null {
  try {
    return process.cwd()
  } catch {
    return null
  }
}

/** False: where it could not be written, main says so. */
async function tryToWrite(text: string): Promise<boolean> {
  return world.stdout.write(text).then(
    () => true,
    () => false,
  )
}
