/** Widths are the package's that terminals' authors agree on, without the time it takes to load. */
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { wrapParagraph } from '../../src/views/text/layout.ts'
import { measureWidth } from '../../src/views/text/width.ts'

test('every character is as wide as string-width says', () => {
  const differing: string[] = []
  // Above are only ideographs without an end: two columns each.
  for (let point = 0; point <= 0x20010; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue
    const text = String.fromCodePoint(point)
    // Alone on a line a control character has no width, and text for people never holds one.
    if (point === 0x1b || point === 0x9b) continue
    if (measureWidth(text) !== stringWidth(text)) differing.push(point.toString(16))
  }
  expect(differing).toEqual([])
}, 30_000)

test.each([
  '',
  'plain',
  'Łódź, Ærøskøbing',
  'e\u0301',
  'サポート窓口',
  'ﾊﾟｰﾄ',
  '고객 지원',
  'ขอบคุณ',
  'शिक्षा',
  'مرحبا',
  '👩‍💻',
  '👍🏽',
  '🇩🇪🇯🇵',
  '1️⃣',
  '#⃣',
  '☂️',
  '❤️',
  '👨‍👩‍👧',
  '\ud800',
  '\u200b\u2060',
  '\u001b[31mred 東京\u001b[39m',
])('%j is as wide as string-width says', (text) => {
  expect(measureWidth(text)).toBe(stringWidth(text))
})

test.each([
  ['letters', 'a'.repeat(200_000)],
  ['wide characters', '語'.repeat(5_000)],
  ['pictures of two units each', '👍🏽'.repeat(2_000)],
])('a long word (%s) is wrapped in time, and nothing of it is lost', (_name, word) => {
  const lines = wrapParagraph(word).split('\n')
  expect(lines.join('')).toBe(word)
  expect(lines.filter((line) => measureWidth(line) > 80)).toEqual([])
})
