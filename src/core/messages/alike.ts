/**
 * Texts that look the same to a reader: whether two look alike, and how they differ. Only for texts
 * that people read. names.ts decides whether two names are the same name, and never by how they look.
 */

import { computeOnce, groupBy } from '../model/collect.ts'
import { compareCodeUnits } from '../model/names.ts'
import { escapeInvisible, joinFirst, makeLater, nameCharacter } from '../model/visible.ts'
import { count } from './phrase.ts'

/**
 * Letters that look like a plain letter in most typefaces: the plain one, then its look-alikes. We
 * chose them from the scripts that are used to imitate names of people and companies. The whole table
 * of Unicode has thousands that no reader would mix up.
 */
const LETTERS =
  'a:аɑα c:сϲᴄ d:ԁ e:еҽ g:ɡց h:һհ i:іıɩι j:јϳ k:кκ l:1I|ӏІΙǀ m:м n:ոռη o:0OоОοΟօՕ p:рρ q:ԛզ s:ѕ ' +
  'u:սυ v:νѵ w:ԝաω x:хχ y:уγү A:АΑ B:ВΒ C:СϹ E:ЕΕ G:Ԍ H:НΗ J:Ј K:КΚ M:МΜ N:Ν P:РΡ Q:Ԛ S:ЅՏ T:ТΤ ' +
  'U:Ս W:Ԝ X:ХΧ Y:УΥҮ Z:Ζ -:‐‑‒–—−˗ \':’‘ʼ´`′ ":“”„ .:․ /:⁄∕'

const PLAIN_OF: ReadonlyMap<string, string> = new Map(
  LETTERS.split(' ').flatMap((row) => {
    const [plain = '', ...same] = row.replace(':', '')
    return same.map((each) => [each, plain] as const)
  }),
)

// Forms that Unicode itself decomposes: full-width, Roman numerals, letters for formulas and of old print,
// joined letters and dots, small signs, Chinese radicals.
const FORMS =
  /[\u0132\u0133\u017f\u2026\u210a-\u2113\u2160-\u217f\u2f00-\u2fd5\ufb00-\ufb06\ufe50-\ufe6b\uff01-\uff5e\u{1d400}-\u{1d7ff}]/gu
const getUndrawn = makeLater(
  String.raw`(?![\t-\r])[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]`,
  'gu',
)
const BLANKS = /[\s\u2800]+/g

