/**
 * The recipes that write: a person approves what was shown, and the job writes exactly that, at its
 * first attempt and for the newest commit. The shell lines are run against a sandbox that takes writes.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Bench, bench, example, POLICY, recipe, TOKEN, writableAccount } from './bench.ts'
import { runWorkflow, type Workflow } from './workflow.ts'

const REVIEWED = recipe<Workflow>('github/rollcall-apply.yaml')
const BY_HAND = recipe<Workflow>('github/rollcall-apply-by-hand.yaml')
const FILES = { 'rollcall.yaml': POLICY }
const APPROVAL = /\d{8}T\d{2}Z-[0-9a-f]{64}/

type Env = Readonly<Record<string, string>>

function run(workflow: Workflow, at: Bench, server: string, more: Env = {}, stubs: Env = {}) {
  const values = {
    'github.event_name': 'push',
    'github.event.repository.default_branch': 'main',
    'github.token': 'token-of-github',
    'vars.CHATWOOT_BASE_URL': server,
    'vars.CHATWOOT_ACCOUNT_ID': '1',
    'secrets.CHATWOOT_APPLY_TOKEN': TOKEN,
    ...more,
  }
  return runWorkflow(workflow, at, { values, stubs })
}

/** What GitHub's API says in this test. */
const says = (at: Bench, facts: Env) =>
  at.write('../gh.json', JSON.stringify({ issues: [], comments: [], calls: [], ...facts }))

describe.each([
  ['github/rollcall-apply.yaml', REVIEWED],
  ['github/rollcall-apply-by-hand.yaml', BY_HAND],
])('%s', (_, workflow) => {
  const { apply, plan } = workflow.jobs

  test('runs only on the default branch, in an environment, and never for a pull request', () => {
    expect(Object.keys(workflow.on).filter((each) => /pull/.test(each))).toEqual([])
    expect(workflow.on['push']).toMatchObject({ branches: ['main'] })
    expect(apply?.environment).toBe('chatwoot-apply')
    expect(plan?.environment).toMatch(/^chatwoot-(plan|apply)$/)
  })

  test('never writes twice at once to one account, and is never cut off by a newer run', () => {
    expect(apply?.concurrency).toEqual({
      group: `rollcall-apply \${{ vars.CHATWOOT_BASE_URL }} \${{ vars.CHATWOOT_ACCOUNT_ID }}`,
      'cancel-in-progress': false,
    })
  })

  test('keeps the journal whatever happens', () => {
    const kept = apply?.steps.find(({ uses }) => uses?.includes('/upload-artifact@'))
    expect([kept?.if, kept?.with?.['path']]).toEqual([`\${{ always() }}`, 'journal/'])
  })

  test('may write nothing at GitHub', () => {
    for (const job of Object.values(workflow.jobs)) {
      expect(Object.values(job.permissions ?? {})).not.toContain('write')
    }
  })
})

describe('an apply that reviewers approve', () => {
  test('writes what was shown, and keeps its journal', async () => {
    const { baseUrl, methods, isMember } = await writableAccount()
    const at = bench(FILES)
    const { jobs, log, summary } = await run(REVIEWED, at, baseUrl)
    expect(jobs).toEqual({ plan: 'success', apply: 'success' })
    const [approval = ''] = APPROVAL.exec(summary) ?? []
    expect(at.calls('npx').at(-1)).toContain(`--approve ${approval} `)
    expect([methods(), isMember()]).toEqual([['POST'], true])
    expect(at.read('journal/apply.jsonl')).toContain('"line":"closing"')
    expect(at.has('journal/apply.jsonl.before.json')).toBe(true)
    expect(log).not.toContain(TOKEN)
  })

  test('is not started where there is nothing to approve', async () => {
    const { baseUrl, methods } = await writableAccount()
    const at = bench({ 'rollcall.yaml': POLICY.replace(', grace@acme.com]', ']') })
    const { jobs } = await run(REVIEWED, at, baseUrl)
    expect([jobs, methods()]).toEqual([{ plan: 'success', apply: 'skipped' }, []])
  })

  test('is not started without a verdict', async () => {
    const { jobs } = await run(REVIEWED, bench(FILES), 'http://127.0.0.1:9')
    expect(jobs).toEqual({ plan: 'failure', apply: 'skipped' })
  })

  test.each([
    ['the environment has no reviewers', { guard: 'no reviewers' }, {}, 'has no reviewers'],
    ['the environment takes any branch', { guard: 'any branch' }, {}, 'has any branch'],
    ['the run was started again', {}, { GITHUB_RUN_ATTEMPT: '2' }, 'started again'],
    ['the commit is no longer the newest', { head: 'beef' }, {}, 'no longer the newest'],
    ['GitHub does not answer', {}, { STUB_GH_FAILS: '1' }, 'HTTP 502'],
  ])('writes nothing if %s', async (_, facts, stubs, why) => {
    const { baseUrl, methods } = await writableAccount()
    const at = bench(FILES)
    says(at, facts)
    const { jobs, log } = await run(REVIEWED, at, baseUrl, {}, stubs)
    expect(jobs).toEqual({ plan: 'success', apply: 'failure' })
    expect(log).toContain(why)
    expect(methods()).toEqual([])
  })
})

