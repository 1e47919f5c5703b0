/**
 * Every way in which somebody could change the files of a review, one change at a time. A cheat is a
 * kind (what a reader of docs/review.md can understand) and the files after the change. Knows the
 * formats of the files, and nothing of what rollcall checks.
 */
import { createHash } from 'node:crypto'
import { readCsv } from '../../src/files/read-csv.ts'
import { writeCsv } from '../../src/views/csv.ts'
import { toJson } from '../../src/views/json-document.ts'

export type Files = ReadonlyMap<string, string>

export interface Cheat {
  /** Such as `population.csv: a value of role`. */
  readonly kind: string
  /** The files that are different afterwards; null: removed. */
  readonly changed: ReadonlyMap<string, string | null>
}

export const MANIFEST = 'MANIFEST.json'

export const CLOSING = 'closing.json'

/** Each cheat with the manifest as it was: somebody who does not know what it is for. */
export function* listCheats(files: Files): Generator<Cheat> {
  for (const cheat of listChanges(files)) {
    // Nothing may be different afterwards, such as an empty text that was emptied.
    if ([...cheat.changed].some(([name, text]) => files.get(name) !== text)) yield cheat
  }
}

function* listChanges(files: Files): Generator<Cheat> {
  for (const [name, text] of files) {
    const one = (what: string, changed: string): Cheat => ({
      kind: `${name}: ${what}`,
      changed: new Map([[name, changed]]),
    })
    for (const { kind, changed } of listWholeFileCheats(name, text, files)) {
      yield { kind, changed }
    }
    if (name.endsWith('.csv')) {
      for (const [what, changed] of changeTable(text)) yield one(what, changed)
    } else if (name.endsWith('.json')) {
      for (const [what, changed] of changeDocument(text)) yield one(what, changed)
    } else {
      for (const [what, changed] of changeLines(text)) yield one(what, changed)
    }
  }
}

/**
 * The same cheat by somebody who also writes the new hash of each changed file wherever the old one
 * stood, and then into the file that lists them.
 * @param list the manifest or the closing record
 */
