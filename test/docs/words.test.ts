/** The words of `rollcall explain` are those of the documentation and the reports, with one meaning. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/command-list.ts'
import { DIAGNOSTICS } from '../../src/core/messages/diagnostic-records.ts'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { findWord, listWords } from '../../src/core/messages/words.ts'

const ROOT = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8')
const list = (folder: string) =>
  readdirSync(new URL(folder, ROOT), { encoding: 'utf8' }).map((name) => `${folder}${name}`)
const join = (paths: readonly string[]) => paths.map(read).join('\n').replace(/\s+/g, ' ')

const WORDS = listWords()
const CODES: readonly string[] = [...Object.keys(FINDINGS), ...Object.keys(DIAGNOSTICS)]
const PAGES = ['README.md', ...list('docs/').filter((path) => path.endsWith('.md'))]
const TEXT = join(PAGES)
const OUTPUT = join([...list('test/cli/golden/'), ...list('test/views/golden/')])

/** Terms in italics that are not words of rollcall: a role, an answer, a setting of GitHub. */
const OTHERS = ['agent', 'not known', 'required reviewers']

/** How they are written in a text, where that is not the word itself. */
const SHOWN: Readonly<Record<string, string>> = {
  ':8:1': String.raw`:\d+:\d+`,
  'administrator who counts': 'administrators who count',
  'foreign domain': 'foreign e-mail domain',
  'hidden member': 'hidden (?:inbox )?member',
}

test.each(WORDS)('$word is used in the documentation or in what rollcall prints', ({ word }) => {
  const used = new RegExp(`(?<!\\w)${SHOWN[word] ?? word}s?(?!\\w)`, 'i')
  // Not toMatch, whose failure would print all texts.
  expect(used.test(TEXT) || used.test(OUTPUT)).toBe(true)
})

test('no word is a code, and each is found by its own name', () => {
  expect(CODES.filter((code) => findWord(code) !== undefined)).toEqual([])
  for (const each of WORDS) expect(findWord(each.word)).toEqual(each)
})

test('the words are in the order of the alphabet', () => {
  const words = WORDS.map(({ word }) => word.toLowerCase())
  expect(words).toEqual([...words].sort())
})

test.each(WORDS)(
  '$word is explained in one to three plain sentences and a "See"',
  ({ meaning }) => {
    const [text = '', see] = meaning.split(/ ?See (?=`rollcall |docs|README)/)
    expect(text.split(/(?<=\.) (?=[A-Z`])/).length).toBeLessThanOrEqual(3)
    expect(meaning).toMatch(/^[A-Z].*\.$/)
    for (const page of see?.match(/[\w/-]+\.md/g) ?? []) {
      expect(PAGES).toContain(page)
    }
    for (const [, command = '', about] of meaning.matchAll(/`rollcall (\w+) ?([\w-]+)?[^`]*`/g)) {
      expect(Object.keys({ ...COMMANDS, help: null })).toContain(command)
      if (command === 'help') expect(Object.keys(COMMANDS)).toContain(about)
      if (command === 'explain' && about) expect(CODES).toContain(about)
    }
  },
)

test('every term that the README introduces in bold is explained, as it says', () => {
  const readme = join(['README.md'])
  const terms = [...readme.matchAll(/\*\*([a-z ]+)\*\*/g)].map(([, term = '']) => term)
  expect(terms.filter((term) => findWord(term) === undefined)).toEqual([])
  const said = [...readme.matchAll(/\. ([A-Z][^.*]+) is (?:its )?\*\*([a-z ]+)\*\*/g)]
  expect(said.map(([, , word]) => word)).toEqual(['drift', 'verdict'])
  for (const [, meaning = '', word = ''] of said) expectToBeginWith(word, meaning)
})

test('every term that the documentation introduces in italics is explained', () => {
  const terms = [...TEXT.matchAll(/(?<![*\w])\*([a-z][a-z -]+)\*(?![*\w])/g)].map(
    ([, term = '']) => term,
  )
  expect(terms.length).toBeGreaterThan(15)
  expect(terms.filter((term) => findWord(term) === undefined && !OTHERS.includes(term))).toEqual([])
})

test('"A *word* is …" in the documentation is how its explanation begins', () => {
  const said = [...TEXT.matchAll(/\b(?:A|The) \*{1,2}([a-z ]+?)\*{1,2} is ([^.]+?)(?:[.,;]| \()/g)]
  expect(said.map(([, word]) => word)).toEqual(
    expect.arrayContaining(['fleet', 'heartbeat', 'policy', 'scope']),
  )
  for (const [, word = '', meaning = ''] of said) {
    if (findWord(word)) expectToBeginWith(word, meaning)
  }
})

test('the words of docs/first-look.md have the same meaning there', () => {
  const [, table = ''] = read('docs/first-look.md').split('| word | meaning |\n| --- | --- |\n')
  const rows = [...table.matchAll(/^\| (.+?) \| (.+?)(?:: \[\S+\]\(\S+\))? \|$/gm)]
  expect(rows.length).toBeGreaterThan(5)
  for (const [, word = '', meaning = ''] of rows) {
    expectToBeginWith(word.replaceAll('`', ''), meaning)
  }
})

function expectToBeginWith(word: string, meaning: string): void {
  const plain = meaning.replaceAll('**', '')
  expect(findWord(word)?.meaning.toLowerCase().indexOf(plain.toLowerCase()), word).toBe(0)
}
