/** Compares releases of Chatwoot. The code of each difference between releases uses it. */

/** Used for a version that is not a release number. */
export const REFERENCE = '4.15.1'

/** True for that release, for example 4.16, and all later ones. */
export function isSince(version: string, major: number, minor: number, patch = 0): boolean {
  const [, ...parts] = RELEASE.exec(version) ?? RELEASE.exec(REFERENCE) ?? []
  const [a = 0, b = 0, c = 0] = parts.map((part) => Number(part ?? 0))
  if (a !== major) return a > major
  return b === minor ? c >= patch : b > minor
}

const RELEASE = /^v?(\d+)\.(\d+)(?:\.(\d+))?/
