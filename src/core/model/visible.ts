/**
 * What a reader cannot see in a text, its visible form, and what a single character is called. The
 * one place that decides this: views only escape what comes from here, each in its own format.
 */

import { computeOnce } from './collect.ts'

const ASCII = /^[ -~]*$/

/**
 * A regular expression that is made for the first text that needs it. V8 checks a literal when it
 * loads the file, and looking up Unicode properties takes longer than all other code of a file.
 */
export function makeLater(source: string, flags: string): () => RegExp {
  return computeOnce(() => new RegExp(source, flags))
}

const EAST_ASIAN = String.raw`[\p{scx=Han}\p{scx=Kana}\p{scx=Hang}]`

// Control and format characters (escape sequences, direction marks, joiners, tags), line separators,
// lone surrogates, noncharacters, everything that Unicode lets a program leave undrawn, the Braille
// pattern without a dot, and every blank that is not the plain space.
// Two of them belong to how people write: the selector that picks a form of the picture or of the
// Chinese character before it, and the wide blank between Chinese, Japanese or Korean words.
const getHidden = makeLater(
  [
    String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2800]`,
    String.raw`\p{Default_Ignorable_Code_Point}(?<![\p{ExtPict}\p{sc=Han}\p{sc=Mong}]\p{Variation_Selector})`,
    String.raw`[^\P{Zs} ](?<!${EAST_ASIAN}\u3000(?=${EAST_ASIAN}))`,
  ].join('|'),
  'gu',
)

/** Replaces every character that people cannot see with `written`; readable text stays as it is. */
export function reveal(
  text: string,
  written: (character: string) => string = escapeInvisible,
): string {
  return ASCII.test(text) ? text : text.replace(getHidden(), written)
}

/** `\u{200b}`: how a single character is shown. */
export function escapeInvisible(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`
}

/**
 * Hides what the runner of a CI job takes for a command, anywhere in a line: `##[` on GitHub, even inside
 * the newer form `::`, `##vso[` on Azure, `##teamcity[`.
 * @param written instead of `##`
 */
export function hideMarks(text: string, written: string): string {
  return text.replace(/##(?=\w*\[)/g, written)
}

const NAMES: Readonly<Record<string, string>> = {
  '\t': 'a tab',
  '\n': 'a line break',
  '\r': 'a line break',
  ' ': 'an extra space',
  '\u00a0': 'a no-break space',
  '\u00ad': 'a soft hyphen',
  '\u034f': 'an invisible joiner',
  '\u200b': 'a zero-width space',
  '\u200c': 'a zero-width non-joiner',
  '\u200d': 'a zero-width joiner',
  '\u200e': 'a left-to-right mark',
  '\u200f': 'a right-to-left mark',
  '\u2060': 'a word joiner',
  '\u2800': 'a blank Braille pattern',
  '\u3000': 'an ideographic space',
  '\ufeff': 'a zero-width no-break space',
}

/** The first that fits. */
const CLASSES: readonly (readonly [string, string])[] = [
  [String.raw`\p{Bidi_Control}`, 'a text direction mark'],
  [String.raw`\p{Variation_Selector}`, 'a variation selector'],
  [String.raw`[\u{e0000}-\u{e007f}]`, 'an invisible tag character'],
  [String.raw`[\p{Zs}\p{Zl}\p{Zp}]`, 'another kind of space'],
  [String.raw`[\u0132\u0133\ufb00-\ufb06]`, 'joined letters'],
  [String.raw`[\u2f00-\u2fd5]`, 'a Chinese radical'],
  [String.raw`\p{Cc}`, 'a control character'],
  [String.raw`[\p{Cf}\p{Default_Ignorable_Code_Point}]`, 'an invisible character'],
  [String.raw`\p{M}`, 'a combining mark'],
  [String.raw`[\uff01-\uff5e]`, 'a full-width character'],
  [String.raw`[\u{1d400}-\u{1d7ff}]`, 'a mathematical letter'],
  [String.raw`\p{sc=Cyrl}`, 'a Cyrillic letter'],
  [String.raw`\p{sc=Grek}`, 'a Greek letter'],
  [String.raw`\p{sc=Armn}`, 'an Armenian letter'],
  [String.raw`\p{Pd}|\u2212`, 'another dash'],
  [String.raw`[\u1100-\u11ff]`, 'a part of a Korean syllable'],
  [String.raw`\p{L}`, 'another letter'],
  [String.raw`[\p{P}\p{S}]`, 'another punctuation mark'],
]

/** `a no-break space (U+00A0)`. */
export function nameCharacter(character: string): string {
  const point = Number(character.codePointAt(0))
  const kind =
    NAMES[character] ??
    (point <= 0x7e && point > 0x20
      ? `${/\d/.test(character) ? 'the digit' : /\w/.test(character) ? 'the letter' : 'the character'} ${character}`
      : (CLASSES.find(([shape]) => new RegExp(shape, 'u').test(character))?.[1] ??
        'another character'))
  return `${kind} (${formatCodePoint(character)})`
}

/** `U+00A0`. */
export function formatCodePoint(character: string): string {
  return `U+${Number(character.codePointAt(0)).toString(16).toUpperCase().padStart(4, '0')}`
}

/** A text with at most `longest` characters, or its beginning and a mark. */
export function cutText(text: string, longest = 80, mark = '…'): string {
  // Cut first: spreading a million characters to keep 80 is slow.
  const characters = [...text.slice(0, 2 * longest + 2)]
  return characters.length > longest ? characters.slice(0, longest).join('') + mark : text
}

/** The first `most` texts of a list, and how many more there are. */
export function joinFirst(
  texts: readonly string[],
  most: number,
  show: (text: string) => string = (text) => text,
): string {
  const shown = texts.slice(0, most).map((each) => show(each))
  const rest = texts.length - most
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

/** Every unit as JSON and YAML escape it: `\u200b`. */
export function escapeUnits(text: string): string {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

// A letter and its marks, or the parts of a Korean syllable.
const getParts = makeLater(
  String.raw`\P{M}\p{M}+|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?`,
  'gu',
)
const getPart = makeLater(String.raw`[\p{M}\u1100-\u11ff]`, 'gu')

/**
 * Escapes as in YAML what people would not see inside quotes: `\u200b`. Also escapes parts that look
 * the same as one single character, and marks that would be drawn on the quote.
 */
export function escapeForYaml(text: string): string {
  if (ASCII.test(text)) return text
  return reveal(text, escapeInYaml).replace(getParts(), (each) =>
    each.normalize('NFC') === each && !each.startsWith('"')
      ? each
      : each.replace(getPart(), escapeInYaml),
  )
}

/** A single character: `\u200b`, `\U000e0041`. */
export function escapeInYaml(character: string): string {
  if (character.length === 1) return escapeUnits(character)
  return `\\U${Number(character.codePointAt(0)).toString(16).padStart(8, '0')}`
}

/** Whether a text that is not what it should be may be an access token or contain one. */
export function mayContainToken(text: string): boolean {
  const words = text.match(/[\w.+/=-]{16,}/g) ?? []
  return words.some((word) => /\d/.test(word) && /[a-z]/i.test(word))
}
