/** Which servers a proxy is used for, and what its faults mean, where the network is not needed. */
import { describe, expect, test } from 'vitest'
import {
  explainFault,
  explainProxyFault,
  makeProxyFault,
} from '../../src/chatwoot/explain-network.ts'
import { resolveProxy } from '../../src/chatwoot/proxy.ts'
import { DIRECT } from './harness.ts'

const usesProxy = (url: string, list: string) =>
  resolveProxy(url, { https_proxy: 'proxy.acme.com:3128', no_proxy: list }) !== null

describe('NO_PROXY', () => {
  test.each([
    ['https://10.1.2.3', '10.0.0.0/8'],
    ['https://10.1.2.3:8443', 'x.com, 10.1.2.3'],
    ['https://10.1.2.3', '0.0.0.0/0'],
    ['https://10.1.2.3:8443', '10.1.2.3:8443'],
    ['https://192.168.7.9', '192.168.7.9/32'],
    ['https://[2001:db8::7]', '2001:db8::/32'],
    ['https://[2001:db8::7]', '[2001:DB8::]/32'],
    ['https://[2001:db8::7]', '2001:0db8:0:0:0:0:0:7'],
    ['https://[2001:db8::7]:8443', '[2001:db8::7]:8443'],
    ['https://[::ffff:10.1.2.3]', '10.0.0.0/8'],
    ['https://chat.acme.com', 'acme.com'],
    ['https://chat.acme.com', 'ACME.COM.'],
    ['https://chat.acme.com.', '.acme.com'],
    ['https://chat.eu.acme.com', '*.acme.com'],
    ['https://chat.münchen.example', 'MÜNCHEN.example'],
    ['https://münchen.example', '.xn--mnchen-3ya.example'],
  ])('takes %s out of the proxy’s way: %s', (url, list) => {
    expect(usesProxy(url, list)).toBe(false)
  })

  test.each([
    ['https://10.1.2.3', '10.2.0.0/16'],
    ['https://10.1.2.3', '10.0.0.0/33'],
    ['https://10.1.2.3', '10.0.0.0/'],
    ['https://10.1.2.3', '10/8'],
    ['https://10.1.2.3', '2.3'],
    ['https://10.1.2.3', '10.1.2.3:8443'],
    ['https://[2001:db8::7]', '2001:db9::/32'],
    ['https://[2001:db8::7]', '2001:db8::/129'],
    ['https://[2001:db8::7]', '0.0.0.0/0'],
    // What a name resolves to is for the proxy to find out.
    ['https://chat.acme.com', '0.0.0.0/0'],
    ['https://chat.acme.com', 'chat.acme.com/24'],
    ['https://hat.acme.com', 'at.acme.com'],
  ])('leaves %s to the proxy: %s', (url, list) => {
    expect(usesProxy(url, list)).toBe(true)
  })
})

describe('the variable of a proxy', () => {
  const named = (url: string, env: Record<string, string>) => {
    const proxy = resolveProxy(url, env)
    return proxy && 'shown' in proxy ? proxy.shown : proxy
  }

  test.each([
    [
      'https://a.com',
      { HTTPS_PROXY: 'p:1', https_proxy: 'q:2', ALL_PROXY: 'r:3' },
      'q:2 (https_proxy)',
    ],
    ['https://a.com', { HTTPS_PROXY: 'p', HTTP_PROXY: 'q' }, 'p:80 (HTTPS_PROXY)'],
    ['http://a.com', { HTTPS_PROXY: 'p', HTTP_PROXY: 'https://q' }, 'q:443 (HTTP_PROXY)'],
    ['https://a.com', { HTTPS_PROXY: ' ', https_proxy: '', ALL_PROXY: 'r:3' }, 'r:3 (ALL_PROXY)'],
    ['https://a.com', { all_proxy: 's:4', ALL_PROXY: 'r:3' }, 's:4 (all_proxy)'],
    ['https://a.com', { HTTP_PROXY: 'q' }, null],
    ['https://127.0.0.1', { ALL_PROXY: 'socks5://q' }, null],
  ])('for %s and %j is the one that curl would take: %s', (url, env, shown) => {
    expect(named(url, env)).toBe(shown)
  })

  test.each([':only-a-password', 'only-a-user', 'a:b@c'])('may give credentials: %s', (given) => {
    const proxy = resolveProxy('https://a.com', { https_proxy: `http://${given}@p:1` })
    expect(proxy).toMatchObject({ url: 'http://p:1', authorization: { kind: 'secret' } })
  })
})

