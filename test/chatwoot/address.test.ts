import { describe, expect, test } from 'vitest'
import { isLoopback, parseServerAddress } from '../../src/chatwoot/address.ts'

describe('a base URL', () => {
  test.each([
    ['https://chat.acme.com', 'https://chat.acme.com', null],
    ['https://chat.acme.com/', 'https://chat.acme.com', null],
    ['  HTTPS://Chat.Acme.com:443/ ', 'https://chat.acme.com', null],
    ['http://localhost:3000', 'http://localhost:3000', null],
    ['https://gw.acme.com/chat/', 'https://gw.acme.com/chat', null],
    ['https://chat.acme.com/app/accounts/1/dashboard', 'https://chat.acme.com', 1],
    ['https://chat.acme.com/app/accounts/12', 'https://chat.acme.com', 12],
    ['https://gw/chat/app/accounts/3/settings/agents/list?page=2#x', 'https://gw/chat', 3],
    ['https://gw/app', 'https://gw/app', null],
  ])('%s means base URL %s and account %s', (text, baseUrl, account) => {
    expect(parseServerAddress(text)).toEqual({ baseUrl, origin: new URL(baseUrl).origin, account })
  })

  test.each([
    ['', 'empty'],
    ['chat.acme.com', 'write https://chat.acme.com.'],
    ['localhost:3000', 'write https://localhost:3000.'],
    ['//chat.acme.com', 'write https://chat.acme.com.'],
    ['http:/chat.acme.com', 'needs :// after http: write http://chat.acme.com.'],
    ['https:/chat.acme.com/app/accounts/1', 'write https://chat.acme.com/app/accounts/1.'],
    ['https:chat.acme.com', 'write https://chat.acme.com.'],
    ['https//chat.acme.com', 'write https://chat.acme.com.'],
    ['https:///chat.acme.com', 'write https://chat.acme.com.'],
    ['HTTPS:\\\\chat.acme.com', 'write HTTPS://chat.acme.com.'],
    ['http:8080', 'needs ://'],
    ['https.acme.com', 'write https://https.acme.com.'],
    ['ftp://chat.acme.com', 'ftp://'],
    ['https://', 'not a valid URL'],
    ['https://chat acme.com', 'space'],
    ['https://chat.acme\n.com', 'line break'],
    ['https://chat.acme.com/?a=1', 'query'],
    ['https://chat.acme.com/#', 'fragment'],
    ['https://chat.acme.com/app/accounts/0/dashboard', 'positive'],
    ['https://chat.acme.com/app/accounts/99999999999999999/', 'positive'],
  ])('%j is refused: %s', (text, reason) => {
    expect(parseServerAddress(text)).toContain(reason)
  })

  test.each([
    'https://ada:secret@chat.acme.com',
    'ada:secret@chat.acme.com',
    'https://secret@x',
    'https:/ada:secret@x',
  ])('credentials in %s are refused and not repeated', (text) => {
    const problem = parseServerAddress(text)
    expect(problem).toEqual(expect.any(String))
    expect(problem).not.toContain('secret')
  })
})

test.each([
  ['http://localhost:3000', true],
  ['http://127.0.0.1', true],
  ['http://127.8.9.1:80/x', true],
  ['http://[::1]:3000', true],
  ['http://127.0.0.1.evil.example', false],
  ['http://localhost.evil.example', false],
  ['http://chat.localhost', false],
  ['http://10.0.0.1', false],
  ['nonsense', false],
])('whether %s stays on this machine: %s', (url, expected) => {
  expect(isLoopback(url)).toBe(expected)
})
