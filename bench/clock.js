/**
 * Measures a subject and its reference in turns, so that other work of the machine affects both. Uses
 * medians, because a busy machine can only add time.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** @param {readonly number[]} numbers */
export function findMedian(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/**
 * Runs all works in turns and returns the median of the amounts that each returns.
 * @param {number} runs
 * @param {readonly (() => number | Promise<number>)[]} works
 */
export async function measureInTurns(runs, ...works) {
  const taken = works.map(() => /** @type {number[]} */ ([]))
  // The first round fills the caches of disk and compiler, so it does not count.
  for (let round = 0; round <= runs; round += 1) {
    for (const [index, work] of works.entries()) {
      globalThis.gc?.()
      const amount = await work()
      if (round > 0) taken[index]?.push(amount)
    }
  }
  return taken.map(findMedian)
}

/**
 * Milliseconds of a piece of work in this process.
 * @param {() => unknown} work
 */
export function timeWork(work) {
  return () => {
    const from = performance.now()
    work()
    return performance.now() - from
  }
}

/**
 * Runs a process from start to end. Throws on an unexpected exit code, because a run that fails early
 * is always fast.
 * @param {string} program
 * @param {readonly string[]} words
 * @param {{ cwd?: string, env?: Record<string, string>, code?: number }} [setting]
 * @returns {Promise<{ ms: number, stdout: string, stderr: string }>}
 */
export async function runProgram(program, words, { cwd, env = {}, code = 0 } = {}) {
  const from = performance.now()
  const child = spawn(program, words, { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  child.stdin.end()
  const [ended] = await once(child, 'close')
  if (ended !== code) {
    throw new Error(`${program} ${words.join(' ')} ended with ${ended}, not ${code}: ${stderr}`)
  }
  return { ms: performance.now() - from, stdout, stderr }
}

/** @param {string} program */
export async function isInstalled(program) {
  try {
    await runProgram(program, ['--version'])
    return true
  } catch {
    return false
  }
}

/**
 * The exponent with which time grows with size: the slope of a straight line through the logarithms.
 * @param {readonly number[]} sizes
 * @param {readonly number[]} times
 */
export function computeExponent(sizes, times) {
  const x = sizes.map(Math.log)
  const y = times.map(Math.log)
  const mean = (/** @type {number[]} */ of) => of.reduce((a, b) => a + b, 0) / of.length
  const [mx, my] = [mean(x), mean(y)]
  const above = x.reduce((sum, each, index) => sum + (each - mx) * ((y[index] ?? 0) - my), 0)
  const below = x.reduce((sum, each) => sum + (each - mx) ** 2, 0)
  return above / below
}
