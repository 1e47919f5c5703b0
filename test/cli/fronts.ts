/** What may stand between rollcall and a server: TLS, a path prefix, a CONNECT proxy. For tests. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Sandbox } from '../../src/sandbox/server.ts'
import { selfSigned } from '../chatwoot/certificate.ts'

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const passOn =
  ({ port }: Sandbox, prefix = '') =>
  (from: IncomingMessage, to: ServerResponse) => {
    const { method, headers, url = '' } = from
    if (!url.startsWith(`${prefix}/`)) return to.writeHead(404).end()
    const path = url.slice(prefix.length)
    request({ port, host: '127.0.0.1', method, headers, path }, (answer) => {
      to.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(to)
    }).end()
  }

/** https for one host; the certificate is its own authority. */
export async function tlsFront(sandbox: Sandbox, host = 'localhost') {
  const { key, cert } = selfSigned(host)
  const server = createTlsServer({ key, cert }, passOn(sandbox))
  return { port: await listening(server), cert }
}

/** The sandbox below a path. */
export async function prefixFront(sandbox: Sandbox, prefix: string): Promise<string> {
  const port = await listening(createServer(passOn(sandbox, prefix)))
  return `http://127.0.0.1:${port}${prefix}`
}

export interface Tunnel {
  readonly host: string | undefined
  readonly authorization: string | undefined
}

/** Leads every tunnel to one port, or answers each in its own way. With `tls` it speaks https. */
export async function connectProxy({
  to,
  status = 200,
  answer = `HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`,
  tls,
}: {
  readonly to?: number
  readonly status?: number
  /** In place of an answer of HTTP; null: none at all. */
  readonly answer?: string | null
  readonly tls?: { readonly key: string; readonly cert: string }
}) {
  const tunnels: Tunnel[] = []
  const refuse = (_: IncomingMessage, response: ServerResponse) => response.writeHead(500).end()
  const server = tls === undefined ? createServer(refuse) : createTlsServer(tls, refuse)
  server.on('connect', ({ url, headers }, socket) => {
    tunnels.push({ host: url, authorization: headers['proxy-authorization'] })
    socket.on('error', () => undefined)
    if (to === undefined) {
      if (answer !== null) socket.end(answer)
      onTestFinished(() => void socket.destroy())
      return
    }
    const target = connect(to, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      target.pipe(socket).pipe(target)
    }).on('error', () => undefined)
  })
  // By its name, which a certificate can be for.
  const host = tls === undefined ? '127.0.0.1' : 'localhost'
  return { address: `${host}:${await listening(server)}`, tunnels }
}