describe('an apply by hand', () => {
  const byHand = { 'github.event_name': 'workflow_dispatch' }

  test('shows an approval first, and writes when it is started with it', async () => {
    const { baseUrl, methods, isMember } = await writableAccount()
    const at = bench(FILES)
    const shown = await run(BY_HAND, at, baseUrl)
    expect([shown.jobs, methods()]).toEqual([{ plan: 'success', apply: 'skipped' }, []])
    const [approval = ''] = APPROVAL.exec(shown.summary) ?? []
    const { jobs } = await run(BY_HAND, at, baseUrl, { ...byHand, 'inputs.approval': approval })
    expect([jobs, isMember()]).toEqual([{ plan: 'skipped', apply: 'success' }, true])
  })

  test('takes the same steps to allow for the plan and for the apply, or refuses', async () => {
    const { baseUrl, methods } = await writableAccount()
    const policy = POLICY.replace('linus@acme.com]', 'hedy@acme.com]')
    const at = bench({ 'rollcall.yaml': policy })
    const allow = { ...byHand, 'inputs.allow': 'remove-member:team/tier 1/linus@acme.com' }
    const shown = await run(BY_HAND, at, baseUrl, allow)
    const [approval = ''] = APPROVAL.exec(shown.summary) ?? []
    const given = { ...byHand, 'inputs.approval': approval }
    const refused = await run(BY_HAND, at, baseUrl, given)
    expect([refused.jobs['apply'], methods()]).toEqual(['failure', []])
    const { jobs } = await run(BY_HAND, at, baseUrl, { ...allow, ...given })
    expect([jobs['apply'], methods().sort()]).toEqual(['success', ['DELETE', 'POST', 'POST']])
  })

  test.each([
    [{}, { GITHUB_RUN_ATTEMPT: '2' }, 'started again'],
    [{ head: 'beef' }, {}, 'no longer the newest'],
  ])('writes nothing for an old run or an old commit', async (facts, stubs, why) => {
    const { baseUrl, methods } = await writableAccount()
    const at = bench(FILES)
    const shown = await run(BY_HAND, at, baseUrl)
    const [approval = ''] = APPROVAL.exec(shown.summary) ?? []
    says(at, facts)
    const given = { ...byHand, 'inputs.approval': approval }
    const { jobs, log } = await run(BY_HAND, at, baseUrl, given, stubs)
    expect([jobs['apply'], methods()]).toEqual(['failure', []])
    expect(log).toContain(why)
  })
})

// Not part of every machine; what gh has built in speaks the same language.
const JQ = '/usr/bin/jq'

test.skipIf(!existsSync(JQ))('the question about the environment means what it says', () => {
  const [, query = ''] = /--jq '(if .*)'/.exec(example('ci/github/rollcall-apply.yaml')) ?? []
  const ask = (environment: object) =>
    spawnSync(JQ, ['-r', query], {
      input: JSON.stringify(environment),
      encoding: 'utf8',
    }).stdout.trim()
  const limited = { deployment_branch_policy: { protected_branches: true } }
  const reviewers = { type: 'required_reviewers', reviewers: [{ type: 'User' }] }
  expect(ask({ deployment_branch_policy: null, protection_rules: [reviewers] })).toBe('any branch')
  expect(ask({ ...limited, protection_rules: [{ type: 'branch_policy' }] })).toBe('no reviewers')
  expect(ask({ ...limited })).toBe('no reviewers')
  expect(ask({ ...limited, protection_rules: [{ ...reviewers, reviewers: [] }] })).toBe(
    'no reviewers',
  )
  expect(ask({ ...limited, protection_rules: [reviewers] })).toBe('guarded')
})

