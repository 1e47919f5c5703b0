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
  Caller: 'chatwoot: the owner of the token as read; sandbox: the user whose token was sent',
  Outcome: 'chatwoot: the result of one request; core: the result for one person or group',
  Wanted: 'chatwoot: what to read; doctor: what a plan needs',
}

test('an exported type name has one meaning', () => {
  const names = filesByName(/^export (?:type|interface) (\w+)/gm)
  const repeated = [...names].filter(([, files]) => files.length > 1)
  expect(repeated.filter(([name]) => !Object.hasOwn(SHARED, name))).toEqual([])
  expect(repeated.map(([name]) => name).sort()).toEqual(Object.keys(SHARED).sort())
})

/** They say when something happened, not what the function does. */
const BANNED = ['mend', 'reached', 'said', 'settled', 'sight', 'told', 'unlisted', 'wayTo']

/** Older than this rule. The list may only get shorter. */
const OLD = ['core/plan/unlisted-person.ts unlisted', 'core/plan/waive.ts reached']

test('no function has a name that says nothing', () => {
  const names = filesByName(/\bfunction (\w+)/g)
  const used = BANNED.flatMap((name) => (names.get(name) ?? []).map((file) => `${file} ${name}`))
  expect(used.filter((each) => !OLD.includes(each))).toEqual([])
})
