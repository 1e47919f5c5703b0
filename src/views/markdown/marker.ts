/** The hidden line that identifies a report, in characters that nothing gives a meaning to. */
import type { Report } from '../../core/report/report.ts'
import type { Repository } from '../repository.ts'

/**
 * The hidden first line, by which a bot finds its comment again: the same for one policy and one
 * account, whatever folder the run was started in. What stands before `accounts` stays the same
 * when a run fails before it knows them.
 */
export function marker({ tool, command, accounts }: Report, uri: Repository['uri']): string {
  const policies = accounts.map(({ policy }) => encoded(uri(policy.path) ?? policy.path))
  const whose = accounts.map(
    ({ server, account }) => `${encoded(server ?? 'unknown')} ${account?.id ?? 'unknown'}`,
  )
  return `<!-- ${tool.name} ${command}: policies ${named(policies)}; accounts ${named(whose)} -->`
}

/** Longest list in the hidden line, in characters. */
const LISTED = 240

/** All of them, or as many as there is room for and what tells the others apart. */
function named(names: readonly string[]): string {
  const all = names.join(', ')
  if (all === '') return 'none'
  return all.length <= LISTED ? all : `${all.slice(0, LISTED)}... ${checksum(all)}`
}

/** Nothing that could end a comment, or begin anything else. */
function encoded(text: string): string {
  return text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[^\w./:@-]|-(?=-)/gu, (each) => (each === '-' ? '%2D' : encodeURIComponent(each)))
}

/** FNV-1a, 32 bits: tells texts apart whose beginnings are the same. */
function checksum(text: string): string {
  let hash = 0x811c9dc5
  for (const unit of text.split('')) hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
