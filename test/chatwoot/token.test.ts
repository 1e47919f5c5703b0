import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { AGENTS, answering, open, raw, read, readFrom, simulated, TOKEN } from './harness.ts'

describe('the token', () => {
  test('never shows when a client is printed or serialised', async () => {
    const client = open(simulated('http://127.0.0.1:1'))
    const printed = inspect(client, { depth: null, showHidden: true })
    expect(printed + JSON.stringify(client) + String(client)).not.toContain(TOKEN)
    await client.close()
  })

  test.each([
    ['in its words', answering(422, { error: `bad token ${TOKEN}` })],
    ['in its words, near the cut', answering(422, { error: `${'x'.repeat(190)}${TOKEN}` })],
    ['in a body of the wrong shape', answering(200, [{ id: 1, email: TOKEN }])],
    [
      'twice as an address',
      answering(
        200,
        [1, 2].map((id) => ({ id, email: TOKEN, name: '', role: 'agent', confirmed: true })),
      ),
    ],
    [
      'in a redirect',
      raw(`HTTP/1.1 302 Found\r\nlocation: http://${TOKEN}.example/${TOKEN}\r\n\r\n`),
    ],
    [
      'as request id',
      raw(`HTTP/1.1 422 No\r\nx-request-id: ${TOKEN}\r\ncontent-length: 0\r\n\r\n`),
    ],
    [
      'as encoding',
      raw(`HTTP/1.1 200 OK\r\ncontent-encoding: ${TOKEN}\r\ncontent-length: 0\r\n\r\n`),
    ],
    ['instead of HTTP', raw(`${TOKEN}\r\n\r\n`)],
  ])('is not repeated when the server repeats it %s', async (_, answer) => {
    const { diagnostics } = await read({ [AGENTS]: answer })
    expect(diagnostics).toHaveLength(1)
    expect(JSON.stringify(diagnostics)).not.toMatch(new RegExp(TOKEN, 'i'))
  })

  test.each([
    ['nothing', ''],
    ['a line break', 'SECRET\nx'],
    ['a space', ' SECRET'],
    ['a letter outside ASCII', 'SECRETé'],
    ['a NUL', 'SECRET\0'],
  ])('with %s is refused before anything is sent, without repeating it', async (_, token) => {
    const { codes, diagnostics } = await readFrom('http://127.0.0.1:1', { options: { token } })
    expect(codes).toEqual(['settings-invalid'])
    expect(JSON.stringify(diagnostics)).not.toContain('SECRET')
  })
})
