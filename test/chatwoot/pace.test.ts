/** How fast requests follow each other: alone, over HTTP, and after a rate limit. */
import { describe, expect, test } from 'vitest'
import { openPace } from '../../src/chatwoot/pace.ts'
import {
  ACCOUNT,
  AGENTS,
  type Answer,
  type Answers,
  billing,
  type Exchange,
  give,
  inTurn,
  PROFILE,
  read,
  simulated,
  TEAMS,
} from './harness.ts'

/** Sends as fast as the pace allows, from 0 ms on; when each one was sent. */
function sent(count: number, rpm: number | null) {
  let time = 0
  const pace = openPace(rpm, () => new Date(time))
  const times = Array.from({ length: count }, () => {
    time += pace.reserve()
    return time
  })
  return { times, rpm: pace.rpm() }
}

/** The pace after these events, each at its second of a minute that begins at 0. */
type Events = [number, 'passed' | number][]
function paceAfter(maxRpm: number | null, ...events: Events) {
  let time = 0
  const pace = openPace(maxRpm, () => new Date(time))
  for (const [second, event] of events) {
    time = second * 1000
    if (event === 'passed') pace.passed()
    else pace.refused(event * 1000)
  }
  return pace.rpm()
}
const passedAt = (second: number, count: number) =>
  Array.from({ length: count }, (): [number, 'passed'] => [second, 'passed'])

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

  test('stays as it is after one refusal, however little was sent before', () => {
    expect(paceAfter(null, [20, 60])).toBeNull()
    expect(paceAfter(null, ...passedAt(10, 3), [20, 60])).toBeNull()
    expect(paceAfter(300, ...passedAt(10, 3), [20, 60])).toBe(300)
  })

  test('is half of what went through in the following window, where that is refused as well', () => {
    expect(paceAfter(null, [20, 61], ...passedAt(70, 200), [90, 120])).toBe(100)
    expect(paceAfter(150, [20, 61], ...passedAt(70, 200), [90, 120])).toBe(100)
    // And again in the window after that.
    const first = [...passedAt(70, 200), [90, 120]] satisfies Events
    const twice = [...first, ...passedAt(130, 90), [140, 180]] satisfies Events
    expect(paceAfter(null, [20, 61], ...twice)).toBe(45)
  })

  test('stays as it is where the following window let everything through', () => {
    expect(paceAfter(null, [20, 61], ...passedAt(70, 200), [121, 180])).toBeNull()
  })

  test('never falls below what lets a read end, nor rises above what was asked for', () => {
    expect(paceAfter(null, [20, 61], ...passedAt(70, 2), [90, 120])).toBe(30)
    expect(paceAfter(10, [20, 61], ...passedAt(70, 200), [90, 120])).toBe(10)
    expect(paceAfter(40, [20, 61], ...passedAt(70, 2), [90, 120])).toBe(30)
  })

  test.each([7, 60, 300])('of %i knows how long so many more requests take', (rpm) => {
    for (const before of [0, 1, 5]) {
      let time = 0
      const pace = openPace(rpm, () => new Date(time))
      for (let n = 0; n < before; n += 1) time += pace.reserve()
      const [begin, needs] = [time, pace.needs(20)]
      for (let n = 0; n < 20; n += 1) time += pace.reserve()
      expect(needs).toBe(time - begin)
    }
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

  test('that cannot be kept in the time allowed ends the read as soon as that is known', async () => {
    const { codes, diagnostics, requests } = await read(account(57), {
      options: { maxRpm: 10, connections: 1 },
    })
    expect(codes).toEqual(['network-deadline'])
    // Owner, agents, teams: then it is known how many requests are left.
    expect(requests.length).toBeLessThanOrEqual(3)
    expect(diagnostics[0]?.detail).toBe(
      'This is the limit of --max-rpm. Remaining requests: at least 57.',
    )
  })

  test('that just fits is not given up', async () => {
    const { codes } = await read(account(45), { options: { maxRpm: 10, connections: 1 } })
    expect(codes).toEqual([])
  })

  test('is kept in any 60 seconds also by those who waited for a rate limit together', async () => {
    const clock = patientClock()
    const times: number[] = []
    const noting =
      (answer: Answer): Answer =>
      (exchange) => {
        times.push(clock.now().getTime())
        give(answer, exchange)
      }
    const answers = account(40, { [AGENTS]: inTurn(limited, ACCOUNT[AGENTS] ?? limited) })
    const noted = Object.entries({ ...ACCOUNT, ...answers, [AGENTS]: answers[AGENTS] ?? limited })
    const { codes } = await read(
      Object.fromEntries(noted.map(([path, answer]) => [path, noting(answer)])),
      { options: { maxRpm: 20, connections: 16, now: clock.now, sleep: clock.sleep } },
    )
    expect(codes).toEqual([])
    expect(times.length).toBeGreaterThan(43)
    expect(inAnyMinute(times)).toBeLessThanOrEqual(20)
  })
})

