import { describe, expect, test } from 'vitest'
import {
  ACCOUNT,
  AGENTS,
  type Answer,
  billing,
  give,
  inTurn,
  MEMBERS,
  PROFILE,
  read,
  simulated,
  TEAMS,
} from './harness.ts'

const limited =
  (retryAfter?: string): Answer =>
  ({ response }) => {
    const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
    response.writeHead(429, { 'content-type': 'text/plain', ...headers }).end('Retry later\n')
  }
const agents = ACCOUNT[AGENTS] ?? limited()

describe('a rate limit', () => {
  test.each([
    ['the next full minute', undefined, 41_000, '12:01:01Z'],
    ['the seconds of Retry-After', '7', 8_000, '12:00:28Z'],
    ['the date of Retry-After', 'Mon, 23 Nov 2026 12:00:30 GMT', 11_000, '12:00:31Z'],
    ['a moment when Retry-After is over', 'Mon, 23 Nov 2026 11:00:00 GMT', 1_000, '12:00:21Z'],
    ['the next full minute when Retry-After is nonsense', 'soon', 41_000, '12:01:01Z'],
  ])('is waited for until %s, with jitter', async (_, retryAfter, ms, until) => {
    const { codes, sleeps, told } = await read({ [AGENTS]: inTurn(limited(retryAfter), agents) })
    expect(codes).toEqual([])
    expect(sleeps).toEqual([ms])
    expect(told).toEqual([
      expect.stringMatching(
        new RegExp(
          `^The rate limit of 127.0.0.1:\\d+ is reached: waiting until 2026-11-23T${until}\\.$`,
        ),
      ),
    ])
  })

  test('is waited for once by all requests of its window', async () => {
    const first = (path: string) => inTurn(limited(), ACCOUNT[path] ?? limited())
    const answers = { [PROFILE]: first(PROFILE), [AGENTS]: first(AGENTS), [TEAMS]: first(TEAMS) }
    const { codes, sleeps, told } = await read(answers)
    expect(codes).toEqual([])
    expect(sleeps.filter((ms) => ms > 10_000)).toHaveLength(1)
    expect(told).toHaveLength(1)
  })

  test('that never lifts is given up after three windows', async () => {
    const { codes, diagnostics, sleeps } = await read({ [MEMBERS]: limited() })
    expect(codes).toEqual(['server-rate-limit'])
    expect(sleeps).toHaveLength(3)
    expect(diagnostics[0]?.detail).toContain('Waited 3 times')
  })

  test.each(['0', '1'])(
    'that is not lifted after a Retry-After of %s seconds is waited for by whole minutes',
    async (retryAfter) => {
      const clock = simulated('')
      const lifted = clock.now().getTime() + 20_000
      const members = ACCOUNT[MEMBERS] ?? limited()
      const late: Answer = (exchange) =>
        give(clock.now().getTime() < lifted ? limited(retryAfter) : members, exchange)
      const options = { now: clock.now, sleep: clock.sleep }
      const { codes, told } = await read({ [MEMBERS]: late }, { options })
      expect(codes).toEqual([])
      expect(told).toHaveLength(2)
    },
  )

  test('is still waited for as long as Retry-After says where that is more than a minute', async () => {
    const lifted = inTurn(limited('1'), limited('90'), { json: [] })
    const { codes, sleeps } = await read({ [MEMBERS]: lifted })
    expect([codes, sleeps]).toEqual([[], [2_000, 91_000]])
  })

  test('may be met any number of times as long as the read gets on', async () => {
    const teams = Array.from({ length: 12 }, (_, i) => ({ ...billing, id: i + 1, name: `t${i}` }))
    const members = teams.map(({ id }) => [
      `${TEAMS}/${id}/team_members`,
      inTurn(limited('1'), { json: [] }),
    ])
    const settings = { options: { connections: 1 } }
    const answers = { [TEAMS]: { json: teams }, ...Object.fromEntries(members) }
    const { codes, told } = await read(answers, settings)
    expect(codes).toEqual([])
    expect(told).toHaveLength(12)
  })

  test.each([undefined, '3600', '99999999999999999999'])(
    'is not waited for beyond the deadline (Retry-After %s)',
    async (retryAfter) => {
      const options = { timeoutMs: 30_000 }
      const { codes, diagnostics, sleeps } = await read(
        { [AGENTS]: limited(retryAfter) },
        { options },
      )
      expect(codes).toEqual(['server-rate-limit'])
      expect(sleeps).toEqual([])
      expect(diagnostics[0]?.detail).toContain('after the 30s of --timeout')
    },
  )
})
