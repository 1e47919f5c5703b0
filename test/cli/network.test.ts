/** Networks as they are: proxies, authorities of one's own, gateways, prefixes, IPv6. */
import { rootCertificates } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { wayTo } from '../../src/commands/network.ts'
import type { World } from '../../src/commands/world.ts'
import type { Diagnostic } from '../../src/core/diagnostic.ts'
import { readerOf } from '../../src/policy/named.ts'
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
    [407, 'other credentials', 'user name and password', 1],
    [403, 'does not connect to chat.invalid', 'NO_PROXY', 1],
    [502, 'does not connect to chat.invalid', 'NO_PROXY', 3],
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

  test.each(['socks5://me:SECRET-1@127.0.0.1', 'http://me:SECRET-1@:x', 'http://'])(
    'address that cannot be one (%s) is refused without repeating it',
    async (address) => {
      const { problem, stdout } = await plan(['--insecure-http'], {
        env: { ...BEHIND, HTTP_PROXY: address },
      })
      expect(problem?.code).toBe('settings-invalid')
      expect(problem?.summary).toContain('HTTP_PROXY')
      expect(stdout).not.toContain('SECRET-')
    },
  )
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
    const { network } = await wayTo(
      'https://chat.acme.com',
      flags,
      world,
      readerOf(world),
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
    ['none.pem', 'none.pem cannot be read (ENOENT)', null],
    ['empty.pem', 'empty.pem has no certificate', null],
    ['broken.pem', 'A certificate cannot be read', 3],
    ['long.pem', 'longer than 1 MiB', null],
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
    ['no colon SECRET-1', 'form'],
    ['X-Empty:', 'form'],
    ['X Y: SECRET-1', 'form'],
    ['X-Umlaut: SECRET-ü', 'form'],
    ['X-Control: SECRET-\u0007', 'form'],
    [' X-Folded: SECRET-1', 'form'],
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
    expect([code, stderr.includes('what this run reads (h.txt)')]).toEqual([1, true])
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
