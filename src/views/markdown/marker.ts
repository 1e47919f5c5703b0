/** The hidden line that identifies a report, in characters without a special meaning. */
import type { Report } from '../../core/report/report.ts'
import type { Repository } from '../repository.ts'

/**
 * The hidden first line, by which a bot finds its comment again. It is the same for the same policy
 * and account in any working directory. The part before `accounts` stays the same when a run fails
 * before the accounts are known.
 */
export function makeMarker({ tool, command, accounts }: Report, uri: Repository['uri']): string {
  const policies = accounts.map(({ policy }) => encodeName(uri(policy.path) ?? policy.path))
  const whose = accounts.map(
    ({ server, account }) => `${encodeName(server ?? 'unknown')} ${account?.id ?? 'unknown'}`,
  )
  return `<!-- ${tool.name} ${command}: policies ${encodeList(policies)}; accounts ${encodeList(whose)} -->`
}

/** The longest list in the hidden line, in characters. */
const LISTED = 240

/** All names, or the first ones and a checksum of all. */
function encodeList(names: readonly string[]): string {
  const all = names.join(', ')
  if (all === '') return 'none'
  return all.length <= LISTED ? all : `${all.slice(0, LISTED)}... ${computeChecksum(all)}`
}

/** Encodes everything that could end the comment or begin something else. */
function encodeName(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[^\w./:@-]|-(?=-)/gu, (each) => (each === '-' ? '%2D' : encodeURIComponent(each)))
}

/** FNV-1a, 32 bits: differs for texts with the same beginning. */
function computeChecksum(text: string): string {
  let hash = 0x811c9dc5
  for (const unit of text.split('')) hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
