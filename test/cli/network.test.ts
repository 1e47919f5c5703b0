/** Networks as they are: proxies, authorities of one's own, gateways, prefixes, IPv6. */
import { rootCertificates } from 'node:tls'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { resolveNetwork } from '../../src/connect/network.ts'
import type { Diagnostic } from '../../src/core/messages/diagnostic.ts'
import { makeReader } from '../../src/policy/read/named-file.ts'
import type { World } from '../../src/shell/world.ts'
import { selfSigned } from '../chatwoot/certificate.ts'
import { connectProxy, prefixFront, tlsFront } from './fronts.ts'
import { spawnRollcall } from './spawn.ts'
import { ADA, connection, EXACT, folder, run, type Setting, serve } from './world.ts'

const files = { 'rollcall.yaml': EXACT }

async function plan(argv: readonly string[], setting: Setting) {
  const ran = await run(['plan', '--format', 'json', '--verbose', ...argv], { files, ...setting })
  const document = JSON.parse(ran.stdout)
  const [problem = null] = document.accounts[0]?.diagnostics ?? document.diagnostics
  return { ...ran, problem: problem as (Diagnostic & { code: string }) | null }
}

const BEHIND = { CHATWOOT_BASE_URL: 'http://chat.invalid', CHATWOOT_API_TOKEN: ADA }

