/**
 * Why a step is not written without an `--allow`, and why a step is kept back. decide.ts decides which
 * reasons apply.
 */

import { formatLocation, type Location } from '../model/location.ts'
import { type Permission, STEPS, type Step } from '../model/steps.ts'

export interface Reason {
  readonly needs: Exclude<Permission, 'default'>
  /** A part of a sentence. */
  readonly why: string
}

const byAddress = (why: string): Reason => ({ needs: 'address', why })

export const REASONS = {
  foreignDomain: byAddress('the e-mail domain is not in rules.email_domains'),
  unknownDomain: byAddress(
    'nobody in the policy with this e-mail domain has accepted an invitation',
  ),
  unusualLetters: byAddress('the part before the @ has characters that are not ASCII'),
  wideCustomRole: byAddress('the custom role may permit more than an agent without one may do'),
  alsoGives: byAddress('it may also give access, and not only take it'),
  empties: byAddress('it would leave the group empty'),
  saml: { needs: 'class', why: 'SAML is on, so the identity provider decides about people too' },
} as const satisfies Readonly<Record<string, Reason>>

/** The reason that every step of this name has. */
export function listOwnReasons(step: Step): readonly Reason[] {
  const { needs, why, irreversible } = STEPS[step]
  if (needs === 'default') return []
  return [{ needs, why: irreversible ? `${why}, which cannot be undone` : why }]
}

export function findStrictest(reasons: readonly Reason[]): Permission {
  if (reasons.some(({ needs }) => needs === 'address')) return 'address'
  return reasons.length > 0 ? 'class' : 'default'
}

export type KeptReason =
  /** `allow`: the value of `--allow` that would write it. */
  | { readonly kind: 'permission'; readonly allow: string; readonly why: readonly string[] }
  | { readonly kind: 'denied'; readonly location: Location }
  /** It needs what another step creates, and that step is kept back. */
  | { readonly kind: 'waits'; readonly address: string }

/**
 * Why a step is kept back, as parts of a sentence.
 * @param shown makes a name or a place harmless where it is shown
 */
export function explainKept(
  because: KeptReason,
  shown: (text: string) => string,
): readonly string[] {
  switch (because.kind) {
    case 'permission':
      return because.why
    case 'denied':
      return [`apply.deny of the policy denies it (${shown(formatLocation(because.location))})`]
    case 'waits':
      return [`it needs ${shown(because.address)}, which is kept back`]
  }
}
