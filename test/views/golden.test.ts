/** Nothing is lost where a golden file leaves lines out. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { omitLines } from './golden.ts'

const FILE = 'model.txt'
const MODEL = 'a\n b\nc\nd\n\ne\nf\nc\n'

const lines = fc
  .array(fc.constantFrom('a', ' b', 'c', 'd', '', 'e', 'f', 'x'), { maxLength: 20 })
  .map((each) => each.join('\n'))
const documents = fc
  .array(
    fc.oneof(
      fc.constant(MODEL),
      fc.nat(8).map((cut) => MODEL.slice(cut)),
      lines,
    ),
  )
  .map((each) => each.join('\n'))

test('what a golden file leaves out can be put back from the model, word for word', () => {
  fc.assert(
    fc.property(documents, (document) => {
      expect(restore(omitLines(document, { document: MODEL, file: FILE }))).toBe(document)
    }),
  )
})

test.each([
  ['four lines of the model are one line', 'a\n b\nc\nd', '(golden/model.txt, 4 lines) a'],
  ['three lines of the model stay', 'a\n b\nc', 'a\n b\nc'],
  ['the first line keeps its indent', ' b\nc\nd\n', ' (golden/model.txt, 4 lines) b'],
  ['a line that the model has twice begins nothing', 'c\nd\n\ne', 'c\nd\n\ne'],
  ['another line stays where it is', 'a\n b\nc\nx\nd', 'a\n b\nc\nx\nd'],
])('%s', (_name, document, shown) => {
  expect(omitLines(document, { document: MODEL, file: FILE })).toBe(shown)
})

function restore(golden: string): string {
  const model = MODEL.split('\n')
  return golden
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', count, rest = ''] =
        /^( *)\(golden\/model\.txt, (\d+) lines\) (.*)$/.exec(line) ?? []
      const start = model.indexOf(indent + rest)
      return count === undefined ? [line] : model.slice(start, start + Number(count))
    })
    .join('\n')
}
