/** One plain HTTP request, nothing added or followed: what the sandbox's tests speak with. */
import { type IncomingHttpHeaders, request } from 'node:http'
import type { Sandbox } from '../../src/sandbox/server.ts'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export function ask(
  sandbox: Pick<Sandbox, 'port'>,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
  body: string | null = null,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // Of a DELETE, node sends no body without its length.
    const length = body === null ? {} : { 'content-length': Buffer.byteLength(body) }
    const options = {
      host: '127.0.0.1',
      port: sandbox.port,
      path,
      method,
      headers: { ...headers, ...length },
      agent: false,
    }
    const message = request(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    message.on('error', reject)
    message.end(body ?? '')
  })
}
