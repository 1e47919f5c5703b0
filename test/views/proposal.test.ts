/** What an apply would write, as people see it: the reasons why a step is kept back, and hostile names. */
import MarkdownIt from 'markdown-it'
import { expect, test } from 'vitest'
import { plan } from '../../src/core/plan/plan.ts'
import { summariseSteps } from '../../src/core/report/proposal.ts'
import { concludeAccount, concludeReport } from '../../src/core/report/report.ts'
import { renderJson } from '../../src/views/json.ts'
import { renderMarkdown } from '../../src/views/markdown/report.ts'
import { renderPlain } from '../../src/views/text/lines.ts'
import { applied, TODAY } from '../core/apply/apply.ts'
import { policy, snapshot, type WrittenPolicy } from '../core/build.ts'
import { HEAD } from './reports.ts'

const HOSTILE = 'a`b | <b> \u202e \u001b[31m $(id)'

function shown(written: WrittenPolicy, allow: readonly string[] = []) {
  const wanted = policy(written)
  const read = snapshot({
    agents: { 'ada@acme.com': 'administrator' },
    teams: { [HOSTILE]: [] },
  })
  const decision = plan(wanted, read, TODAY)
  if (decision.kind === 'unknown') throw new Error('No plan.')
  const { steps, diagnostics } = applied(wanted, read, allow)
  const proposal = {
    plan: steps,
    ...summariseSteps(steps),
    approval: `20261124T09Z-${'0'.repeat(64)}`,
    expires: '2026-11-24 09:00 UTC',
    document: {},
    diagnostics,
  }
  const account = concludeAccount(wanted, read, decision.plan, new Map(), null, proposal)
  const report = concludeReport(HEAD, [], [account])
  return {
    text: renderPlain(report),
    markdown: renderMarkdown(report, { maxBytes: 60_000, uri: (path) => path }),
    json: renderJson(report),
  }
}

test('each reason why a step is kept back reads in every format, and no name breaks out of its place', () => {
  const { text, markdown, json } = shown({
    agents: {
      'ada@acme.com': 'administrator',
      'bob@acme.com': 'agent',
      'eve@acme.com': 'administrator',
    },
    teams: { billing: ['bob@acme.com'] },
    apply: { deny: ['invite'] },
  })
  expect(text).toContain('apply.deny of the policy denies it (policy.yaml:')
  expect(text).toContain('it needs agent/bob@acme.com, which is kept back')
  expect(text).toContain('to write it: --allow invite-administrator:agent/eve@acme.com')
  const why = 'it invites an administrator, who may do everything'
  expect(text).toContain(`      ${why}\n      to write it: --allow`)
  expect(markdown).toContain(
    '* invite `agent/bob@acme.com`: apply.deny of the policy denies it (`policy.yaml:',
  )
  expect(markdown).toContain('it needs `agent/bob@acme.com`, which is kept back')
  expect(markdown).toContain(
    `: ${why}; to write it: \`--allow invite-administrator:agent/eve@acme.com\``,
  )
  for (const each of [text, markdown, json]) {
    expect(each).not.toContain('\u202e')
    expect(each).not.toContain('\u001b')
  }
  const inline = new MarkdownIt({ html: true })
    .parse(markdown, {})
    .flatMap((each) => each.children ?? [])
  expect(inline.map(({ content }) => content)).not.toContain('<b>')
  expect(JSON.parse(json).accounts[0]).toMatchObject({
    approval: { value: expect.any(String), document: {} },
    kept_back: [
      { step: 'invite', because: 'denied', allow: null, waits_for: null },
      { step: 'invite-administrator', because: 'permission', why: [why], waits_for: null },
      { step: 'add-member', because: 'waits', waits_for: 'agent/bob@acme.com' },
      { step: 'delete-team', because: 'permission' },
    ],
  })
})

test('what --allow would write a step can be copied, also if the name has what nobody sees', () => {
  const { text } = shown({ agents: { 'ada@acme.com': 'administrator' }, teams: {} })
  const [, word = ''] = /to write it: --allow '(.*)'$/m.exec(text) ?? []
  const kept = shown({ agents: { 'ada@acme.com': 'administrator' }, teams: {} }, [word])
  expect(kept.text).toContain('Writes 1 step.')
})

test('Markdown says why there is no approval', () => {
  const agents = { 'ada@acme.com': 'administrator' } as const
  expect(shown({ agents }).markdown).toContain('An apply would write nothing')
  const invites = { agents: { ...agents, 'bob@acme.com': 'agent' } } as const
  const refused = shown(invites, ['remove-member'])
  expect(refused.markdown).toContain('There is no approval: an apply would refuse this plan.')
  expect(refused.markdown).toContain('matches no step')
  expect(shown(invites).markdown).toContain('1. invite `agent/bob@acme.com`')
})
