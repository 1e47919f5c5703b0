#!/usr/bin/env node
/**
 * The process: makes the real world and hands it to main. Sets the exit code and lets the streams
 * drain; never calls exit, which would cut a report that is still being written.
 */
import { setTimeout } from 'node:timers/promises'
import { main } from './cli.ts'
import type { Output } from './commands/world.ts'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort(130))
process.once('SIGTERM', () => stop.abort(143))

/** A reader that went away (`| head -1`) has what it wanted: that is no failure. */
const GONE: readonly unknown[] = ['EPIPE', 'ERR_STREAM_DESTROYED']

function output(stream: NodeJS.WriteStream): Output {
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

process.exitCode = await main(process.argv.slice(2), {
  // Opened by whoever reads it: most runs never do.
  get stdin() {
    return process.stdin
  },
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  env: process.env,
  cwd: process.cwd(),
  now: () => new Date(),
  sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
  random: Math.random,
  signal: stop.signal,
})