describe('a proxy', () => {
  test('of HTTP_PROXY is asked to connect, and alone gets its credentials', async () => {
    const sandbox = await serve()
    const proxy = await connectProxy({ to: sandbox.port })
    const env = { ...BEHIND, HTTP_PROXY: `http://me:SECRET-%3A1@${proxy.address}` }
    const { code, stdout, stderr } = await plan(['--insecure-http'], { env })
    expect(code).toBe(0)
    const authorization = `Basic ${Buffer.from('me:SECRET-:1').toString('base64')}`
    expect(new Set(proxy.tunnels.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ host: 'chat.invalid:80', authorization })]),
    )
    for (const { headers } of sandbox.requests) {
      expect(headers['proxy-authorization']).toBeUndefined()
      expect(headers['api-access-token']).toBe(ADA)
      expect(headers.host).toBe('chat.invalid')
    }
    expect(stdout + stderr).not.toMatch(/SECRET-|U0VDUkVU|Basic/)
  })

  test('of HTTPS_PROXY never sees the token: TLS goes through it', async () => {
    const sandbox = await serve()
    const front = await tlsFront(sandbox, 'chat.invalid')
    const proxy = await connectProxy({ to: front.port })
    const setting = {
      files: { ...files, 'ca.pem': front.cert },
      env: { ...BEHIND, CHATWOOT_BASE_URL: 'https://chat.invalid', https_proxy: proxy.address },
    }
    expect((await plan(['--ca-file', 'ca.pem'], setting)).code).toBe(0)
    expect(proxy.tunnels[0]).toEqual({ host: 'chat.invalid:443', authorization: undefined })
    expect((await plan([], setting)).problem?.code).toBe('network-tls')
  })

  test.each(['chat.invalid', '.invalid', '*.invalid', 'x, chat.invalid:80', '*'])(
    'is not used for what NO_PROXY=%s names',
    async (list) => {
      const proxy = await connectProxy({})
      const env = { ...BEHIND, HTTP_PROXY: proxy.address, NO_PROXY: list }
      expect((await plan(['--insecure-http'], { env })).problem?.code).toBe('network-name')
      expect(proxy.tunnels).toEqual([])
    },
  )

  test.each(['other.invalid', 'hat.invalid', 'chat.invalid:81', ''])(
    'is used where NO_PROXY=%s names others',
    async (list) => {
      const proxy = await connectProxy({ to: (await serve()).port })
      const env = { ...BEHIND, HTTP_PROXY: proxy.address, NO_PROXY: list }
      expect((await plan(['--insecure-http'], { env })).code).toBe(0)
    },
  )

  test('is never used for loopback, which plain http may go to', async () => {
    const proxy = await connectProxy({})
    const env = { ...connection(await serve()), HTTP_PROXY: proxy.address }
    expect((await plan([], { env })).code).toBe(0)
    expect(proxy.tunnels).toEqual([])
  })

  test.each([
    [407, 'does not accept the user name and password', 'HTTP_PROXY', 1],
    [403, 'did not connect to chat.invalid:80: it answered 403', 'add chat.invalid to NO_PROXY', 1],
    [405, 'did not connect to chat.invalid:80: it answered 405', 'HTTP_PROXY names a proxy', 1],
    [502, 'did not connect to chat.invalid:80: it answered 502', 'add chat.invalid to NO_PROXY', 3],
  ])('that answers %i is named, with the next step', async (status, says, advice, tries) => {
    const proxy = await connectProxy({ status })
    const env = { ...BEHIND, HTTP_PROXY: `http://me:SECRET-1@${proxy.address}` }
    const { code, problem, stdout, stderr } = await plan(['--insecure-http'], { env })
    expect([code, problem?.code]).toEqual([1, 'network-proxy'])
    expect(problem?.summary).toContain(says)
    expect(problem?.summary).toContain(proxy.address)
    expect(problem?.advice).toContain(advice)
    // Profile, agents and teams are asked for at once.
    expect(proxy.tunnels.length).toBeLessThanOrEqual(3 * tries)
    expect(stdout + stderr).not.toContain('SECRET-')
  })

  const WAYS_TO_FAIL: readonly (readonly [string, () => Promise<string>, string, string])[] = [
    [
      'has a name that nobody knows',
      async () => 'http://proxy.invalid:3128',
      'The name of the proxy proxy.invalid:3128 (HTTPS_PROXY) could not be resolved.',
      'Check the spelling in HTTPS_PROXY',
    ],
    [
      'accepts no connection',
      async () => 'http://127.0.0.1:9',
      'No connection to the proxy 127.0.0.1:9 (HTTPS_PROXY).',
      'Check the host and the port in HTTPS_PROXY',
    ],
    [
      'closes the connection',
      async () => (await connectProxy({ answer: '' })).address,
      'The proxy HOST (HTTPS_PROXY) closed the connection without an answer.',
      'check the scheme and the port in HTTPS_PROXY',
    ],
    [
      'does not speak HTTP',
      async () => (await connectProxy({ answer: 'SSH-2.0-OpenSSH_9.6\r\n' })).address,
      'The answer of the proxy HOST (HTTPS_PROXY) is not HTTP.',
      'Check the scheme, the host and the port in HTTPS_PROXY',
    ],
    [
      'wants a password that nobody gave',
      async () => (await connectProxy({ status: 407 })).address,
      'The proxy HOST (HTTPS_PROXY) requires a user name and password.',
      'Add them to HTTPS_PROXY',
    ],
    [
      'speaks no https',
      async () => `https://${(await connectProxy({})).address}`,
      'No https connection to the proxy HOST (HTTPS_PROXY): ERR_SSL',
      'Check the scheme and the port in HTTPS_PROXY',
    ],
    [
      'has a certificate that nobody trusts',
      async () => `https://${(await connectProxy({ tls: selfSigned() })).address}`,
      'No trusted https connection to the proxy HOST (HTTPS_PROXY): DEPTH_ZERO_SELF_SIGNED_CERT.',
      'certificate of the proxy',
    ],
  ]

  test.each(WAYS_TO_FAIL)(
    'that %s is named, with its variable, and the server is not blamed',
    async (_, start, says, advice) => {
      const address = await start()
      const env = {
        ...BEHIND,
        CHATWOOT_BASE_URL: 'https://chat.invalid/app/accounts/1',
        HTTPS_PROXY: address,
      }
      const expected = says.replace('HOST', address.replace(/^https?:\/\//, ''))
      const { code, problem } = await plan([], { env })
      expect([code, problem?.code]).toEqual([1, 'network-proxy'])
      expect(problem?.summary).toContain(expected)
      expect(problem?.summary).not.toContain('chat.invalid')
      expect(problem?.advice).toContain(advice)
      const checkup = await run(['doctor', '--format', 'json'], { env })
      const failed = JSON.parse(checkup.stdout).checks.filter(
        ({ status }: { status: string }) => status === 'fail',
      )
      expect([checkup.code, failed.length, failed[0].check]).toEqual([1, 1, 'connection'])
      expect(failed[0].summary).toContain(expected)
    },
  )

  test('with a certificate for another name is named', async () => {
    const tls = selfSigned('other.invalid')
    const proxy = await connectProxy({ tls })
    const { problem } = await plan(['--insecure-http', '--ca-file', 'ca.pem'], {
      env: { ...BEHIND, HTTP_PROXY: `https://${proxy.address}` },
      files: { ...files, 'ca.pem': tls.cert },
    })
    expect(problem?.summary).toBe(
      `No trusted https connection to the proxy ${proxy.address} (HTTP_PROXY): ERR_TLS_CERT_ALTNAME_INVALID.`,
    )
  })

  test('that speaks https at an IP address gets no warning from Node on stderr', async () => {
    const warnings: string[] = []
    const note = ({ message }: Error) => void warnings.push(message)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const { address } = await connectProxy({ tls: selfSigned() })
    const ip = address.replace('localhost', '127.0.0.1')
    const env = { ...BEHIND, HTTP_PROXY: `https://${ip}` }
    const { problem } = await plan(['--insecure-http'], { env })
    expect([problem?.summary, warnings]).toEqual([
      `No trusted https connection to the proxy ${ip} (HTTP_PROXY): DEPTH_ZERO_SELF_SIGNED_CERT.`,
      [],
    ])
  })

  test('that speaks https with a trusted certificate works', async () => {
    const tls = selfSigned()
    const proxy = await connectProxy({ to: (await serve()).port, tls })
    const { code } = await plan(['--insecure-http', '--ca-file', 'ca.pem'], {
      env: { ...BEHIND, HTTP_PROXY: `https://${proxy.address}` },
      files: { ...files, 'ca.pem': tls.cert },
    })
    expect([code, proxy.tunnels.length > 0]).toEqual([0, true])
  })

  test('that never answers is named when the time is over', async () => {
    const proxy = await connectProxy({ answer: null })
    const began = Date.now()
    const { problem } = await plan(['--insecure-http', '--timeout', '1s'], {
      env: { ...BEHIND, HTTP_PROXY: proxy.address },
    })
    expect(Date.now() - began).toBeLessThan(10_000)
    expect(problem?.code).toBe('network-deadline')
    expect(problem?.detail).toContain(`through the proxy ${proxy.address} (HTTP_PROXY)`)
  })

  test('does not take the blame for a server that fails behind it', async () => {
    const proxy = await connectProxy({ to: (await serve()).port })
    const { problem } = await plan([], {
      env: { ...BEHIND, CHATWOOT_BASE_URL: 'https://chat.invalid', HTTPS_PROXY: proxy.address },
    })
    // What is behind this one speaks plain http.
    expect(problem?.code).toBe('network-tls')
    expect(problem?.summary).toContain('chat.invalid:443')
    expect(problem?.detail).toContain(`through the proxy ${proxy.address} (HTTPS_PROXY)`)
  })

  test.each(['ALL_PROXY', 'all_proxy'])('of %s is used where no other is named', async (name) => {
    const sandbox = await serve()
    const [all, own] = [
      await connectProxy({ to: sandbox.port }),
      await connectProxy({ to: sandbox.port }),
    ]
    const env = { ...BEHIND, [name]: `http://me:SECRET-1@${all.address}`, HTTPS_PROXY: 'x' }
    expect((await plan(['--insecure-http'], { env })).code).toBe(0)
    const tunnels = all.tunnels.length
    expect(tunnels).toBeGreaterThan(0)
    const both = { ...env, HTTP_PROXY: own.address }
    expect((await plan(['--insecure-http'], { env: both })).code).toBe(0)
    expect([all.tunnels.length, own.tunnels.length > 0]).toEqual([tunnels, true])
  })

  test.each([
    ['HTTP_PROXY', 'socks5://me:SECRET-1@127.0.0.1', 'SOCKS proxy (socks5://)'],
    ['ALL_PROXY', 'socks5h://me:SECRET-1@proxy.invalid:1080', 'SOCKS proxy (socks5h://)'],
    ['all_proxy', 'SOCKS://proxy.invalid', 'SOCKS proxy (socks://)'],
    ['HTTP_PROXY', 'ftp://me:SECRET-1@127.0.0.1', 'begins with ftp://'],
    ['HTTP_PROXY', 'http://me:SECRET-1@:x', 'not a valid URL'],
    ['HTTP_PROXY', 'http://', 'not a valid URL'],
    ['HTTP_PROXY', 'http://me:12#SECRET-1@proxy.invalid:3128', '# as %23'],
    ['HTTP_PROXY', 'http://me:12/SECRET-1@proxy.invalid:3128', '/ as %2F'],
    ['HTTP_PROXY', 'http://me:12?SECRET-1@proxy.invalid:3128', '? as %3F'],
  ])(
    'address that cannot be one (%s=%s) is refused without repeating it',
    async (name, address, says) => {
      const { code, problem, stdout } = await plan(['--insecure-http'], {
        env: { ...BEHIND, [name]: address },
      })
      expect([code, problem?.code]).toEqual([1, 'settings-invalid'])
      expect(problem?.summary).toMatch(new RegExp(`^${name}: `))
      expect(problem?.summary).toContain(says)
      expect(problem?.advice).toContain('add chat.invalid to NO_PROXY')
      expect(stdout).not.toMatch(/SECRET-|me:/)
    },
  )

  test('of SOCKS is no error for a server that NO_PROXY names', async () => {
    const env = { ...BEHIND, ALL_PROXY: 'socks5://proxy.invalid', NO_PROXY: 'invalid' }
    expect((await plan(['--insecure-http'], { env })).problem?.code).toBe('network-name')
  })
})