export function fixHashes({ kind, changed }: Cheat, files: Files, list = MANIFEST): Cheat {
  if (changed.has(list)) return { kind, changed }
  const after = new Map<string, string | null>([...files, ...changed])
  for (const [name, text] of changed) {
    const before = files.get(name)
    if (before === undefined || text === null) continue
    for (const [other, content] of after) {
      if (other === name || content === null) continue
      after.set(other, content.replaceAll(hash(before), hash(text)))
    }
  }
  const manifest = JSON.parse(after.get(list) ?? '')
  const present = [...after].flatMap(([name, text]) => (text === null ? [] : [{ name, text }]))
  const sealed = present
    .filter(({ name }) => name !== list)
    .map(({ name, text }) => ({ name, bytes: Buffer.byteLength(text), sha256: hash(text) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  manifest.files = sealed
  for (const named of [manifest.form, manifest.after]) {
    const file = sealed.find(({ name }) => name === named?.name)
    if (file !== undefined) named.bytes = file.bytes
  }
  after.set(list, toJson(manifest))
  return { kind, changed: new Map([...after].filter(([name, text]) => files.get(name) !== text)) }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function* listWholeFileCheats(name: string, text: string, files: Files): Generator<Cheat> {
  const any = (what: string, changed: readonly (readonly [string, string | null])[]): Cheat => ({
    kind: `${name}: ${what}`,
    changed: new Map(changed),
  })
  yield any('removed', [[name, null]])
  yield any('emptied', [[name, '']])
  yield any('a space at the end', [[name, `${text} `]])
  yield any('a byte order mark', [[name, `\ufeff${text}`]])
  yield any('cut in half', [[name, text.slice(0, text.length / 2)]])
  yield any('renamed', [
    [name, null],
    [`old-${name}`, text],
  ])
  yield any('added', [[`copy-${name}`, text]])
  for (const [other, content] of files) {
    if (other > name && content !== text) {
      yield any('swapped with another', [
        [name, content],
        [other, text],
      ])
    }
  }
}

function* changeTable(text: string): Generator<readonly [string, string]> {
  const csv = readCsv(Buffer.from(text))
  if ('problem' in csv) throw new Error(csv.problem)
  const [columns = [], ...rows] = csv.rows.map(({ cells }) => cells)
  const write = (head: readonly string[], body: readonly (readonly string[])[]) =>
    // A name for each column, because a cheater may repeat one.
    writeCsv(
      head,
      body.map((cells) =>
        Object.fromEntries(head.map((each, index) => [each, cells[index] ?? ''])),
      ),
    )
  for (const [index, row] of rows.entries()) {
    const [before, after] = [rows.slice(0, index), rows.slice(index + 1)]
    yield ['a row removed', write(columns, [...before, ...after])]
    yield ['a row twice', write(columns, [...before, row, row, ...after])]
    if (index > 0) yield ['the order of rows', write(columns, [row, ...before, ...after])]
    for (const [at, column] of columns.entries()) {
      const cell = row[at] ?? ''
      const others = rows.map((each) => each[at] ?? '').filter((each) => each !== cell)
      const days = /^\d{4}-\d\d-\d\d$/.test(cell) ? [shiftDay(cell, 1), shiftDay(cell, -30)] : []
      for (const value of new Set([...days, ...others.slice(0, 1), '', 'x'])) {
        if (value === cell) continue
        const changed = row.with(at, value)
        yield [`a value of ${column}`, write(columns, [...before, changed, ...after])]
      }
    }
  }
  for (const at of columns.keys()) {
    const without = (cells: readonly string[]) => cells.toSpliced(at, 1)
    yield ['a column removed', write(without(columns), rows.map(without))]
  }
  yield ['a column added', write([...columns, 'more'], rows)]
}

type Step = string | number

function* changeDocument(text: string): Generator<readonly [string, string]> {
  const change = (path: readonly Step[], by: (holder: object, key: Step) => void) => {
    const copy = JSON.parse(text)
    const holder = path.slice(0, -1).reduce((each, step) => Reflect.get(each, step), copy)
    by(holder, path.at(-1) ?? '')
    return toJson(copy)
  }
  for (const { path, value, inList } of walk(JSON.parse(text), [])) {
    const where = path.map((step) => (typeof step === 'number' ? '[]' : `.${step}`)).join('')
    const kind = where.slice(1)
    if (inList) {
      const splice = (count: number, ...more: unknown[]) =>
        change(path, (holder, key) => {
          if (Array.isArray(holder)) holder.splice(Number(key), count, ...more)
        })
      yield [`an entry of ${kind} removed`, splice(1)]
      yield [`an entry of ${kind} twice`, splice(0, value)]
    } else {
      yield [`${kind} removed`, change(path, (holder, key) => Reflect.deleteProperty(holder, key))]
    }
    for (const other of invent(value)) {
      yield [`${kind} changed`, change(path, (holder, key) => Reflect.set(holder, key, other))]
    }
  }
  yield ['a key added', toJson({ ...JSON.parse(text), more: 1 })]
  yield ['other spaces', JSON.stringify(JSON.parse(text))]
}

function* walk(
  value: unknown,
  path: readonly Step[],
  inList = false,
): Generator<{
  readonly path: readonly Step[]
  readonly value: unknown
  readonly inList: boolean
}> {
  if (path.length > 0) yield { path, value, inList }
  if (typeof value !== 'object' || value === null) return
  const list = Array.isArray(value)
  for (const [key, each] of Object.entries(value)) {
    yield* walk(each, [...path, list ? Number(key) : key], list)
  }
}

/** Other values of the same kind. */
function invent(value: unknown): readonly unknown[] {
  if (typeof value === 'boolean') return [!value]
  if (typeof value === 'number')
    return [value + 1, Math.max(0, value - 1)].filter((n) => n !== value)
  if (value === null) return ['x', 1]
  if (typeof value !== 'string') return []
  if (/^\d{4}-\d\d-\d\dT/.test(value)) {
    const move = (ms: number) => new Date(Date.parse(value) + ms).toISOString()
    return [move(1), move(-1), move(60_000), move(-86_400_000), move(40 * 86_400_000)]
  }
  if (/^\d{4}-\d\d-\d\d$/.test(value)) {
    return [shiftDay(value, 1), shiftDay(value, -1), shiftDay(value, -30)]
  }
  if (/^[0-9a-f]{64}$/.test(value)) return [`${value.slice(1)}${value[0] === 'a' ? 'b' : 'a'}`]
  const choices: Readonly<Record<string, string>> = {
    administrator: 'agent',
    agent: 'administrator',
    drift: 'in_sync',
    open: 'waived',
    critical: 'low',
    error: 'warning',
  }
  return [...(choices[value] === undefined ? [] : [choices[value]]), `${value}x`, '']
}

function shiftDay(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)
}

function* changeLines(text: string): Generator<readonly [string, string]> {
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const write = (...by: readonly string[]) => lines.toSpliced(index, 1, ...by).join('\n')
    yield ['a line removed', write()]
    if (line === '') continue
    yield ['a line twice', write(line, line)]
    const at = Math.floor(line.length / 2)
    yield [
      'a letter changed',
      write(`${line.slice(0, at)}${line[at] === 'x' ? 'y' : 'x'}${line.slice(at + 1)}`),
    ]
    if (line.includes('administrator')) {
      yield ['a role changed', write(line.replace('administrator', 'agent'))]
    }
  }
}
