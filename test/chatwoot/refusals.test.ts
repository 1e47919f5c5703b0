import { describe, expect, test } from 'vitest'
import { DIAGNOSTICS } from '../../src/core/messages/diagnostic-records.ts'
import {
  AGENTS,
  ada,
  answering,
  grace,
  MEMBERS,
  PROFILE,
  person,
  READ_PATHS,
  ROLES,
  read,
  serve,
  TEAMS,
  VERSION,
} from './harness.ts'

const PAGE = '<!DOCTYPE html>\n<html><body>SECRET-page</body></html>'

describe('what the server refuses is told apart by its words', () => {
  test.each([
    ['token-not-received', 401, { errors: ['You need to sign in or sign up before continuing.'] }],
    ['token-not-received', 401, { errors: ['Melden Sie sich an.'] }],
    ['token-unknown', 401, { error: 'Invalid Access Token' }],
    ['token-unknown', 401, { error: 'Invalid Access Token', errors: ['x'] }],
    ['token-of-a-bot', 401, { error: 'Access to this endpoint is not authorized for bots' }],
    ['account-suspended', 401, { error: 'Account is suspended' }],
    ['token-not-a-member', 401, { error: 'You are not authorized to access this account' }],
    ['token-refused', 401, { error: 'You are not authorized to do this action' }],
    ['token-refused', 401, { error: 'Something new' }],
    ['token-refused', 401, {}],
    ['token-refused', 403, { error: 'API access is not enabled for this account' }],
    ['token-refused', 403, { error: 'x', error_code: 'mfa_enrollment_required' }],
    ['account-unknown', 404, { error: 'Resource could not be found' }],
    ['settings-not-chatwoot', 404, { status: 404, error: 'Not Found' }],
    ['server-not-found', 404, { error: 'Elsewhere' }],
    ['server-refused', 400, { status: 400, error: 'Bad Request' }],
    ['server-refused', 402, { error: 'Account limit exceeded. Please purchase more licenses' }],
    ['server-refused', 422, { message: 'Name must not be blank', attributes: ['name'] }],
    ['settings-not-chatwoot', 406, {}],
    ['server-refused', 418, {}],
    ['server-error', 500, { status: 500, error: 'Internal Server Error' }],
  ])('%s: %i %j', async (code, status, body) => {
    const { codes, diagnostics } = await read({ [AGENTS]: answering(status, body) })
    expect(codes).toEqual([code])
    const [told] = diagnostics
    const words = [body].flatMap((each) => Object.values(each).flat()).filter(isText)
    expect(told?.detail).toMatch(new RegExp(`GET http://127.*${AGENTS} answered ${status}`))
    for (const word of words.slice(0, 1)) expect(told?.detail).toContain(word)
    expect(told?.requestId).toBe('request-1')
    expect(told?.advice).toMatch(/\.$/)
    expect(told?.summary).toMatch(/^[^\n]+\.$/)
  })

  test.each([
    [401, { error: 'Account is suspended' }],
    [401, { error: 'You are not authorized to do this action' }],
    [403, { error: 'API access is not enabled for this account' }],
    [403, { error: 'x', error_code: 'mfa_enrollment_required' }],
  ])('what a refused profile says names no account: %i %j', async (status, body) => {
    const { codes, diagnostics } = await read({ [PROFILE]: answering(status, body) })
    expect(codes).toEqual(['token-refused'])
    expect(`${diagnostics[0]?.summary} ${diagnostics[0]?.advice}`).not.toMatch(/account [^\w]/i)
  })

  test.each([AGENTS, PROFILE])(
    'a person who must set up two-factor authentication is told so, also by %s',
    async (path) => {
      const body = { error: 'x', error_code: 'mfa_enrollment_required' }
      const { diagnostics } = await read({ [path]: answering(403, body) })
      expect(diagnostics[0]?.summary).toContain('requires two-factor authentication')
      expect(diagnostics[0]?.advice).toContain('set up two-factor authentication')
    },
  )

  const TRANSLATED = [
    'Sie sind nicht berechtigt, auf dieses Konto zuzugreifen',
    "Vous n'êtes pas autorisé à accéder à ce compte.",
    'Bu hesaba erişim yetkiniz yok',
    '您无权访问此帐户',
    'ليس لديك صلاحية الوصول إلى هذا الحساب',
  ]
  for (const path of [AGENTS, TEAMS, MEMBERS]) {
    test.each(TRANSLATED)(
      `somebody who is not on the account is told so at ${path}: %s`,
      async (error) => {
        const { codes, diagnostics } = await read({ [path]: answering(401, { error }) })
        expect(codes).toEqual(['token-not-a-member'])
        expect(diagnostics[0]?.summary).toContain('account 1, probably because they are not on it')
        expect(diagnostics[0]?.advice).toContain('add the user to the account')
      },
    )
  }

  test.each([
    ['the owner of a token is nobody of an account yet', PROFILE, { error: TRANSLATED[0] }],
    ['a gateway is terse', AGENTS, { error: 'Access denied' }],
    ['a gateway says more than one thing', AGENTS, { error: TRANSLATED[0], status: 401 }],
    ['a gateway says it otherwise', AGENTS, { message: TRANSLATED[0] }],
  ])('a refusal is not taken for that where %s', async (_, path, body) => {
    expect((await read({ [path]: answering(401, body) })).codes).toEqual(['token-refused'])
  })

  test('names of custom roles that are refused in another language cost no read', async () => {
    const ken = { ...grace, id: 3, email: 'ken@acme.com', custom_role_id: 5 }
    const { codes, snapshot } = await read(
      { [AGENTS]: { json: [ada, grace, ken] }, [ROLES]: answering(401, { error: TRANSLATED[0] }) },
      { wanted: { customRoles: 'held' } },
    )
    expect(codes).toEqual([])
    expect(snapshot?.customRoles).toMatchObject({ kind: 'unreadable' })
  })

  test.each([
    ['settings-not-chatwoot', 200],
    ['settings-not-chatwoot', 404],
    ['settings-not-chatwoot', 406],
    ['token-refused', 401],
    ['token-refused', 403],
    ['server-error', 502],
  ])('%s: %i with an HTML page, of which nothing is shown', async (code, status) => {
    const page = answering(status, PAGE, 'text/html; charset=utf-8')
    const { codes, diagnostics } = await read(
      Object.fromEntries(READ_PATHS.map((path) => [path, page])),
    )
    expect(codes).toEqual([code])
    expect(diagnostics[0]?.detail).toContain('HTML')
    expect(JSON.stringify(diagnostics)).not.toContain('SECRET')
  })

  test('a page without its type is still a page', async () => {
    expect((await read({ [TEAMS]: answering(200, `  ${PAGE}`, 'text/plain') })).codes).toEqual([
      'settings-not-chatwoot',
    ])
  })

  test('a suspended account is a matter of settings, not of the token', () => {
    expect(DIAGNOSTICS['account-suspended'].cause).toBe('settings')
  })

  test.each([
    ['There is no account 1 on 127.0.0.1:', 404, { error: 'Resource could not be found' }],
    ['Account 1 is suspended.', 401, { error: 'Account is suspended' }],
    ['not on account 1.', 401, { error: 'You are not authorized to access this account' }],
  ])('the message names the thing: %s', async (words, status, body) => {
    const { diagnostics } = await read({ [AGENTS]: answering(status, body) })
    expect(diagnostics[0]?.summary).toContain(words)
  })

  test('a base URL with a path that is not there is a matter of settings', async () => {
    const { diagnostics } = await read({
      [PROFILE]: answering(404, { status: 404, error: 'Not Found' }),
      [AGENTS]: answering(404, { status: 404, error: 'Not Found' }),
      [TEAMS]: answering(404, { status: 404, error: 'Not Found' }),
    })
    expect(diagnostics[0]?.code).toBe('settings-not-chatwoot')
    expect(diagnostics[0]?.advice).toContain('base URL')
  })

  test.each([
    ['/app', 406, '', '/app'],
    ['/app/login', 406, '', '/app/login'],
    ['/chat/app', 200, '/chat', '/app'],
    ['/api/v1', 404, '', '/api/v1'],
    ['/chat/api/v1/accounts/1', 404, '/chat', '/api/v1/accounts/1'],
  ])(
    'a base URL that ends in %s is corrected in the message',
    async (end, status, prefix, wrong) => {
      const page = answering(status, status === 200 ? PAGE : '', 'text/html')
      const answers = Object.fromEntries(READ_PATHS.map((path) => [path, page]))
      const { codes, diagnostics } = await read(answers, { prefix: end })
      expect(codes).toEqual(['settings-not-chatwoot'])
      const advice = diagnostics[0]?.advice?.replace(/127\.0\.0\.1:\d+/, 'HOST')
      expect(advice).toBe(`Set the base URL to http://HOST${prefix}, without ${wrong} at its end.`)
    },
  )

  // nginx answers 400 and a page to plain http on a port for https.
  test.each([400, 405, 451])('a page with %i is not from Chatwoot', async (status) => {
    const { codes, diagnostics } = await read({ [PROFILE]: answering(status, PAGE, 'text/html') })
    expect(codes).toEqual(['server-refused'])
    expect(diagnostics[0]?.summary).toContain('probably not by Chatwoot itself')
    expect(diagnostics[0]?.advice).toContain('the scheme and the port of the base URL')
  })

  test('only its own words are shown, on one line and cut short', async () => {
    const error = `\u001b[31m\u202e::error::\n${'x'.repeat(1000)}`
    const body = { error, token: 'SECRET-1', nested: { error: 'SECRET-2' } }
    const { diagnostics } = await read({ [AGENTS]: answering(422, body) })
    const text = JSON.stringify(diagnostics)
    expect(text).not.toMatch(/SECRET|\\u001b|\\n|\u202e/)
    expect(diagnostics[0]?.detail?.length).toBeLessThan(300)
  })

  test.each([
    ['a\u001b[2Jb', 'a [2Jb'],
    ['a\r\nb', 'a b'],
    ['a\u202eb\u2066c', 'a b c'],
    ['a\ud800b\ufeff', 'a b'],
  ])('%j is shown as %j', async (error, shown) => {
    const { diagnostics } = await read({ [AGENTS]: answering(422, { error }) })
    expect(diagnostics[0]?.detail).toMatch(new RegExp(`: ${shown.replace('[', '\\[')}\\.$`))
  })

  test('a member list that is refused for good leaves no snapshot', async () => {
    const answer = answering(401, { error: 'You are not authorized to access this account' })
    expect((await read({ [MEMBERS]: answer })).codes).toEqual(['token-not-a-member'])
  })
})