describe('a certificate authority of one’s own', () => {
  test('is trusted with --ca-file', async () => {
    const front = await tlsFront(await serve())
    const env = { CHATWOOT_BASE_URL: `https://localhost:${front.port}`, CHATWOOT_API_TOKEN: ADA }
    const pem = `# ours\n${selfSigned('other').cert}\n${front.cert}`
    const setting = { env, files: { ...files, 'ca.pem': pem } }
    expect((await plan([], setting)).problem?.code).toBe('network-tls')
    expect((await plan(['--ca-file', 'ca.pem'], setting)).code).toBe(0)
  })

  test('does not replace the usual ones', async () => {
    const { cert } = selfSigned()
    const extra = selfSigned('extra').cert
    const cwd = folder({ 'ca.pem': cert, 'extra.pem': extra })
    const problems: Diagnostic[] = []
    const world = { cwd, env: { NODE_EXTRA_CA_CERTS: `${cwd}/extra.pem` } } as unknown as World
    const flags = { 'ca-file': 'ca.pem', 'header-file': null }
    const { network } = await resolveNetwork(
      'https://chat.acme.com',
      flags,
      world,
      makeReader(world),
      problems,
    )
    expect(problems).toEqual([])
    expect(network.authorities).toContain(cert.trim())
    const first = rootCertificates[0] ?? ''
    expect(network.authorities?.map((each) => each.trim())).toContain(first.trim())
  })

  test('of NODE_EXTRA_CA_CERTS is trusted, also beside --ca-file', async () => {
    const front = await tlsFront(await serve())
    const cwd = folder({
      'rollcall.yaml': EXACT.replace('2026-12-15', '2999-12-31'),
      'ca.pem': selfSigned('other').cert,
      'extra.pem': front.cert,
    })
    const env = {
      CHATWOOT_BASE_URL: `https://localhost:${front.port}`,
      CHATWOOT_API_TOKEN: ADA,
      NODE_EXTRA_CA_CERTS: `${cwd}/extra.pem`,
    }
    expect((await spawnRollcall(['plan'], { cwd, env })).code).toBe(0)
    expect((await spawnRollcall(['plan', '--ca-file', 'ca.pem'], { cwd, env })).code).toBe(0)
  })

  test.each([
    ['none.pem', 'none.pem cannot be read (no such file or folder)', null],
    ['empty.pem', 'empty.pem contains no certificate', null],
    ['broken.pem', 'The certificate is invalid', 3],
    ['long.pem', 'larger than 1 MiB', null],
  ])('in a file that cannot be used is refused: %s', async (file, says, line) => {
    const { problem } = await plan(['--insecure-http', '--ca-file', file], {
      env: BEHIND,
      files: {
        ...files,
        'empty.pem': '# nothing\n',
        'broken.pem': '\n\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
        'long.pem': 'x'.repeat(1 << 21),
      },
    })
    expect(problem?.code).toBe('settings-invalid')
    expect(problem?.summary).toContain(says)
    expect(problem?.location).toEqual(line && { file, line, column: 1 })
  })
})

