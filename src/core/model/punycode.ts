/**
 * Punycode (RFC 3492), in the one direction that comparing domains needs. Written here because core
 * imports nothing, and because `URL` also maps look-alikes, ports and short IPv4 addresses together,
 * which are different texts.
 */

// A label of the DNS is not longer, and a hostile server must not make this slow.
const LONGEST = 59
const BASE = 36

/** Decodes what follows `xn--` in a label; null if that is not valid punycode. */
export function decodePunycode(label: string): string | null {
  if (label.length > LONGEST || !/^[a-z0-9-]*[a-z0-9]$/.test(label)) return null
  const split = Math.max(0, label.lastIndexOf('-'))
  const letters = [...label.slice(0, split)]
  let point = 128
  let at = 0
  let bias = 72
  for (let next = split === 0 ? 0 : split + 1; next < label.length; ) {
    const before = at
    let weight = 1
    for (let step = BASE; ; step += BASE) {
      const digit = decodeDigit(label, next)
      if (digit === null) return null
      next += 1
      at += digit * weight
      const threshold = Math.min(26, Math.max(1, step - bias))
      if (digit < threshold) break
      weight *= BASE - threshold
    }
    const length = letters.length + 1
    bias = adaptBias(at - before, length, before === 0)
    point += Math.floor(at / length)
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return null
    at %= length
    letters.splice(at, 0, String.fromCodePoint(point))
    at += 1
  }
  return letters.join('')
}

/** `a` is 0, `9` is 35; null for anything else and past the end. */
function decodeDigit(text: string, at: number): number | null {
  const digit = 'abcdefghijklmnopqrstuvwxyz0123456789'.indexOf(text.charAt(at) || ' ')
  return digit < 0 ? null : digit
}

function adaptBias(delta: number, length: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? 700 : 2))
  rest += Math.floor(rest / length)
  let steps = 0
  for (; rest > 455; steps += BASE) rest = Math.floor(rest / 35)
  return steps + Math.floor((36 * rest) / (rest + 38))
}
