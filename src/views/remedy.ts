/** What to do, in the words that all views share. */

/** The first sentence of a remedy, if there is no room for more. */
export function shortenRemedy(remedy: string): string {
  return remedy.replace(/\. .*/s, '.')
}

/** Before the lines of a policy that would end a finding. */
export const OFFER = 'If the account is correct, the policy should contain'

export const MAY_HELP = 'Running again may help.'

/** Whether it may help to run again. */
export function describeRetry(retryable: boolean): string {
  return retryable ? MAY_HELP : 'Running again without a change does not help.'
}
