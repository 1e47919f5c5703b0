/** What to do about a finding, in the words that all views share. */

/** The first sentence of a remedy, if there is no room for more. */
export function shortenRemedy(remedy: string): string {
  return remedy.replace(/\. .*/s, '.')
}

/** Before the lines of a policy that would end a finding. */
export const OFFER = 'If the account is correct, the policy should contain'
