#!/usr/bin/env node
/**
 * The process: makes the real world and passes it to main. Sets the exit code and lets Node end by
 * itself, because `process.exit` would cut off a report that is still being written. After a signal
 * it calls `process.exit` if Node does not end in time, but waits for what must not be interrupted.
 */
import { closeSync, fstatSync, statSync } from 'node:fs'
import { setTimeout as timer } from 'node:timers'
import { setTimeout } from 'node:timers/promises'
import { asksForHelp, renderHelp } from './cli/help.ts'
import type { Output, World } from './shell/world.ts'

/** Time to clean up after a signal. */
const GRACE_MS = 500

const stop = new AbortController()
// The same signal may come twice: the terminal and npx, or the system and the shell, both send it, or
// somebody presses Ctrl-C again. The second one must not kill, and the run ends soon after the first.
process.on('SIGINT', () => stopWith(130))
process.on('SIGTERM', () => stopWith(143))
// A closed terminal.
process.on('SIGHUP', () => stopWith(143))

// At its end Node restores the settings of a terminal, and aborts if the terminal is gone: with a wrong
// exit code, and a core dump that contains the token. It leaves out what is closed.
process.once('exit', () => {
  const devices = [0, 1, 2].filter(mayBeTerminal)
  if (devices.length === 0) return
  // Loaded late: a job of a CI system has no terminal, and loading this takes 2 % of a start.
  const { isatty } = process.getBuiltinModule('node:tty')
  for (const device of devices) if (!isatty(device)) closeSync(device)
})

/** Also true for a terminal that is gone. */
function mayBeTerminal(descriptor: number): boolean {
  try {
    const file = fstatSync(descriptor)
    return file.isCharacterDevice() && file.rdev !== statSync('/dev/null').rdev
  } catch {
    // It is closed already, or this is Windows, where Node does not do this.
    return false
  }
}

function stopWith(code: number): void {
  stop.abort(code)
  // Some work cannot be cancelled and would keep the process alive: a DNS lookup, or a standard
  // input that never ends. Everything else has ended by then.
  timer(() => end(code), GRACE_MS).unref()
}

/** Work that had to be finished gets its own time to report how it ended. */
function end(code: number): void {
  if (unfinished.size === 0) endProcess(code)
  void Promise.allSettled(unfinished).then(() => stopWith(code))
}

/** Work of a thread that nothing can cancel: a file that is opened or read, and a DNS lookup. */
const OF_THREADS = ['FSReqPromise', 'GetAddrInfoReqWrap']

function endProcess(code: number): never {
  const waits = process.getActiveResourcesInfo().some((each) => OF_THREADS.includes(each))
  // `process.exit` waits for every thread, and opening a pipe that nobody writes to never ends. A shell
  // reports an end by a signal as the same code. Windows has no such end.
  if (waits && process.platform !== 'win32') {
    const signal = code === 130 ? 'SIGINT' : 'SIGTERM'
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  process.exit(code)
}

/** What must not be interrupted: a request that changes something, with its entry in the journal. */
const unfinished = new Set<Promise<unknown>>()

async function finish<T>(work: Promise<T>): Promise<T> {
  unfinished.add(work)
  try {
    return await work
  } finally {
    unfinished.delete(work)
  }
}

async function ask(question: string): Promise<string | null> {
  const { createInterface } = await import('node:readline/promises')
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  const closed = new Promise<null>((resolve) => reader.once('close', () => resolve(null)))
  // In this mode the terminal's Ctrl-C comes here instead of being a signal of the process.
  reader.once('SIGINT', () => stopWith(130))
  try {
    const asked = reader.question(question, { signal: stop.signal }).catch(() => null)
    return await Promise.race([asked, closed])
  } finally {
    reader.close()
  }
}

/** A reader that closes the pipe early (`| head -1`) has what it needs, so this is not an error. */
const GONE: readonly unknown[] = ['EPIPE', 'ERR_STREAM_DESTROYED']

function makeOutput(stream: NodeJS.WriteStream): Output {
  // Without a listener a closed pipe would end the process. The callback below gets the same error.
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

const GONE_FOLDER = `error: The working directory no longer exists, or you have no permission to read it.
  Change to another folder, then run again.
`

const argv = process.argv.slice(2)
const cwd = findWorkingDirectory()
const env = { ...process.env }
// rollcall always checks certificates. With this variable, Node would warn that certificates are not
// checked.
delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']

const world: World = {
  // Opened only when it is read: most runs never read it.
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
  // People must see the question that they answer.
  get ask() {
    return process.stdin.isTTY && process.stderr.isTTY ? ask : null
  },
  finish,
}

// No top-level await, because dist/ is CommonJS, which starts faster.
void start()

async function start(): Promise<void> {
  // Show help before loading anything else: loading takes longer than showing it.
  const shown = asksForHelp(argv) && (await tryToWrite(await renderHelp(argv)))
  if (shown) return
  if (cwd === null) {
    process.exitCode = 1
    await world.stderr.write(GONE_FOLDER).catch(() => undefined)
    return
  }
  process.exitCode = await (await import('./cli/main.ts')).main(argv, world)
}

/** Null if it was removed or may not be read. */
function findWorkingDirectory(): string | null {
  try {
    return process.cwd()
  } catch {
    return null
  }
}

/** False if it could not be written; main then reports the error. */
async function tryToWrite(text: string): Promise<boolean> {
  return world.stdout.write(text).then(
    () => true,
    () => false,
  )
}
