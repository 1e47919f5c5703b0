/** A key and a certificate for one host that nobody trusts, made on the spot. For tests only. */
import { generateKeyPairSync, sign } from 'node:crypto'

function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(content)
  const length =
    body.length < 128 ? [body.length] : [0x82, Math.floor(body.length / 256), body.length % 256]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content)
const bytes = (hex: string) => Buffer.from(hex, 'hex')

export function selfSigned(host = 'localhost'): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(der(0x06, bytes('2a8648ce3d040302')))
  const commonName = sequence(der(0x06, bytes('550403')), der(0x0c, Buffer.from(host)))
  const name = sequence(der(0x31, commonName))
  const date = (text: string) => der(0x17, Buffer.from(text))
  const statement = sequence(
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    sequence(date('200101000000Z'), date('491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', statement, privateKey))
  const certificate = Buffer.from(sequence(statement, ecdsaWithSha256, signature))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
  }
}
