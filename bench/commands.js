/**
 * Whole commands, each in its own process, on accounts that double in size. They show if a command
 * grows faster than its read. Contains every command of rollcall.
 */

/**
 * @typedef {{ words: (run: number) => string[], code: number, within?: (run: number) => string }} Whole
 *   `run`: a counter, for names that must not exist yet; `within`: the folder to run it in
 */

/** @param {number} code @param {string[]} words @returns {Whole} */
const defineWhole = (code, ...words) => ({ code, words: () => words })

/**
 * By command, with the variant after a comma. Null: the command reads no account, or is the sandbox
 * that serves the accounts.
 * @type {Readonly<Record<string, Whole | null>>}
 */
export const GROWING = {
  snapshot: defineWhole(0, 'snapshot'),
  list: defineWhole(0, 'list'),
  'list, json': defineWhole(0, 'list', '--format', 'json'),
  'list, csv': defineWhole(0, 'list', '--format', 'csv'),
  'list, html': defineWhole(0, 'list', '--format', 'html'),
  access: defineWhole(0, 'access'),
  'access, json': defineWhole(0, 'access', '--format', 'json'),
  'access, csv': defineWhole(0, 'access', '--format', 'csv'),
  'access, html': defineWhole(0, 'access', '--format', 'html'),
  'access, stored': defineWhole(0, 'access', '--snapshot', 'review/snapshot.json'),
  export: defineWhole(0, 'export'),
  init: { code: 0, words: () => ['init'], within: (run) => `init-${run}` },
  doctor: defineWhole(0, 'doctor'),
  plan: defineWhole(2, 'plan'),
  'plan, approval': defineWhole(2, 'plan', '--approval'),
  'plan, stored': defineWhole(2, 'plan', '--snapshot', 'review/snapshot.json'),
  // Up to the steps: without --allow, all of these are kept back.
  apply: defineWhole(2, 'apply'),
  adopt: defineWhole(0, 'adopt'),
  remove: defineWhole(0, 'remove', 'person-000001@acme.com'),
  waive: defineWhole(
    0,
    'waive',
    'agent-unexpected:agent/person-000020@acme.com',
    ...['--reason', 'SUP-5', '--owner', 'person-000000@acme.com', '--expires', '2999-12-31'],
  ),
  validate: defineWhole(0, 'validate'),
  'diff, snapshots': defineWhole(2, 'diff', 'review/snapshot.json', 'later.json'),
  'diff, policies': defineWhole(2, 'diff', 'rollcall.yaml', 'later.yaml'),
  review: { code: 0, words: (run) => ['review', '-o', `review-${run}`] },
  'review close': defineWhole(
    2,
    'review',
    'close',
    'review',
    '--decisions',
    'decided.csv',
    '--after',
    'later.json',
  ),
  'review verify': defineWhole(0, 'review', 'verify', 'review'),
  completion: null,
  demo: null,
  explain: null,
  sandbox: null,
  schema: null,
}