describe('an environment that asks for no verification', () => {
  const asks = { NODE_TLS_REJECT_UNAUTHORIZED: '0' }
  const COMMANDS: readonly (readonly string[])[] = [
    ['plan'],
    ['list'],
    ['export'],
    ['snapshot'],
    ['doctor'],
    ['adopt'],
    ['init'],
    ['review', '-o', 'review'],
  ]

  async function outcome(argv: readonly string[], env: Readonly<Record<string, string>>) {
    const cwd = folder(argv[0] === 'init' ? {} : files)
    const { code, stdout, stderr } = await spawnRollcall(argv, { cwd, env: { ...env, ...asks } })
    return { code, text: (stdout + stderr).replace(/\s+/g, ' ') }
  }

  test.each(COMMANDS)(
    'does not get it: `%s` sends no token to a server nobody vouches for',
    async (...argv) => {
      const sandbox = await serve()
      const front = await tlsFront(sandbox)
      const { code, text } = await outcome(argv, {
        CHATWOOT_BASE_URL: `https://localhost:${front.port}/app/accounts/1`,
        CHATWOOT_API_TOKEN: ADA,
      })
      expect([code, sandbox.requests]).toEqual([1, []])
      expect(text).toContain(`No trusted https connection to localhost:${front.port}`)
      expect(text).toContain('rollcall ignores NODE_TLS_REJECT_UNAUTHORIZED=0')
      // What Node says of that variable would be untrue here.
      expect(text).not.toContain('insecure')
    },
  )

  test.each(COMMANDS)(
    'does not get it: `%s` sends no token through a proxy nobody vouches for',
    async (...argv) => {
      const proxy = await connectProxy({ to: (await serve()).port, tls: selfSigned() })
      const { code, text } = await outcome([...argv, '--insecure-http'], {
        CHATWOOT_BASE_URL: 'http://chat.invalid/app/accounts/1',
        CHATWOOT_API_TOKEN: ADA,
        HTTP_PROXY: `https://${proxy.address}`,
      })
      expect([code, proxy.tunnels]).toEqual([1, []])
      expect(text).toContain(`${proxy.address} (HTTP_PROXY)`)
      expect(text).toContain('rollcall ignores NODE_TLS_REJECT_UNAUTHORIZED=0')
    },
  )

  test('does not get it for a server behind a proxy either', async () => {
    const sandbox = await serve()
    const front = await tlsFront(sandbox, 'chat.invalid')
    const proxy = await connectProxy({ to: front.port })
    const { code, text } = await outcome(['plan'], {
      CHATWOOT_BASE_URL: 'https://chat.invalid',
      CHATWOOT_API_TOKEN: ADA,
      HTTPS_PROXY: proxy.address,
    })
    expect([code, sandbox.requests]).toEqual([1, []])
    expect(text).toContain('No trusted https connection to chat.invalid:443')
  })

  test('does not get it from the connection itself, whatever the process was told', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    const sandbox = await serve()
    const front = await tlsFront(sandbox)
    const env = { CHATWOOT_BASE_URL: `https://localhost:${front.port}`, CHATWOOT_API_TOKEN: ADA }
    expect((await plan([], { env })).problem?.code).toBe('network-tls')
    const proxy = await connectProxy({ to: sandbox.port, tls: selfSigned() })
    const behind = { ...BEHIND, HTTP_PROXY: `https://${proxy.address}` }
    expect((await plan(['--insecure-http'], { env: behind })).problem?.code).toBe('network-proxy')
    expect([sandbox.requests, proxy.tunnels]).toEqual([[], []])
  })

  test('is told by doctor that it is ignored, where the server is trusted', async () => {
    const front = await tlsFront(await serve())
    const cwd = folder({ 'ca.pem': front.cert })
    const env = {
      CHATWOOT_BASE_URL: `https://localhost:${front.port}/app/accounts/1`,
      CHATWOOT_API_TOKEN: ADA,
      ...asks,
    }
    const { code, stdout, stderr } = await spawnRollcall(['doctor', '--ca-file', 'ca.pem'], {
      cwd,
      env,
    })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'https, with a trusted certificate. rollcall ignores NODE_TLS_REJECT_UNAUTHORIZED=0.',
    )
  })
})