describe('a fault of a proxy', () => {
  const url = new URL('https://chat.acme.com/api/v1/profile')
  const found = resolveProxy(url.href, { HTTPS_PROXY: 'http://me:SECRET-1@proxy.acme.com:3128' })
  const network = { ...DIRECT, proxy: found && 'shown' in found ? found : null }

  test.each([
    ['ENOTFOUND', false],
    ['EAI_AGAIN', true],
    ['ECONNREFUSED', true],
    ['UND_ERR_CONNECT_TIMEOUT', true],
    ['UND_ERR_HEADERS_TIMEOUT', false],
    ['UND_ERR_SOCKET', true],
    ['HPE_INVALID_CONSTANT', true],
    ['CERT_HAS_EXPIRED', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', false],
  ])('%s names the proxy and its variable; asked again: %s', (code, again) => {
    const fault = explainProxyFault(makeProxyFault({ code }), url, network)
    expect([fault?.diagnostic.code, fault?.again]).toEqual(['network-proxy', again])
    expect(fault?.diagnostic.summary).toContain('proxy.acme.com:3128 (HTTPS_PROXY)')
    expect(fault?.diagnostic.detail).toContain(code)
    expect(JSON.stringify(fault)).not.toMatch(/SECRET|me:/)
  })

  test('of its certificate names the variable that has the wrong host name', () => {
    const code = 'ERR_TLS_CERT_ALTNAME_INVALID'
    const fault = explainProxyFault(makeProxyFault({ code }), url, network)
    expect(fault?.diagnostic.advice).toContain(
      'In HTTPS_PROXY, use a host name that is in the certificate',
    )
  })

  test.each([
    [407, false],
    [403, false],
    [502, true],
    [504, true],
  ])('%i is what it answered; asked again: %s', (status, again) => {
    const fault = explainProxyFault(makeProxyFault({ status }), url, network)
    expect([fault?.diagnostic.code, fault?.again]).toEqual(['network-proxy', again])
    expect(fault?.diagnostic.detail).toContain(`was answered with ${status}`)
  })

  test('can close a connection to the server, so the advice names both logs', () => {
    const { diagnostic } = explainFault({ code: 'ECONNRESET' }, url, false, null, network)
    expect(diagnostic.advice).toContain('the logs of the server and of the proxy')
    expect(diagnostic.advice).toContain('add chat.acme.com to NO_PROXY')
  })

  test('names the variable of exceptions that counts, because the other one is not read', () => {
    const env = { HTTPS_PROXY: 'http://proxy.acme.com:3128', no_proxy: 'x.com', NO_PROXY: 'y.com' }
    const proxy = resolveProxy(url.href, env)
    const other = { ...DIRECT, proxy: proxy && 'shown' in proxy ? proxy : null }
    const fault = explainProxyFault(makeProxyFault({ status: 502 }), url, other)
    expect(fault?.diagnostic.advice).toContain('add chat.acme.com to no_proxy')
    expect(resolveProxy(url.href, { ...env, HTTPS_PROXY: 'socks://x' })).toMatchObject({
      advice: expect.stringContaining('add chat.acme.com to no_proxy'),
    })
  })

  test('is nothing that fails behind the tunnel', () => {
    for (const error of [{ code: 'ECONNRESET' }, new Error('x'), null]) {
      expect(explainProxyFault(error, url, network)).toBeNull()
    }
  })
})
