/**
 * Resolves how to reach a server, from files and environment variables: proxy, certificate
 * authorities and extra headers. Checks everything before the first request. Headers may contain
 * secrets, so no message may quote a line of their file.
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Network } from '../chatwoot/proxy.ts'
import { resolveProxy } from '../chatwoot/proxy.ts'
import { type Secret, seal } from '../chatwoot/secret.ts'
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import type { Location } from '../core/model/location.ts'
import { explainError } from '../files/whole-file.ts'
import type { Reader } from '../policy/read/named-file.ts'
import type { Values } from '../shell/arguments.ts'
import type { CONNECTION_OPTIONS } from '../shell/options.ts'
import type { World } from '../shell/world.ts'

export interface NetworkSettings {
  readonly network: Network
  readonly headers: Readonly<Record<string, Secret>>
}

type Flags = Pick<Values<typeof CONNECTION_OPTIONS>, 'ca-file' | 'header-file'>

/** What messages call the settings that name the files. */
const OPTION_NAMES = { ca: '--ca-file', header: '--header-file' }

/** Adds errors to `problems`. */
export async function resolveNetwork(
  baseUrl: string,
  flags: Flags,
  world: World,
  read: Reader,
  problems: Diagnostic[],
  names = OPTION_NAMES,
): Promise<NetworkSettings> {
  const proxy = resolveProxy(baseUrl, world.env)
  if (proxy !== null && 'code' in proxy) problems.push(proxy)
  const authorities = await readAuthorities(names.ca, flags['ca-file'], world, read, problems)
  const headers = await readHeaders(names.header, flags['header-file'], read, problems)
  return {
    network: {
      proxy: proxy !== null && 'url' in proxy ? proxy : null,
      authorities,
      trustAllAsked: world.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0',
    },
    headers,
  }
}

const LONGEST = 1024 * 1024

async function readText(
  option: string,
  file: string,
  read: Reader,
  problems: Diagnostic[],
): Promise<string | null> {
  try {
    const bytes = await read(file, LONGEST)
    if (bytes !== null) return new TextDecoder().decode(bytes)
    refuseSetting(problems, option, `The file ${file} is larger than 1 MiB.`, 'Use another file.')
  } catch (error) {
    const what = `The file ${file} cannot be read (${explainError(error)}).`
    refuseSetting(problems, option, what, 'Correct its name or its permissions.')
  }
  return null
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Those of the file, together with those of Node; null if no file is named. */
async function readAuthorities(
  from: string,
  file: string | null,
  world: World,
  read: Reader,
  problems: Diagnostic[],
): Promise<readonly string[] | null> {
  if (file === null) return null
  const pem = await readText(from, file, read, problems)
  if (pem === null) return null
  const own = [...pem.matchAll(CERTIFICATE)]
  const advice = 'Use a file with certificates in PEM format (-----BEGIN CERTIFICATE-----).'
  if (own.length === 0) {
    refuseSetting(problems, from, `The file ${file} contains no certificate.`, advice)
  }
  for (const { 0: certificate, index } of own) {
    if (isCertificate(certificate)) continue
    const location = { file, line: pem.slice(0, index).split('\n').length, column: 1 }
    refuseSetting(problems, from, 'The certificate is invalid.', advice, location)
  }
  return [...(await listDefaultAuthorities(world)), ...own.map(([certificate]) => certificate)]
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

/** What Node trusts by default. An explicit list replaces the default, so it must contain these too. */
async function listDefaultAuthorities({ env }: World): Promise<readonly string[]> {
  const tls: object & Pick<typeof import('node:tls'), 'rootCertificates'> = await import('node:tls')
  // Node 22.15 and later: everything that this process trusts, including NODE_EXTRA_CA_CERTS.
  if ('getCACertificates' in tls && typeof tls.getCACertificates === 'function') {
    return tls.getCACertificates('default') as readonly string[]
  }
  const extra = env['NODE_EXTRA_CA_CERTS']
  // If Node cannot read the file, it prints a warning and continues.
  const pem = extra ? await readFile(extra, 'utf8').catch(() => '') : ''
  return [...tls.rootCertificates, ...(pem.match(CERTIFICATE) ?? [])]
}

/** rollcall or HTTP sets these. A second value could break the request or send the token elsewhere. */
const RESERVED: readonly string[] = [
  'accept',
  'accept-encoding',
  'api-access-token',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]
const LINE = /^([!#$%&'*+.^_`|~0-9a-z-]+):[ \t]*([\x20-\x7e\t]*?)[ \t]*$/i

async function readHeaders(
  from: string,
  file: string | null,
  read: Reader,
  problems: Diagnostic[],
): Promise<Readonly<Record<string, Secret>>> {
  const lines = file === null ? null : await readText(from, file, read, problems)
  if (file === null || lines === null) return {}
  const headers: [string, Secret][] = []
  const seen = new Map<string, number>()
  for (const [index, line] of lines.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [, name, value = ''] = LINE.exec(line) ?? []
    // Servers treat `-` and `_` in a header's name as the same.
    const known = name?.toLowerCase().replaceAll('_', '-') ?? ''
    const before = seen.get(known)
    const what =
      name === undefined || value === ''
        ? 'The line is not a header such as `Name: value`, in printable ASCII.'
        : RESERVED.includes(known)
          ? `You cannot set the header ${known}, because rollcall or HTTP sets it.`
          : before === undefined
            ? null
            : `The line names the same header as line ${before}.`
    if (what !== null) {
      const location = { file, line: index + 1, column: 1 }
      refuseSetting(problems, from, what, 'Correct the line, or remove it.', location)
    } else if (name !== undefined) headers.push([name, seal(value)])
    seen.set(known, before ?? index + 1)
  }
  return Object.fromEntries(headers)
}

/** @param from the option or variable with the invalid value */
export function refuseSetting(
  problems: Diagnostic[],
  from: string,
  what: string,
  advice: string,
  location: Location | null = null,
): void {
  const summary = `${from}: ${what}`
  problems.push(makeDiagnostic({ code: 'settings-invalid', summary, advice, location }))
}
