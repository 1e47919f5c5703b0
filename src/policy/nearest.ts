/**
 * Finds the known word that is closest to an unknown one, for "Did you mean …?". The command line uses
 * it too, so it loads only an edit distance.
 */
import { createRequire } from 'node:module'

const SHORTEST_PREFIX = 3

/**
 * The candidate within two edits (one for words with fewer than four letters), or else one that
 * starts with the word or is the start of it. Ignores case. Null if nothing is close.
 */
export function findNearest(word: string, candidates: Iterable<string>): string | null {
  const wanted = word.toLowerCase()
  const limit = wanted.length < 4 ? 1 : 2
  let best: string | null = null
  let bestDistance = limit + 1
  let extension: string | null = null
  for (const candidate of candidates) {
    const known = candidate.toLowerCase()
    if (extension === null && extend(wanted, known)) extension = candidate
    if (Math.abs(known.length - wanted.length) >= bestDistance) continue
    const edits = loadLibrary().distance(wanted, known)
    if (edits < bestDistance) {
      best = candidate
      bestDistance = edits
    }
  }
  return best ?? extension
}

/** Like `findNearest`, but null if the word is how several candidates begin: it may mean any of them. */
export function findOnlyNearest(word: string, candidates: readonly string[]): string | null {
  const begun = candidates.filter((each) => each.startsWith(word.toLowerCase()))
  return begun.length > 1 ? null : findNearest(word, candidates)
}

/** Up to `most` candidates that may be meant, the closest first: similar words, and words that contain it. */
export function findNearestFew(word: string, candidates: readonly string[], most = 3): string[] {
  const wanted = word.toLowerCase()
  const limit = Math.max(2, Math.floor(wanted.length / 3))
  const part = (known: string) => wanted.length >= SHORTEST_PREFIX && known.includes(wanted)
  return candidates
    .map((candidate) => ({
      candidate,
      edits: loadLibrary().distance(wanted, candidate.toLowerCase()),
    }))
    .filter(({ candidate, edits }) => edits <= limit || part(candidate.toLowerCase()))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

function extend(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < SHORTEST_PREFIX) return false
  return a.startsWith(b) || b.startsWith(a)
}

/** Loaded at the first error, because most runs have none. `require` keeps this synchronous. */
function loadLibrary(): typeof import('fastest-levenshtein') {
  return createRequire(import.meta.url)('fastest-levenshtein')
}
