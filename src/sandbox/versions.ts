/** Which release of Chatwoot a state is of. What a release does differently stands where it is done. */

/** A version that names no release counts as the reference one. */
export const REFERENCE = '4.15.1'

/** For example 4.16, and everything after it. */
export function isSince(version: string, major: number, minor: number): boolean {
  const [, a, b] = RELEASE.exec(version) ?? RELEASE.exec(REFERENCE) ?? []
  return Number(a) === major ? Number(b) >= minor : Number(a) > major
}

const RELEASE = /^v?(\d+)\.(\d+)/
