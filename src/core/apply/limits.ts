/** How many people one apply may affect, unless the job sets other limits. guards.ts enforces them. */

/** How much one run may do, as set by the job. A policy can only lower these limits. */
export interface Limits {
  /** `--max-people`: how many people may lose access. */
  readonly people: number
  /** `--max-share`: likewise, in percent of the people in scope. */
  readonly share: number
  /** `--max-gain`: how many people may gain access. */
  readonly gain: number
}

export const DEFAULT_LIMITS: Limits = { people: 3, share: 20, gain: 10 }
