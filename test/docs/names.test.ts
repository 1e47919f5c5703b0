/** Names in the source: a type name has one meaning, and a function name says what the function does. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const SRC = new URL('../../src/', import.meta.url)

const SOURCES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(new URL(file, SRC), 'utf8') }))

/** Every match of the first group, with the files it is in. */
function filesByName(pattern: RegExp): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { file, text } of SOURCES) {
    for (const [, name = ''] of text.matchAll(pattern)) {
      found.set(name, [...(found.get(name) ?? []), file])
    }
  }
  return found
}

/** Names that two rooms may share, because no file may import both. Each with the two meanings. */
const SHARED: Readonly<Record<string, string>> = {
  Answer: 'chatwoot: what the server answered; sandbox: what the sandbox will answer',
  Outcome: 'chatwoot: the result of one request; core: the result for one person or group',
  Wanted: 'chatwoot: what to read; doctor: what a plan needs',
}

/** Drawn in text and in HTML. */
const SAME_IN_TWO_FORMATS = ['renderTable']

test('an exported function name has one meaning', () => {
  // Overloads are declared in one file.
  const repeated = [...filesByName(/^export (?:async )?function (\w+)/gm)]
    .filter(([, files]) => new Set(files).size > 1)
    .map(([name]) => name)
  expect(repeated).toEqual(SAME_IN_TWO_FORMATS)
})

test('an exported type name has one meaning', () => {
  const names = filesByName(/^export (?:type|interface) (\w+)/gm)
  const repeated = [...names].filter(([, files]) => files.length > 1)
  expect(repeated.filter(([name]) => !Object.hasOwn(SHARED, name))).toEqual([])
  expect(repeated.map(([name]) => name).sort()).toEqual(Object.keys(SHARED).sort())
})

/** The first words of function names. A new one belongs here if it is a verb; `is`, `to` and so on count. */
const VERBS = new Set(
  `
    abridge adapt add adopt advise align amend annotate announce answer append apply approve arrange ask
    asks attempt build can cannot carry cast change check choose claim clamp classify clean
    close combine compare compile complete compose compute conclude confirm convert copy correct
    count create cut decide decode define delete describe diff distinguish draw encode end ends
    escape examine execute expect explain export extend extract fail fence fill find finish fits
    fold follows format gather get give go group guard guess has hash hide html identify indent
    index init insert inspect invert is join judge keep keeps knows label lacks leave limit list
    load locate lower main make manages map mark match matches may measure merge move name names
    nest normalise note number open overwrite pad paint pair parse pass phrase pick place plan
    prepare propose protect prove publish put quote reach reaches read recognise record refuse reject remember remove
    render replace report require resolve respell restore reveal review rewrite run scan seal
    select send serve settle shorten show sort spell simplify splice split start step stop strip suggest
    sum summarise takes tally title to tokenize trim try unfold unseal unwrap update uses wait waive
    warn watch weigh with wrap write
  `.split(/\s+/),
)

test('the name of a function begins with a verb', () => {
  const names = filesByName(/^(?:export )?(?:async )?function\*? (\w+)/gm)
  const others = [...names].filter(([name]) => !VERBS.has(/^[a-z]+/.exec(name)?.[0] ?? ''))
  expect(others).toEqual([])
})
