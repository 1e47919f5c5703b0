/**
 * Patterns of a policy: `*` is any run of characters (`/` included), `?` any single one; case is
 * ignored. It goes back only to the last star, so each character of a text takes at most as many steps
 * as the pattern has characters; the policy format limits the pattern's length.
 */
import { normalisePattern, spellTeamName } from './names.ts'

export function isPattern(text: string): boolean {
  return /[*?]/.test(text)
}

/** Whether a pattern matches a text as it is spelled, or in its normal form. */
export function matches(
  pattern: string,
  text: string,
  normalise: (text: string) => string,
): boolean {
  if (fits(pattern, text)) return true
  const normal = normalise(text)
  if (!isPattern(pattern)) return normalise(pattern) === normal
  const wanted = normalisePattern(pattern)
  return (wanted !== pattern || normal !== text) && fits(wanted, normal)
}

function fits(pattern: string, text: string): boolean {
  const wanted = [...spellTeamName(pattern)]
  const given = [...spellTeamName(text)]
  let p = 0
  let t = 0
  let star = -1
  let reach = 0
  while (t < given.length) {
    if (wanted[p] === '*') {
      star = p
      reach = t
      p += 1
    } else if (p < wanted.length && (wanted[p] === '?' || wanted[p] === given[t])) {
      p += 1
      t += 1
    } else if (star >= 0) {
      reach += 1
      t = reach
      p = star + 1
    } else {
      return false
    }
  }
  while (wanted[p] === '*') p += 1
  return p === wanted.length
}