describe('gitlab/rollcall-apply.gitlab-ci.yml', () => {
  interface Job {
    readonly script: readonly string[]
    readonly rules: readonly { readonly if: string; readonly when?: string }[]
    readonly resource_group?: string
    readonly image?: string
    readonly interruptible: boolean
    readonly allow_failure: { readonly exit_codes: readonly number[] }
  }
  const file = recipe<Readonly<Record<string, Job>>>('gitlab/rollcall-apply.gitlab-ci.yml')
  const { variables } = recipe<{ readonly variables: Env }>('gitlab/rollcall-apply.gitlab-ci.yml')
  const planJob = file['rollcall:apply-plan']
  const applyJob = file['rollcall:apply']

  const runJob = (at: Bench, job: Job | undefined, env: Env) => {
    const script = ['set -eo pipefail', ...(job?.script ?? ['exit 99'])].join('\n')
    return at.run(['bash', '-c', script], { ...variables, ...env })
  }

  /** A repository, and its newest commit. */
  function repository(at: Bench) {
    const git = (...words: string[]) =>
      execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@acme.com', ...words], {
        cwd: at.cwd,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim()
    git('init', '-q', '-b', 'main')
    const commit = () => {
      git('commit', '-q', '--allow-empty', '-m', 'Change')
      return git('rev-parse', 'HEAD')
    }
    return { commit, env: { CI_REPOSITORY_URL: at.cwd, CI_DEFAULT_BRANCH: 'main', CI_JOB_ID: '7' } }
  }

  async function ready() {
    const account = await writableAccount()
    const at = bench(FILES)
    const { commit, env } = repository(at)
    const settings = {
      ...env,
      CI_COMMIT_SHA: commit(),
      CHATWOOT_BASE_URL: account.baseUrl,
      CHATWOOT_ACCOUNT_ID: '1',
      CHATWOOT_APPLY_TOKEN: TOKEN,
    }
    const planned = await runJob(at, planJob, settings)
    const [approval = ''] = APPROVAL.exec(planned.log) ?? []
    return { ...account, at, commit, settings, planned, approval }
  }

  test('a manual job, alone on its account and never cut off, on the default branch only', () => {
    expect(applyJob?.rules.map(({ when }) => when)).toEqual(['manual', 'manual'])
    for (const { rules } of [planJob, applyJob] as Job[]) {
      for (const rule of rules) expect(rule.if).toContain('$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH')
    }
    expect(applyJob).toMatchObject({
      interruptible: false,
      resource_group: 'rollcall-apply/$CHATWOOT_ACCOUNT_ID',
      allow_failure: { exit_codes: [2] },
    })
    expect(JSON.stringify(variables)).not.toContain('TOKEN')
  })

  test('writes what the plan showed', async () => {
    const { at, settings, planned, approval, isMember } = await ready()
    expect([planned.code, isMember()]).toEqual([2, false])
    const done = await runJob(at, applyJob, { ...settings, ROLLCALL_APPROVAL: approval })
    expect([done.code, isMember()]).toEqual([0, true])
    expect(at.read('journal/7.jsonl')).toContain('"line":"closing"')
    expect(planned.log + done.log).not.toContain(TOKEN)
  })

  test('writes nothing without the approval, or for an old commit', async () => {
    const { at, commit, settings, approval, methods } = await ready()
    const unasked = await runJob(at, applyJob, settings)
    expect(unasked.log).toContain('Start this job with the variable ROLLCALL_APPROVAL')
    commit()
    const old = await runJob(at, applyJob, { ...settings, ROLLCALL_APPROVAL: approval })
    expect(old.log).toContain('no longer the newest')
    expect([unasked.code, old.code, methods()]).toEqual([1, 1, []])
  })
})
