/**
 * The YAML of a policy: texts, values and keys, each on one line. The only place that writes them, so
 * that every name reads back as what was meant.
 */
import type { Block, Part, StatementEntry, Statements, Value } from '../../core/model/statement.ts'
import { escapeForYaml, hideMarks, reveal } from '../../core/model/visible.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { PolicyLines } from '../../core/report/report.ts'

export const MODELINE = '# yaml-language-server: $schema=rollcall.schema.json'

// Texts that every YAML reader reads unchanged, inside brackets too.
const PLAIN = /^[a-z][a-z0-9_]*(?:[ .@+-][a-z0-9_]+)*$/i
// Text in YAML 1.2, something else to older readers and to some editors.
const WORDS = /^(?:true|false|yes|no|on|off|y|n|null)$/i

/** A text as YAML: plain if that is safe, otherwise in double quotes. */
export function writeYamlText(text: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text
  // A policy may be printed into the log of a CI job.
  return escapeForYaml(hideMarks(JSON.stringify(text), '#\\u0023'))
}

/** Keys whose texts are made by rollcall itself, of characters that need no quotes. */
const UNQUOTED: ReadonlySet<string> = new Set(['server', 'expires', 'pending_until'])

/** A value, in brackets if it has parts. */
export function writeYamlValue(value: Value, key: string | null = null): string {
  if (typeof value === 'string') return key && UNQUOTED.has(key) ? value : writeYamlText(value)
  if (typeof value !== 'object') return String(value)
  if (isList(value)) return `[${value.map(writeYamlText).join(', ')}]`
  const entries = Object.entries(value).map(([own, each]) => `${own}: ${writeYamlValue(each, own)}`)
  return `{ ${entries.join(', ')} }`
}

function isBlock(value: Value | Block): value is Block {
  return typeof value === 'object' && !isList(value) && Array.isArray(value['parts'])
}

function isList(value: readonly string[] | StatementEntry | Block): value is readonly string[] {
  return Array.isArray(value)
}

/** YAML does not accept a longer key without a question mark before it. */
const LONGEST_KEY = 1_000

function isShortKey(key: string): boolean {
  return writeYamlText(key).length <= LONGEST_KEY
}

/** A key with its value on the same line, or with what is indented below it. */
export function writeKeyed(key: string, value = '', remark = ''): readonly string[] {
  const text = writeYamlText(key)
  const rest = `${value === '' ? '' : ` ${value}`}${remark}`
  return isShortKey(key) ? [`${text}:${rest}`] : [`? ${text}`, `:${rest}`]
}

/** Lines to paste into a policy. */
export function writeStatements({ path, said }: Statements): PolicyLines {
  const values = said.map(({ key, value }) => ({ key, text: writeYamlValue(value, key) }))
  const entries = values.map(({ key, text }) =>
    key === null ? text : `${writeYamlText(key)}: ${text}`,
  )
  const isItems = said.some(({ key }) => key === null)
  const innermost = isItems ? `[${entries.join(', ')}]` : `{ ${entries.join(', ')} }`
  return {
    path,
    above: path.map((key) => `${writeYamlText(key)}:`),
    lines: isItems ? entries.map((text) => `- ${text}`) : entries,
    inline: path.reduceRight(
      (value, key, index) =>
        index === 0 ? `${writeYamlText(key)}: ${value}` : `{ ${writeYamlText(key)}: ${value} }`,
      innermost,
    ),
  }
}

/** Those of a plan that can be pasted, by the ids of their findings. */
export function writeFixes({ fixes }: Pick<Plan, 'fixes'>): ReadonlyMap<string, PolicyLines> {
  return new Map(
    [...fixes].flatMap(([id, { path, said }]) => {
      const keys = [...path, ...said.flatMap(({ key }) => key ?? [])]
      return keys.every(isShortKey) ? [[id, writeStatements({ path, said })] as const] : []
    }),
  )
}

/** A whole policy. */
export function writePolicy(parts: readonly Part[]): string {
  return `${[MODELINE, ...splitLines(parts)].join('\n')}\n`
}

function splitLines(parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part): readonly string[] => {
    if (part === null) return ['']
    if ('comment' in part) return [`# ${writeComment(part.comment)}`]
    const { key, value } = part
    const remark = part.remark ? ` # ${writeComment(part.remark)}` : ''
    const below = (lines: readonly string[]) => [
      ...writeKeyed(key, '', remark),
      ...lines.map((line) => (line === '' ? '' : `  ${line}`)),
    ]
    if (typeof value !== 'object') return writeKeyed(key, writeYamlValue(value, key), remark)
    if (isBlock(value)) {
      return value.parts.length === 0
        ? writeKeyed(key, '{}', remark)
        : below(splitLines(value.parts))
    }
    if (!isList(value) || value.length === 0) return writeKeyed(key, writeYamlValue(value), remark)
    return below(value.map((each) => `- ${writeYamlText(each)}`))
  })
}

/** The escape function of YAML comments: one line, without anything that affects YAML or an editor. */
function writeComment(text: string): string {
  return reveal(text).trim()
}
