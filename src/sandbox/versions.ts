/** Compares releases of Chatwoot. The code of each difference between releases uses it. */

/** Used for a version that is not a release number. */
export const REFERENCE = '4.15.1'

/** True for that release, for example 4.16, and all later ones. */
export function isSince(version: string, major: number, minor: number): boolean {
  const [, a, b] = RELEASE.exec(version) ?? RELEASE.exec(REFERENCE) ?? []
  return Number(a) === major ? Number(b) >= minor : Number(a) > major
}

const RELEASE = /^v?(\d+)\.(\d+)/
