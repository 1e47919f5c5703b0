/**
 * The hashes by which GitHub's code scanning identifies the lines of a file: a hash of the 100
 * characters from the beginning of the line (without spaces and tabs, every line break as one line
 * feed), and a counter for lines with the same hash. Must be exactly the same as GitHub's.
 */

const WINDOW = 100
const BASE = 37
const END_OF_FILE = '\uffff'
const LINE_FEED = 10

const WORD = 2 ** 32
/** The factor for a character that leaves the window: -37^100, modulo 2^64. */
const LEAVING = BigInt.asUintN(64, -(BigInt(BASE) ** BigInt(WINDOW)))
const LEAVING_HIGH = Number(LEAVING >> 32n)
const LEAVING_LOW = Number(LEAVING & 0xffff_ffffn)

/** One `hash:occurrence` per line, in the order of the lines; the first line is at index 0. */
export function hashLines(text: string): readonly string[] {
  const read = `${text.replace(/\r\n?/g, '\n').replace(/[ \t]/g, '')}${END_OF_FILE}`
  const seen = new Map<string, number>()
  const hashes: string[] = []
  // 64 bits in two halves: no product below leaves the safe integers, and it is linear and fast.
  let high = 0
  let low = 0
  // A line's hash is known once its last character is in the window; after the end come zeros.
  for (let next = 0; next < read.length + WINDOW - 1; next += 1) {
    const entering = next < read.length ? read.charCodeAt(next) : 0
    const leaving = next < WINDOW ? 0 : read.charCodeAt(next - WINDOW)
    const sum = low * BASE + LEAVING_LOW * leaving + entering
    high = (high * BASE + LEAVING_HIGH * leaving + Math.floor(sum / WORD)) % WORD
    low = sum % WORD

    const first = next - WINDOW + 1
    if (first < 0 || (first > 0 && read.charCodeAt(first - 1) !== LINE_FEED)) continue
    const hash = ((BigInt(high) << 32n) | BigInt(low)).toString(16)
    const occurrence = (seen.get(hash) ?? 0) + 1
    seen.set(hash, occurrence)
    hashes.push(`${hash}:${occurrence}`)
  }
  return hashes
}