describe('headers for a gateway', () => {
  test('are sent with every request, and shown nowhere', async () => {
    const sandbox = await serve()
    const text =
      '\ufeff# gateway\r\nCF-Access-Client-Id: SECRET-id\r\n\r\nX-Gate:\tSECRET value:1 \r\n'
    const setting = { env: connection(sandbox), files: { ...files, 'h.txt': text } }
    const { code, stdout, stderr } = await plan(['--header-file', 'h.txt'], setting)
    expect(code).toBe(0)
    for (const { headers } of sandbox.requests) {
      expect(headers['cf-access-client-id']).toBe('SECRET-id')
      expect(headers['x-gate']).toBe('SECRET value:1')
      expect(headers['api-access-token']).toBe(ADA)
    }
    expect(stdout + stderr).not.toMatch(/SECRET|x-gate|cf-access/i)
  })

  test.each([
    ['no colon SECRET-1', 'not a header such as'],
    ['X-Empty:', 'not a header such as'],
    ['X Y: SECRET-1', 'not a header such as'],
    ['X-Umlaut: SECRET-ü', 'not a header such as'],
    ['X-Control: SECRET-\u0007', 'not a header such as'],
    [' X-Folded: SECRET-1', 'not a header such as'],
    ['Host: SECRET-1', 'header host'],
    ['api_access_token: SECRET-1', 'header api-access-token'],
    ['API-Access-Token: SECRET-1', 'header api-access-token'],
    ['Transfer-Encoding: SECRET-1', 'header transfer-encoding'],
    ['x-ONE: SECRET-1', 'same header as line 1'],
    ['x_one: SECRET-1', 'same header as line 1'],
  ])('in a line like %j are refused with its place, not its text', async (line, says) => {
    const sandbox = await serve()
    const { code, stdout, stderr } = await run(['plan', '--header-file', 'h.txt'], {
      env: connection(sandbox),
      files: { ...files, 'h.txt': `X-One: 1\n\n${line}\n` },
    })
    expect(code).toBe(1)
    expect(stdout).toContain('at h.txt:3:1')
    expect(stdout).toContain(says)
    expect(stdout + stderr).not.toContain('SECRET')
    expect(sandbox.requests).toEqual([])
  })

  test('may not be overwritten by a report', async () => {
    const argv = ['plan', '--header-file', 'h.txt', '--report', 'json=h.txt']
    const { code, stderr } = await run(argv, { files: { ...files, 'h.txt': 'X-One: 1\n' } })
    expect([code, stderr.includes('a file that this run reads (h.txt)')]).toEqual([1, true])
  })
})

describe('an address', () => {
  test.each(['', '/', '//'])('with a path prefix and "%s" at its end works', async (end) => {
    const base = await prefixFront(await serve(), '/gateway/chat')
    const env = { CHATWOOT_BASE_URL: base + end, CHATWOOT_API_TOKEN: ADA }
    expect((await plan([], { env })).code).toBe(0)
  })

  test('of IPv6 works, and is loopback where it is', async () => {
    const sandbox = await serve({ host: '::1' })
    expect(sandbox.baseUrl).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect((await plan([], { env: connection(sandbox) })).code).toBe(0)
    const env = { CHATWOOT_BASE_URL: 'http://[2001:db8::1]', CHATWOOT_API_TOKEN: ADA }
    expect((await plan([], { env })).problem?.code).toBe('settings-insecure')
  })
})