describe('redirects', () => {
  const to =
    (location: string | undefined, status = 302) =>
    ({ response }: { response: import('node:http').ServerResponse }) => {
      response.writeHead(status, location === undefined ? {} : { location }).end()
    }

  test.each([301, 302, 303, 307, 308])(
    '%i to the same part of the API is followed',
    async (status) => {
      const moved = `/chat${AGENTS}/?x=1`
      const { snapshot, requests } = await read({
        [AGENTS]: to(moved, status),
        [moved]: { json: [ada, grace] },
      })
      expect(snapshot?.requests).toBe(requests.length)
      expect(snapshot?.agents).toHaveLength(2)
    },
  )

  // Each answers with a list that would be believed.
  test.each([
    [TEAMS, '/login'],
    [TEAMS, '/api/v1/accounts/2/teams'],
    [TEAMS, `${TEAMS}/archived`],
    [MEMBERS, '/api/v1/accounts/1/teams/8/team_members'],
    [ROLES, '/api/v1/accounts/2/custom_roles'],
    [VERSION, '/version.json'],
  ])('of %s to %s is not followed, because it leads to something else', async (path, location) => {
    const wanted = { customRoles: 'all', version: true } as const
    const answers = { [ROLES]: { json: [] }, [location]: { json: [] }, [path]: to(location) }
    const { codes, diagnostics, requests } = await read(answers, { wanted })
    expect(requests.map(({ url }) => url)).not.toContain(location)
    // A snapshot does not need the version.
    expect(codes).toEqual(path === VERSION ? [] : ['settings-redirect'])
    if (path === VERSION) return
    expect(diagnostics[0]?.summary).toBe(`The server redirects to another page: ${location}.`)
    expect(diagnostics[0]?.advice).toContain('--header-file')
  })

  test('without the page number of the request is not followed', async () => {
    const many = Array.from({ length: 25 }, (_, id) => person(id + 1, `u${id + 1}@acme.com`))
    const people = [ada, ...many.slice(1)]
    const { codes } = await read({
      [AGENTS]: { json: people },
      [`${AGENTS}?page=2`]: to(`${AGENTS}/`),
      [`${AGENTS}/`]: { json: people },
    })
    expect(codes).toEqual(['settings-redirect'])
  })

  test.each([
    ['another host', 'https://evil.example/login?token=1', 'https://evil.example;'],
    ['another port', 'http://127.0.0.1:1/x', 'http://127.0.0.1:1;'],
    ['another scheme of another host', 'https://chat.acme.com/x', 'https://chat.acme.com;'],
    ['its own https', 'https://127.0.0.1/api/v1/profile', 'redirects from http to https'],
    ['itself', AGENTS, 'in a loop'],
    ['nowhere', undefined, 'without saying where'],
    ['nonsense', 'http://[', 'without saying where'],
    ['a script', 'javascript:alert(1)', 'without saying where'],
  ])('to %s is refused', async (_, location, words) => {
    const { codes, diagnostics, requests } = await read({ [AGENTS]: to(location) })
    expect(codes).toEqual(['settings-redirect'])
    expect(diagnostics[0]?.summary).toContain(words)
    expect(requests.filter(({ url }) => url === AGENTS).length).toBeLessThanOrEqual(4)
  })

  test('to https of the same host names the base URL to use', async () => {
    const location = 'https://127.0.0.1:8443/chat/api'
    const { diagnostics } = await read({ [AGENTS]: to(location) }, { prefix: '/chat' })
    expect(diagnostics[0]?.advice).toContain('https://127.0.0.1:8443/chat.')
  })

  test('are followed three times and no further', async () => {
    const at = (step: number) => `/${step}${AGENTS}`
    const chain = (length: number) => ({
      [AGENTS]: to(at(1)),
      ...Object.fromEntries(
        Array.from({ length: length - 1 }, (_, i) => [at(i + 1), to(at(i + 2))]),
      ),
      [at(length)]: { json: [ada, grace] },
    })
    expect((await read(chain(3))).codes).toEqual([])
    const { codes, requests } = await read(chain(4))
    expect(codes).toEqual(['settings-redirect'])
    expect(requests.map(({ url }) => url)).not.toContain(at(4))
  })

  test('to another origin reach it with nothing: no token, no request', async () => {
    const elsewhere = await serve({})
    const { codes } = await read({ [AGENTS]: to(`${elsewhere.origin}${AGENTS}`) })
    await elsewhere.close()
    expect([codes, elsewhere.requests]).toEqual([['settings-redirect'], []])
  })

  test('304 is no answer to a question that was not asked', async () => {
    expect((await read({ [AGENTS]: to(undefined, 304) })).codes).toEqual(['server-shape'])
  })
})

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