/** Time moves only when nothing else has happened for a moment, and then to the next who sleeps. */
function patientClock() {
  let time = Date.UTC(2026, 10, 23, 12, 0, 20)
  const sleepers = new Map<() => void, number>()
  const tick = () => {
    const [first] = [...sleepers].toSorted(([, a], [, b]) => a - b)
    if (first === undefined) return
    time = Math.max(time, first[1])
    sleepers.delete(first[0])
    first[0]()
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      tick()
      if (sleepers.size > 0) later()
    }, 12)
  }
  return {
    now: () => new Date(time),
    sleep: (ms: number) =>
      new Promise<void>((resolve) => {
        sleepers.set(resolve, time + ms)
        later()
      }),
  }
}

/** Lets `most` requests through in each minute of the clock, `taken` of the first by somebody else. */
function limiting(answers: Answers, now: () => Date, most: number, taken: number): Answers {
  const through = new Map<number, number>([[Math.floor(now().getTime() / 60_000), taken]])
  return Object.fromEntries(
    Object.entries({ ...ACCOUNT, ...answers }).map(([path, answer]) => [
      path,
      (exchange: Exchange) => {
        const minute = Math.floor(now().getTime() / 60_000)
        const count = through.get(minute) ?? 0
        through.set(minute, count + 1)
        give(count < most ? answer : limited, exchange)
      },
    ]),
  )
}

describe('after a rate limit', () => {
  test('that others used up, a read that fits into one minute takes one wait', async () => {
    const clock = simulated('')
    const { codes, requests } = await read(limiting(account(202), clock.now, 300, 290), {
      options: { now: clock.now, sleep: clock.sleep },
    })
    expect(codes).toEqual([])
    expect(clock.sleeps).toEqual([41_000])
    expect(requests.length).toBeGreaterThanOrEqual(205)
  })

  test('a read slows down only once the following window is refused as well', async () => {
    const clock = simulated('')
    const answers = limiting(account(300), clock.now, 100, 0)
    const { codes, told } = await read(answers, {
      options: { now: clock.now, sleep: clock.sleep, connections: 1 },
    })
    expect([codes, told.length]).toEqual([[], 2])
    const pauses = clock.sleeps.filter((ms) => ms < 10_000)
    // 103 requests are left, at 50 a minute.
    expect(pauses.length).toBeGreaterThan(90)
    expect(Math.max(...pauses)).toBeLessThan(60_000 / 46)
  })

  test('that leaves too little time for the rest, the read says so instead of waiting', async () => {
    const clock = simulated('')
    const answers = limiting(account(600), clock.now, 100, 0)
    const { codes, diagnostics } = await read(answers, {
      options: { now: clock.now, sleep: clock.sleep, connections: 1 },
    })
    expect(codes).toEqual(['server-rate-limit'])
    expect(clock.sleeps).toEqual([41_000])
    expect(diagnostics[0]?.detail).toMatch(
      /at 50 requests a minute \(half of the requests that the server answered\), the remaining 403 requests do not fit into the 5m of --timeout\.$/,
    )
  })

  test('what is repeated is paced as well', async () => {
    const late: Answer = inTurn(limited, ACCOUNT[PROFILE] ?? limited)
    const { requests } = await read(account(0, { [PROFILE]: late }), { options: { maxRpm: 1 } })
    expect(requests).toHaveLength(4)
  })
})
