/**
 * Connections that do not come about, each once per command that reads: no verdict, the right
 * cause and a next step, and nothing is sent to a server that cannot prove its name.
 */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { DiagnosticCode } from '../../src/core/messages/diagnostic-records.ts'
import { ADA } from '../cli/world.ts'
import { COMMANDS, ended, untidy, withoutVerdict } from './cells.ts'

interface Certificate {
  readonly key: string
  readonly cert: string
}

const DAY = 86_400_000
const EC = { keyType: 'ec', algorithm: 'sha256' } as const

async function authority(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'Authority' }], {
    ...EC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  return { key, cert }
}

/** @param days until it ends; before today: below 0 */
async function leaf(name: string, days: number, ca?: Certificate): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    ...EC,
    notBeforeDate: new Date(Date.now() - 100 * DAY),
    notAfterDate: new Date(Date.now() + days * DAY),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
    ...(ca === undefined ? {} : { ca }),
  })
  return { key, cert }
}

/** A server on localhost with this certificate; it counts the requests that reach it. */
async function serve(certificate: Certificate) {
  const reached: unknown[] = []
  const server = createServer(certificate, ({ headers }, response) => {
    reached.push(headers)
    response.writeHead(404, { 'content-type': 'text/html' }).end('<html></html>')
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `https://localhost:${port}`, reached }
}

let trusted: Certificate
beforeAll(async () => {
  trusted = await authority()
})

async function plan(command: (typeof COMMANDS)[number], url: string) {
  const files = { ...command.files, 'ca.pem': trusted.cert }
  const argv = [...command.argv, '--ca-file', 'ca.pem']
  return ended({ argv, files }, { CHATWOOT_BASE_URL: url, CHATWOOT_API_TOKEN: ADA })
}

async function expectNoVerdict(
  command: (typeof COMMANDS)[number],
  url: string,
  code: DiagnosticCode,
  says: RegExp,
) {
  const result = await plan(command, url)
  expect(withoutVerdict(result, code)).toEqual([])
  expect(untidy(result)).toEqual([])
  const text = result.stdout.replace(/\s+/g, ' ')
  expect(text).toContain(`GET ${url}/api/v1/profile`)
  expect(text).toMatch(says)
}

describe.each(COMMANDS)('$name', (command) => {
  test('a server that refuses connections leaves no verdict', async () => {
    await expectNoVerdict(command, 'http://127.0.0.1:9', 'network-refused', /ECONNREFUSED/)
  })

  test('a name that nobody knows leaves no verdict', async () => {
    await expectNoVerdict(
      command,
      'https://rollcall.invalid',
      'network-name',
      /ENOTFOUND|EAI_AGAIN/,
    )
  })

  test.each([
    ['is signed by nobody but itself', () => leaf('localhost', 100), /SELF_SIGNED/],
    ['has expired', () => leaf('localhost', -1, trusted), /CERT_HAS_EXPIRED/],
    ['speaks of another name', () => leaf('chat.acme.com', 100, trusted), /ALTNAME_INVALID/],
  ])('a certificate that %s leaves no verdict, and nothing is sent', async (_, made, says) => {
    const { url, reached } = await serve(await made())
    await expectNoVerdict(command, url, 'network-tls', says)
    expect(reached).toEqual([])
  })

  test('a certificate without fault is accepted', async () => {
    const { url, reached } = await serve(await leaf('localhost', 100, trusted))
    const result = await plan(command, url)
    expect(withoutVerdict(result, 'settings-not-chatwoot')).toEqual([])
    expect(reached).not.toEqual([])
  })
})
