/**
 * Golden files without what other golden files record already: what every document of a format has
 * stands in a file of its own, and lines of a model document stand in the golden file of that. Both are
 * compared each time, so that a difference shows what differs.
 */
import { expect } from 'vitest'
import { toJson } from '../../src/views/json-document.ts'

/** A document of the same format, whose golden file records all of it. */
export interface Model {
  readonly document: string
  /** Below golden/. */
  readonly file: string
}

/** The most telling report is the model of the others. */
export const MODEL = 'drift-of-every-kind'

/** @param file below golden/ */
export async function matchGolden(document: string, file: string, model: Model): Promise<void> {
  const own = file === model.file ? document : omitLines(document, model)
  await expect(own).toMatchFileSnapshot(`golden/${file}`)
}

const STYLE = /(?<=<style>\n).*?(?=\n<\/style>)/gs

/** An HTML page. All pages have the same style. */
export async function matchHtmlGolden(
  document: string,
  file: string,
  model: Model = { document, file },
): Promise<void> {
  const style = document.match(STYLE) ?? []
  expect(style.length, `${file} has one style`).toBe(1)
  await expect(style[0]).toMatchFileSnapshot('golden/page.css')
  const omitStyle = (page: string) => page.replace(STYLE, '(golden/page.css)')
  await matchGolden(omitStyle(document), file, { ...model, document: omitStyle(model.document) })
}

/**
 * A JSON document, written with whatever fits on a line in it. `constants`: key → file, for values that
 * every document has.
 */
export async function matchJsonGolden(
  document: string,
  file: string,
  model: Model = { document, file },
  constants: Readonly<Record<string, string>> = {},
): Promise<void> {
  expect(document).toBe(toJson(JSON.parse(document)))
  const { rest, parts } = extract(document, constants)
  for (const [recorded, part] of parts) {
    await expect(`${folded(part)}\n`).toMatchFileSnapshot(`golden/${recorded}`)
  }
  const lines = `${folded(extract(model.document, constants).rest)}\n`
  await matchGolden(`${folded(rest)}\n`, file, { ...model, document: lines })
}

/** A JSON document as a golden file shows it. */
export function foldJson(document: string): string {
  const value: unknown = JSON.parse(document)
  expect(document).toBe(toJson(value))
  return folded(value)
}

interface Extracted {
  readonly rest: unknown
  readonly parts: readonly (readonly [file: string, value: unknown])[]
}

function extract(document: string, constants: Readonly<Record<string, string>>): Extracted {
  const parts: [string, unknown][] = []
  const rest = JSON.parse(document, (key, inner: unknown) => {
    const recorded = Object.hasOwn(constants, key) ? constants[key] : undefined
    if (recorded === undefined) return inner
    parts.push([recorded, inner])
    return `golden/${recorded}`
  })
  return { rest, parts }
}

/** Fewer than these are easier to read where they are. */
const OMITTED = 4

/**
 * A run of lines that the model has too becomes one line, which says how many lines of which file
 * stand there and quotes the first. The model has that line once, so the omitted lines are certain.
 */
export function omitLines(document: string, { document: known, file }: Model): string {
  const lines = document.split('\n')
  const model = known.split('\n')
  const result: string[] = []
  for (let at = 0; at < lines.length; ) {
    const [line = ''] = lines.slice(at)
    const start = model.indexOf(line)
    const once = line.trim() !== '' && start >= 0 && model.lastIndexOf(line) === start
    let length = 0
    while (once && at + length < lines.length && lines[at + length] === model[start + length]) {
      length += 1
    }
    const omitted = length >= OMITTED
    result.push(omitted ? line.replace(/^ */, `$&(golden/${file}, ${length} lines) `) : line)
    at += omitted ? length : 1
  }
  return result.join('\n')
}

const WIDTH = 140

function folded(value: unknown, indent = ''): string {
  // In the escapes of our JSON, which show what nobody sees.
  const line = toJson({ value })
    .split('\n')
    .slice(1, -2)
    .map((each) => each.trim())
    .join('')
    .slice('"value": '.length)
  if (typeof value !== 'object' || value === null || indent.length + line.length <= WIDTH)
    return line
  const inner = `${indent}  `
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const entries = Object.entries(value).map(([key, each]) => {
    const name = Array.isArray(value) ? '' : `${JSON.stringify(key)}: `
    return `${name}${folded(each, inner)}`
  })
  const rows = Array.isArray(value) ? entries : fill(entries, WIDTH - inner.length)
  return `${open}\n${rows.map((each) => inner + each).join(',\n')}\n${indent}${close}`
}

/** As many on a line as fit. */
function fill(entries: readonly string[], width: number): readonly string[] {
  const rows: string[] = []
  for (const entry of entries) {
    const row = `${rows.at(-1)}, ${entry}`
    const fits = rows.length > 0 && row.length <= width && !row.includes('\n')
    if (fits) rows.pop()
    rows.push(fits ? row : entry)
  }
  return rows
}
