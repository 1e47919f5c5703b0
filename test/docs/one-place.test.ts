/** Facts that stand in one place of the source, and what may ask for them. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KINDS } from '../../src/core/model/kinds.ts'
import { SINCE } from '../../src/core/model/server-version.ts'

const SRC = new URL('../../src/', import.meta.url)

/** The sandbox is a server of its own: it knows the paths, kinds and versions of Chatwoot by itself. */
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/^(sandbox\/|commands\/sandbox\.ts)/.test(file))
  .map((file) => ({ file, text: readFileSync(new URL(file, SRC), 'utf8') }))

const COMMENT = /^\s*(?:\/\*\*|\*|\/\/)/

/** Outside comments. */
const filesWith = (pattern: RegExp) =>
  FILES.filter(({ text }) =>
    text.split('\n').some((line) => !COMMENT.test(line) && pattern.test(line)),
  ).map(({ file }) => file)

test('which kind a group is, nobody asks: the row of the kind has the answer', () => {
  expect(filesWith(/[!=]== ?(?:TEAM|INBOX)\b|\b(?:TEAM|INBOX) [!=]==/)).toEqual([])
  const words = KINDS.flatMap(({ label, plural, section }) => [label, plural, section])
  expect(filesWith(new RegExp(`[!=]== '(?:${words.join('|')})'`))).toEqual([])
})

test('the codes of a kind stand in its row and in the records', () => {
  const codes = KINDS.flatMap(({ codes: own, hidden, sizeRule }) => [
    ...Object.values(own),
    ...(hidden === null ? [] : [hidden]),
    ...(sizeRule === null ? [] : [sizeRule.code]),
  ])
  expect(filesWith(new RegExp(`'(?:${codes.join('|')})'`)).sort()).toEqual([
    'core/messages/finding-records.ts',
    'core/model/kinds.ts',
  ])
})

test('a kind is named only where it is defined, decoded and put into words', () => {
  expect(filesWith(/\b(?:TEAM|INBOX)\b/).sort()).toEqual([
    'chatwoot/decode.ts',
    'core/model/kinds.ts',
  ])
})

test('the paths of the server stand in src/chatwoot', () => {
  expect(filesWith(/\/api\/v\d/)).toEqual(['chatwoot/paths.ts'])
})

test('a version of Chatwoot on which something depends stands in one table', () => {
  const versions = Object.values(SINCE).map((each) => each.replaceAll('.', '\\.'))
  expect(filesWith(new RegExp(`[ '](?:${versions.join('|')})[ ']`))).toEqual([
    'core/model/server-version.ts',
  ])
})
