/** Writes the policy and the account of a repository into a CI job. The job is YAML, as in examples/ci. */

/** Fills in the policy and the account. Without an account it writes none: the policy names it later. */
export function fillRecipe(recipe: string, policy: string, account: number | null): string {
  const path = /^[\w./-]+$/.test(policy) ? policy : JSON.stringify(policy)
  return recipe
    .replace(/(policy|ROLLCALL_POLICY): rollcall\.yaml/gi, (_, key: string) => `${key}: ${path}`)
    .replaceAll(/^( +account): 1 /gm, `$1: ${account ?? '""'} `)
    .replace(/(ROLLCALL_ACCOUNT): "1"/, `$1: "${account ?? ''}"`)
}