// Nearly every name matches this: no character in it looks like another one.
const UNLIKE = /^[a-zA-HJ-NP-Z2-9!#$%&()*+,./:;<=>?@_{}~'"-]*$/

/** Two texts look alike if this returns the same for both. */
export function normaliseLooks(text: string): string {
  if (UNLIKE.test(text)) return text
  return text
    .normalize('NFD')
    .replace(getUndrawn(), '')
    .replace(FORMS, (each) => each.normalize('NFKD'))
    .replace(/[^a-z]/gu, (each) => PLAIN_OF.get(each) ?? each)
    .replace(BLANKS, ' ')
    .trim()
}

function isLookAlike(a: string, b: string): boolean {
  if (a === b || normaliseLooks(a) !== normaliseLooks(b)) return false
  // O and o both map to o because of the zero, but readers can tell them apart.
  return !/^[ -~]*$/.test(a + b) || a.toLowerCase() !== b.toLowerCase()
}

function isPlain(text: string): boolean {
  return /^[!-~]*$/.test(text)
}

/** One of two texts that look alike. */
interface Side {
  /** In quotes, with everything special in visible form; a long text is cut around it. */
  readonly shown: string
  /** What is special: `a no-break space (U+00A0)`. Null: nothing that is missing in the other. */
  readonly has: string | null
}

function describeSides(a: string, b: string): readonly [Side, Side] {
  const [ofA, ofB] = [findSurplus(a, b), findSurplus(b, a)]
  let [inA, inB] = [findUnexpected(a, ofA, ofB), findUnexpected(b, ofB, ofA)]
  // The same characters in another order: any character that is not plain may have moved.
  if (inA.size + inB.size === 0) [inA, inB] = [findUnusual(a), findUnusual(b)]
  if (inA.size + inB.size === 0) [inA, inB] = [findMoved(a, b), findMoved(b, a)]
  return [describeSide(a, inA), describeSide(b, inB)]
}

/** The characters that the first text has more often than the second. */
function findSurplus(text: string, other: string): ReadonlySet<string> {
  const left = new Map([...groupBy(other, (each) => each)].map(([each, all]) => [each, all.length]))
  return new Set(
    [...text].filter((each) => {
      const rest = left.get(each) ?? 0
      left.set(each, rest - 1)
      return rest <= 0
    }),
  )
}

/** Those that a reader does not expect. A plain character counts only if all of them are plain. */
function findUnexpected(
  text: string,
  own: ReadonlySet<string>,
  others: ReadonlySet<string>,
): Set<string> {
  const allPlain = [...own, ...others].every(isPlain)
  return new Set(
    [...own].filter((each) => {
      if (each === ' ') return LOOSE.test(text)
      if (isPlain(each)) return allPlain
      // One character where the other text has a letter and its marks: the usual way to write it.
      const parts = [...each.normalize('NFD')]
      return parts.length === 1 || !parts.every((part) => others.has(part))
    }),
  )
}

function findUnusual(text: string): Set<string> {
  return new Set([...text].filter((each) => !isPlain(each) && each !== ' '))
}

/** The characters at places where the other text has a different one. */
function findMoved(text: string, other: string): Set<string> {
  const there = [...other]
  return new Set([...text].filter((each, index) => each !== there[index]))
}

// A space that is easily missed: at an end, or beside another blank.
const LOOSE = /^ | $| (?=\s)|(?<=\s) /

/** How much of a long text is shown on each side of a place, in characters. */
const AROUND = 24
/** If there are more kinds of characters, the rest is only counted. */
const NAMED = 3

function describeSide(text: string, characters: ReadonlySet<string>): Side {
  const loose = new Set([...text.matchAll(new RegExp(LOOSE, 'g'))].map(({ index }) => index))
  let offset = 0
  const points = [...text].map((each) => {
    const special = characters.has(each) && (each !== ' ' || loose.has(offset))
    offset += each.length
    return { special, shown: special && !isPlain(each) ? escapeInvisible(each) : each }
  })
  const names = [...characters].map(nameCharacter)
  return {
    shown: cutAround(
      points.map(({ shown }) => shown),
      points.findIndex(({ special }) => special),
    ),
    has: names.length === 0 ? null : joinFirst(names, NAMED),
  }
}

function cutAround(points: readonly string[], at: number): string {
  const [from, until] = [Math.max(0, at - AROUND), Math.max(0, at) + AROUND]
  const before = from > 0 ? '…' : ''
  const after = until < points.length ? '…' : ''
  return `"${before}${points.slice(from, until).join('')}${after}"`
}

/** No view cuts two texts that are shorter than this together. */
const CUT = 150
const SAME = 60

/**
 * How two texts in one phrase differ, if a reader would not see it: they look alike, or are so long
 * that a view may cut them before they differ. Null: the difference is easy to see.
 */
export function describeContrast(first: string, second: string): string | null {
  if (isLookAlike(first, second)) {
    const parts = describeSides(first, second).flatMap(({ shown, has }, index) =>
      has === null ? [] : [`the ${index === 0 ? 'first' : 'second'} has ${has}: it is ${shown}`],
    )
    return `they look alike, but ${parts.join(', and ')}`
  }
  if (first.length + second.length < CUT) return null
  const [a, b] = [[...first], [...second]]
  const at = a.findIndex((each, index) => each !== b[index])
  const same = at < 0 ? a.length : at
  if (same < SAME || (at < 0 && a.length === b.length)) return null
  return `they differ from character ${same + 1} on: ${cutAround(a, same)} and ${cutAround(b, same)}`
}

/**
 * The question for a name that does not exist. A name that looks the same comes alone, with the
 * difference: otherwise a reader sees the same name twice.
 * @param meant known names that are similar; at least one
 */
export function askIfMeant(
  written: string,
  meant: readonly string[],
  show: (name: string) => string = String,
): string {
  for (const each of meant) {
    const note = describeContrast(written, each)
    if (note !== null) return `Did you mean ${show(each)}? ${note.replace(/^t/, 'T')}.`
  }
  return `Did you mean ${meant.map(show).join(', ')}?`
}

/** The phrase, with a note on how the two texts in it differ. */
export function addContrast(phrase: string, first: string, second: string): string {
  const note = describeContrast(first, second)
  return note === null ? phrase : `${phrase}; ${note}`
}

function describeResemblance(name: string, other: string): string {
  const [own, its] = describeSides(name, other)
  return [
    `looks like ${its.shown}`,
    ...(its.has === null ? [] : [`which has ${its.has}`]),
    ...(own.has === null ? [] : [`but has ${own.has}: it is ${own.shown}`]),
  ].join(', ')
}

/**
 * Which known name a reader would mistake a name for, or null if there is none. The known names are
 * processed once, and only if somebody asks.
 */
export function findResemblances(known: Iterable<string>): (name: string) => string | null {
  const same = computeOnce(() => groupBy(new Set(known), normaliseLooks))
  return (name) => {
    const others = (same().get(normaliseLooks(name)) ?? []).filter((each) =>
      isLookAlike(name, each),
    )
    const [first] = others.sort(compareCodeUnits)
    if (first === undefined) return null
    const more = others.length - 1
    return (
      describeResemblance(name, first) + (more > 0 ? ` (and like ${count(more, 'other')})` : '')
    )
  }
}
