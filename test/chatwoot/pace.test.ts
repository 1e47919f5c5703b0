/** How fast requests follow each other: alone, over HTTP, and after a rate limit. */
import { describe, expect, test } from 'vitest'
import { openPace } from '../../src/chatwoot/pace.ts'
import {
  ACCOUNT,
  AGENTS,
  type Answer,
  type Answers,
  billing,
  inTurn,
  PROFILE,
  read,
  TEAMS,
} from './harness.ts'

/** Sends as fast as the pace allows, from 0 ms on; when each one was sent. */
function sent(count: number, rpm: number | null, slowDownAfter = Number.POSITIVE_INFINITY) {
  let time = 0
  const pace = openPace(rpm, () => new Date(time))
  const times = Array.from({ length: count }, (_, index) => {
    if (index === slowDownAfter) pace.slowDown()
    time += pace.reserve()
    return time
  })
  return { times, rpm: pace.rpm() }
}

const inAnyMinute = (times: readonly number[]) =>
  Math.max(...times.map((begin) => times.filter((at) => at >= begin && at < begin + 60_000).length))

describe('a pace', () => {
  test.each([1, 2, 3, 4, 5, 7, 60, 299])('of %i is kept in any 60 seconds', (rpm) => {
    const { times } = sent(3 * rpm + 5, rpm)
    expect(inAnyMinute(times)).toBeLessThanOrEqual(rpm)
    // And is no slower than it has to be.
    expect((times.at(-1) ?? 0) / 60_000).toBeLessThan(3 + 5 / rpm + 3)
  })

  test('that nobody asked for makes nothing wait', () => {
    expect(sent(1000, null)).toEqual({ times: Array(1000).fill(0), rpm: null })
  })

  test('lets a few go at once after a rest', () => {
    expect(sent(5, 60).times.slice(0, 4)).toEqual([0, 0, 0, 0])
    expect(sent(5, 60).times[4]).toBeGreaterThan(0)
  })

  test('is halved by each rate limit, from what was sent where nothing was asked for', () => {
    expect(sent(201, null, 200).rpm).toBe(100)
    expect(sent(301, 300, 300).rpm).toBe(150)
  })

  test('never falls below what lets a read end, nor rises above what was asked for', () => {
    expect(sent(2, null, 1).rpm).toBe(30)
    expect(sent(2, 40, 1).rpm).toBe(30)
    expect(sent(2, 10, 1).rpm).toBe(10)
  })
})

const limited: Answer = ({ response }) => {
  response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n')
}

function account(teams: number, more: Answers = {}): Answers {
  const list = Array.from({ length: teams }, (_, i) => ({ ...billing, id: i + 1, name: `t${i}` }))
  const members = list.map(({ id }) => [`${TEAMS}/${id}/team_members`, { json: [] }])
  return { [TEAMS]: { json: list }, ...Object.fromEntries(members), ...more }
}

describe('--max-rpm', () => {
  test('paces requests before the server objects', async () => {
    const { codes, sleeps, told } = await read(account(57), {
      options: { maxRpm: 30, connections: 1 },
    })
    expect([codes, told]).toEqual([[], []])
    // 60 requests at 30 a minute.
    const seconds = sleeps.reduce((sum, ms) => sum + ms, 0) / 1000
    expect(seconds).toBeGreaterThan(60)
    expect(seconds).toBeLessThan(150)
  })

  test('that leaves too little time ends the read with the pace and what to change', async () => {
    const { codes, diagnostics } = await read(account(57), {
      options: { maxRpm: 5, connections: 1 },
    })
    expect(codes).toEqual(['network-deadline'])
    expect(diagnostics[0]?.summary).toContain('within 5m (--timeout) at 5 requests a minute')
    expect(diagnostics[0]?.advice).toContain('--max-rpm')
  })
})

describe('after a rate limit', () => {
  test('the rest of the read is slower', async () => {
    const answers = account(21, { [AGENTS]: inTurn(limited, ACCOUNT[AGENTS] ?? limited) })
    const { codes, sleeps } = await read(answers, { options: { connections: 1 } })
    expect(codes).toEqual([])
    const [wait, ...pauses] = sleeps
    expect(wait).toBe(41_000)
    expect(pauses.length).toBeGreaterThan(10)
    expect(Math.max(...pauses)).toBeLessThan(3_000)
  })

  test('what is repeated is paced as well', async () => {
    const late: Answer = inTurn(limited, ACCOUNT[PROFILE] ?? limited)
    const { requests } = await read(account(0, { [PROFILE]: late }), { options: { maxRpm: 1 } })
    expect(requests).toHaveLength(4)
  })
})
