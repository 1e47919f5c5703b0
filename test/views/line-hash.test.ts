/** The hash of each line: by hand, against the plain formula, and what it must not depend on. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashLines } from '../../src/views/line-hash.ts'

/** The sum that the rolling hash rolls: every character by its power of 37, modulo 2^64. */
function byTheFormula(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/)
  const seen: string[] = []
  return lines.map((_, index) => {
    const rest = `${lines.slice(index).join('\n')}\uffff`.replace(/[ \t]/g, '')
    const sum = rest
      .slice(0, 100)
      .split('')
      .reduce((total, unit, at) => total + BigInt(unit.charCodeAt(0)) * 37n ** BigInt(99 - at), 0n)
    const hash = BigInt.asUintN(64, sum).toString(16)
    seen.push(hash)
    return `${hash}:${seen.filter((each) => each === hash).length}`
  })
}

const LINE_BREAK = fc.constantFrom('\n', '\r\n')
const LINE = fc.oneof(
  fc.constantFrom('', 'a', 'agents:', '  ada@acme.com: administrator', '\t- x', ' '.repeat(120)),
  fc.string({ unit: 'grapheme', maxLength: 150 }).map((text) => text.replace(/[\r\n]/g, '')),
)
const LINES = fc.array(LINE, { minLength: 1, maxLength: 30 })

describe('the hash of a line', () => {
  test('of an empty file is the end of the file, followed by nothing', () => {
    const hash = BigInt.asUintN(64, 0xffffn * 37n ** 99n).toString(16)
    expect(hashLines('')).toEqual([`${hash}:1`])
    // As GitHub's own uploader says it.
    expect(hashLines('')).toEqual(['c129715d7a2bc9a3:1'])
  })

  test('of one letter is that letter and the end of the file', () => {
    const hash = BigInt.asUintN(64, 97n * 37n ** 99n + 0xffffn * 37n ** 98n).toString(16)
    expect(hashLines('a')).toEqual([`${hash}:1`])
  })

  test('has no leading zeros', () => {
    // 54703d4cd895b18 are 15 digits.
    expect(hashLines(' a\nb\n  \t\tc\n d')).toEqual([
      '271789c17abda88f:1',
      '54703d4cd895b18:1',
      '180aee12dab6264:1',
      'a23a3dc5e078b07b:1',
    ])
  })

  test('counts how often it came before', () => {
    const hashes = hashLines('0123456789\n'.repeat(12))
    const [first] = hashes
    // Ten lines fill the window; the last ones see the end of the file.
    const alike = hashes.filter((hash) => hash.slice(0, -2) === first?.slice(0, -2))
    expect(alike.map((hash) => hash.slice(-2))).toEqual([':1', ':2', ':3'])
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('stands for every line, the one after the last line break included', () => {
    expect(hashLines('a\n\nb\n').length).toBe(4)
  })

  test('is what the plain formula says', () => {
    fc.assert(
      fc.property(LINES, LINE_BREAK, (lines, lineBreak) => {
        const text = lines.join(lineBreak)
        expect(hashLines(text)).toEqual(byTheFormula(text))
      }),
    )
  })

  test('does not depend on how lines are broken', () => {
    fc.assert(
      fc.property(LINES, (lines) => {
        const text = lines.join('\n')
        expect(hashLines(lines.join('\r\n'))).toEqual(hashLines(text))
        expect(hashLines(lines.join('\r'))).toEqual(hashLines(text))
      }),
    )
  })

  test('does not depend on blanks and tabs', () => {
    const text = 'agents:\n  ada@acme.com: agent\n'
    expect(hashLines('agents: \n\tada@acme.com:\tagent  \n')).toEqual(hashLines(text))
  })

  test('does not change when lines are inserted above, but for how often it came before', () => {
    fc.assert(
      fc.property(LINES, LINES, (above, lines) => {
        const bare = (hashes: readonly string[]) => hashes.map((hash) => hash.split(':')[0])
        const after = hashLines([...above, ...lines].join('\n'))
        expect(bare(after.slice(above.length))).toEqual(bare(hashLines(lines.join('\n'))))
      }),
    )
  })

  test('changes with a character inside of its window and with none behind it', () => {
    const with100 = (last: string) => hashLines(`${'x'.repeat(99)}${last}`)[0]
    expect(with100('a')).not.toBe(with100('b'))
    expect(hashLines(`${'x'.repeat(100)}a`)[0]).toBe(hashLines(`${'x'.repeat(100)}b`)[0])
  })
})
