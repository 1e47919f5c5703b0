/** What the audit log says about findings, and the findings that only it shows. */
import { describe, expect, test } from 'vitest'
import type { FindingCode } from '../../src/core/messages/finding-records.ts'
import type { AuditRow } from '../../src/core/model/activity.ts'
import { INBOX, TEAM } from '../../src/core/model/kinds.ts'
import type { Activity } from '../../src/core/model/snapshot.ts'
import { plan as decide } from '../../src/core/plan/plan.ts'
import { describeFinding } from '../../src/core/report/finding-facts.ts'
import { concludeNoVerdict } from '../../src/core/report/report.ts'
import { added, group, member, readLog, roleChanged, signedIn } from './audit-rows.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from './build.ts'

const TODAY = '2026-11-26'
const FIRST = '2026-11-01T00:00:00.000Z'
const UNRECORDED = { kind: 'unrecorded', from: FIRST }
const NEVER = { kind: 'never' }

const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T14:02:00.000Z`

const recorded = (what: string, day: number, by: string | null = 'ada@acme.com') => ({
  kind: 'recorded',
  what,
  at: at(day),
  by,
  apply: null,
})

function run(written: WrittenPolicy, seen: SeenAccount, activity: Activity) {
  return decide(policy(written), { ...snapshot(seen), activity }, TODAY)
}

function judge(written: WrittenPolicy, seen: SeenAccount, activity: Activity) {
  const decision = run(written, seen, activity)
  if (decision.kind !== 'plan') throw new Error(decision.diagnostics[0]?.summary)
  return decision.plan
}

/** What the log says about the finding with this code. */
function explain(
  code: FindingCode,
  written: WrittenPolicy,
  seen: SeenAccount,
  rows: readonly AuditRow[],
) {
  const found = judge(written, seen, readLog(rows)).findings.filter((each) => each.code === code)
  if (found.length !== 1) throw new Error(`${found.length} findings`)
  return found[0]?.activity
}

const ADA = { 'ada@acme.com': 'administrator' } as const
const WITH_EVE = { agents: { ...ADA, 'eve@acme.com': 'agent' } } as const
const EVE_LEADS = { agents: { ...ADA, 'eve@acme.com': 'administrator' } } as const

describe('a person', () => {
  test('who is not in the policy was added by somebody', () => {
    const rows = [added(20, 2)]
    expect(explain('agent-unexpected', { agents: ADA }, WITH_EVE, rows)).toEqual(
      recorded('added', 20),
    )
  })

  test('was added by the one who invited them where the log names no user', () => {
    const rows = [added(20, 2, { by: null, inviterId: 1 })]
    expect(explain('agent-unexpected', { agents: ADA }, WITH_EVE, rows)).toEqual(
      recorded('added', 20),
    )
    const unknown = [added(20, 2, { by: null, inviterId: 99 })]
    expect(explain('agent-unexpected', { agents: ADA }, WITH_EVE, unknown)).toEqual(
      recorded('added', 20, 'user 99'),
    )
  })

  test('was added without a user by nobody', () => {
    const rows = [added(20, 2, { by: null })]
    expect(explain('agent-unexpected', { agents: ADA }, WITH_EVE, rows)).toEqual(
      recorded('added', 20, null),
    )
  })

  test('without a row is not recorded, as far back as the log was read', () => {
    expect(explain('agent-unexpected', { agents: ADA }, WITH_EVE, [])).toEqual(UNRECORDED)
  })

  test('who is not on the account: Chatwoot never records who removed them', () => {
    expect(explain('agent-missing', WITH_EVE, { agents: ADA }, [added(20, 2)])).toEqual(NEVER)
  })

  test('who is in neither the roster nor the account was removed by somebody nobody knows', () => {
    const roster = { people: new Map(), sha256: 'f'.repeat(64), active: 0, inactive: 0 }
    const seen = { ...snapshot({ agents: {} }), activity: readLog([]) }
    const made = decide(policy({ agents: ADA }), seen, TODAY, false, null, roster)
    if (made.kind !== 'plan') throw new Error('no plan')
    const found = made.plan.findings.find(({ code }) => code === 'not-in-roster')
    expect(found?.activity).toEqual(NEVER)
  })

  test('who leads was made administrator, or added as one', () => {
    const code = 'admin-unexpected'
    const promoted = [roleChanged(21, 2, 'administrator'), added(20, 2)]
    expect(explain(code, { agents: ADA }, EVE_LEADS, promoted)).toEqual(
      recorded('made administrator', 21),
    )
    expect(
      explain(code, { agents: ADA }, EVE_LEADS, [added(20, 2, { role: 'administrator' })]),
    ).toEqual(recorded('added as administrator', 20))
  })

  test('whose role does not follow from the log has it from something that is not recorded', () => {
    const code = 'admin-unexpected'
    const demoted = [roleChanged(21, 2, 'agent'), added(20, 2, { role: 'administrator' })]
    expect(explain(code, { agents: ADA }, EVE_LEADS, demoted)).toEqual(UNRECORDED)
    expect(explain(code, { agents: ADA }, EVE_LEADS, [added(20, 2)])).toEqual(UNRECORDED)
  })

  test('who should lead was made agent, or added as one', () => {
    expect(explain('role-differs', EVE_LEADS, WITH_EVE, [roleChanged(21, 2, 'agent')])).toEqual(
      recorded('made agent', 21),
    )
    expect(explain('role-differs', EVE_LEADS, WITH_EVE, [added(20, 2)])).toEqual(
      recorded('added', 20),
    )
  })

  test('whom rollcall changed has the request of that apply', () => {
    const apply = 'rollcall-1a2b3c4d-007'
    expect(
      explain('agent-unexpected', { agents: ADA }, WITH_EVE, [added(20, 2, { apply })]),
    ).toMatchObject({ by: 'ada@acme.com', apply })
  })

  test('with a custom role: Chatwoot never records who gave it', () => {
    const seen = {
      agents: { ...ADA, 'eve@acme.com': { role: 'agent', customRoleId: 7 } },
      customRoles: { 7: 'Clerk' },
    } as const
    expect(explain('custom-role-differs', WITH_EVE, seen, [])).toEqual(NEVER)
  })

  test('for whom a rule of the policy wants a reason has the role from somebody', () => {
    const written = { ...EVE_LEADS, rules: { requireReason: true } } as const
    const rows = [roleChanged(21, 2, 'administrator')]
    const found = judge(written, EVE_LEADS, readLog(rows)).findings
    expect(found.map(({ activity }) => activity)).toEqual([
      UNRECORDED,
      recorded('made administrator', 21),
    ])
    const absent = judge(written, { agents: ADA }, readLog(rows)).findings
    expect(
      absent.find(({ address, code }) => address.includes('eve') && code === 'rule-administrators')
        ?.activity,
    ).toEqual(NEVER)
  })

  test('with an end that is near, a rule about the whole and a waiver have no such origin', () => {
    const written = {
      agents: { ...ADA, 'eve@acme.com': { role: 'agent', expires: '2026-11-30' } },
      rules: { min: 2 },
      waivers: [
        { finding: 'agent-unexpected', address: 'agent/x@acme.com', expires: '2026-11-27' },
      ],
    } as const
    const { findings } = judge(written, WITH_EVE, readLog([added(20, 2)]))
    expect(findings.map(({ code, activity }) => [code, activity])).toEqual([
      ['rule-administrators', null],
      ['access-expires-soon', null],
      ['waiver-unused', null],
    ])
  })
})

describe('a team or an inbox', () => {
  const none = { agents: ADA, teams: {}, inboxes: {} } as const
  const seen = { agents: ADA, teams: { sales: {} }, inboxes: [{ name: 'Website' }] } as const

  test('that is not in the policy was created by somebody', () => {
    const rows = [group(10, 'created', 'Website'), group(9, 'created', 'sales', 1, TEAM)]
    expect(explain('inbox-unexpected', none, seen, rows)).toEqual(recorded('created', 10))
    expect(explain('team-unexpected', none, seen, rows)).toEqual(recorded('created', 9))
    expect(explain('team-unexpected', none, seen, [])).toEqual(UNRECORDED)
  })

  test('that differs was changed by somebody', () => {
    const written = { agents: ADA, teams: { sales: { description: 'x', members: [] } } }
    const rows = [group(10, 'changed', null, 1, TEAM)]
    expect(explain('team-differs', written, seen, rows)).toEqual(recorded('changed', 10))
    expect(explain('team-differs', written, seen, [])).toEqual(UNRECORDED)
  })

  test('whose settings differ has an explanation for each setting, from the row about it', () => {
    const written = {
      agents: ADA,
      teams: { sales: { description: 'x', autoAssign: false, members: [] } },
    }
    const bob = { by: { id: 9, name: 'bob@acme.com' } }
    const change = (day: number, settings: string[], more = {}) =>
      group(day, 'changed', null, 1, TEAM, settings, more)
    const described = (...rows: readonly AuditRow[]) => explain('team-differs', written, seen, rows)
    const { kind: _, ...byAda } = recorded('changed', 10)
    const { kind: __, ...byBob } = recorded('changed', 12, 'bob@acme.com')
    expect(described(change(10, ['description', 'auto_assign']))).toEqual(recorded('changed', 10))
    expect(described(change(10, ['description']), change(12, ['auto_assign'], bob))).toEqual({
      ...UNRECORDED,
      settings: [
        { setting: 'description', origin: byAda },
        { setting: 'auto_assign', origin: byBob },
      ],
    })
    expect(described(change(12, ['auto_assign'], bob))).toEqual({
      ...UNRECORDED,
      settings: [
        { setting: 'description', origin: null },
        { setting: 'auto_assign', origin: byBob },
      ],
    })
    // A later change of something else explains nothing.
    const one = { agents: ADA, teams: { sales: { description: 'x', members: [] } } }
    const rows = [change(10, ['description']), change(12, ['auto_assign', 'name'], bob)]
    expect(explain('team-differs', one, seen, rows)).toEqual(recorded('changed', 10))
    expect(explain('team-differs', one, seen, rows.slice(1))).toEqual(UNRECORDED)
  })

  test('with another name than the policy gives its id was renamed by somebody', () => {
    const written = { agents: ADA, inboxes: { Web: { id: 1, name: 'Web', members: [] } } }
    const rows = [group(10, 'changed', 'Website', 1, INBOX, ['name'])]
    expect(explain('inbox-differs', written, seen, rows)).toEqual(recorded('changed', 10))
  })

  test('that is gone was deleted by somebody, if its name means only one', () => {
    const written = { agents: ADA, teams: { 'Tier 1': [] }, inboxes: { Mail: [] } }
    const gone = { agents: ADA, inboxes: [] }
    const rows = [group(10, 'deleted', 'tier 1', 8, TEAM), group(9, 'deleted', null, 9)]
    expect(explain('team-missing', written, gone, rows)).toEqual(recorded('deleted', 10))
    expect(explain('inbox-missing', written, gone, rows)).toEqual(UNRECORDED)
    const twice = [...rows, group(11, 'deleted', 'tier 1', 10, TEAM)]
    expect(explain('team-missing', written, gone, twice)).toEqual(UNRECORDED)
  })

  test('that is too small has no such origin, and neither has a custom role', () => {
    const written = { ...none, teams: { sales: [] }, rules: { teamMembers: 1 } }
    expect(explain('rule-team-members', written, seen, [])).toBeNull()
    const roles = { agents: ADA, customRoles: { Clerk: [] } }
    const without = { agents: ADA, customRoles: {} }
    expect(explain('custom-role-missing', roles, without, [])).toEqual(NEVER)
  })
})

describe('a membership', () => {
  const written = { ...WITH_EVE, teams: { sales: [] }, inboxes: { Website: ['eve@acme.com'] } }
  const seen: SeenAccount = {
    ...WITH_EVE,
    teams: { sales: { members: ['eve@acme.com'] } },
    inboxes: [{ name: 'Website', id: 1 }],
  }

  test('that is not in the policy was added, one that is missing was removed', () => {
    const rows = [member(12, 'added', 2, 1, TEAM), member(11, 'removed', 2, 1, INBOX, { by: null })]
    expect(explain('member-unexpected', written, seen, rows)).toEqual(recorded('added', 12))
    expect(explain('inbox-member-missing', written, seen, rows)).toEqual(
      recorded('removed', 11, null),
    )
  })

  test('whose last event says otherwise, or of a person who is not there, is not recorded', () => {
    const rows = [member(12, 'removed', 2, 1, TEAM), member(11, 'added', 2)]
    expect(explain('member-unexpected', written, seen, rows)).toEqual(UNRECORDED)
    expect(explain('inbox-member-missing', written, seen, rows)).toEqual(UNRECORDED)
    expect(explain('inbox-member-missing', written, seen, [])).toEqual(UNRECORDED)
  })

  test('of somebody who left: Chatwoot never records who removed them from the account', () => {
    const ghost = { agents: ADA, teams: { sales: { ghosts: ['eve@acme.com'] } } }
    expect(explain('member-ghost', { agents: ADA, teams: { sales: [] } }, ghost, [])).toEqual(NEVER)
  })
})

test('without the log nothing is said about where a finding comes from', () => {
  for (const state of ['off', 'unsupported', 'not-asked'] as const) {
    const { findings, unjudged } = judge({ agents: ADA }, WITH_EVE, { state })
    expect(findings.map(({ activity }) => activity)).toEqual([null])
    expect(unjudged).toContain('inbox-member-hidden')
  }
})

describe('a hidden member of an inbox', () => {
  const seen = { agents: ADA, inboxes: [{ name: 'Website', id: 1 }] } as const
  const hidden = (written: WrittenPolicy, rows: readonly AuditRow[], account: SeenAccount = seen) =>
    judge(written, account, readLog(rows)).findings.filter(
      ({ code }) => code === 'inbox-member-hidden',
    )

  test('is critical, with an address that stays, and says who added them', () => {
    const [found, ...more] = hidden({ agents: ADA }, [member(12, 'added', 77)])
    expect(more).toEqual([])
    expect(found).toMatchObject({
      address: 'inbox/Website/#77',
      risk: 'critical',
      summary: 'user 77 gets its messages, but is neither on the account nor in any list',
      location: null,
      activity: recorded('added', 12),
    })
    const facts = found && describeFinding(found, { names: new Map(), fixes: new Map() })
    expect(facts).toMatchObject({ kind: 'inbox-member', email: null, name: null, group: 'Website' })
  })

  test('has the name that the log knows, and the place of the inbox in the policy', () => {
    const named = { ...signedIn(5, 77), by: { id: 77, name: 'mallory@evil.example' } }
    const rows = [member(12, 'added', 77), named]
    const [found] = hidden({ agents: ADA, inboxes: { Website: [] } }, rows)
    expect(found?.summary).toMatch(/^mallory@evil\.example \(user 77\) gets/)
    expect(found?.location).toMatchObject({ column: 3 })
    const [elsewhere] = hidden({ agents: ADA, inboxes: {} }, rows)
    expect(elsewhere?.location).toMatchObject({ column: 1 })
  })

  test('is reported in an ignored inbox too, but not in one that is gone', () => {
    const ignored = { agents: ADA, inboxes: {}, ignoreInboxes: ['Web*'] }
    expect(hidden(ignored, [member(12, 'added', 77)])).toHaveLength(1)
    expect(hidden({ agents: ADA }, [member(12, 'added', 77, 9)])).toEqual([])
  })
})

describe('rules.dormant_days', () => {
  const RULE = { agents: {}, scope: 'administrators', rules: { dormantDays: 10 } } as const
  const dormant = (rows: readonly AuditRow[], person: object = {}, window = {}) => {
    const eve = { role: 'agent', ...person } as const
    const made = judge(
      { ...RULE, agents: { 'eve@acme.com': 'agent' } },
      { agents: { 'ada@acme.com': { role: 'agent', provider: 'saml' }, 'eve@acme.com': eve } },
      readLog(rows, window),
    )
    const found = made.findings.filter(({ code }) => code === 'agent-dormant')
    return {
      found: found.map(({ summary, risk }) => `${risk}: ${summary}`),
      notJudged: made.notJudged.get('agent-dormant'),
    }
  }

  test('finds people whose last sign-in is too long ago', () => {
    expect(dormant([signedIn(14, 2)]).found).toEqual([
      'medium: agent, last sign-in with a password on 2026-11-14',
    ])
    expect(dormant([signedIn(14, 2)], { role: 'administrator' }).found).toEqual([
      'high: administrator, last sign-in with a password on 2026-11-14',
    ])
    expect(dormant([signedIn(16, 2)]).found).toEqual([])
  })

  test('counts from the day on which somebody was added, or from where the log or its reading begins', () => {
    expect(dormant([added(14, 2)]).found).toEqual([
      'medium: agent, no sign-in with a password since 2026-11-14, when they were added',
    ])
    expect(dormant([added(20, 2)]).found).toEqual([])
    expect(dormant([added(20, 2), signedIn(5, 2)]).found).toEqual([])
    expect(dormant([]).found).toEqual([
      'medium: agent, no sign-in with a password since 2026-11-01, as far back as the audit log was read',
    ])
    expect(dormant([], {}, { reach: 'beginning' }).found).toEqual([
      'medium: agent, no sign-in with a password since 2026-11-01, where the log begins',
    ])
  })

  test('judges nobody who signs in otherwise, and nobody by a log that is too young', () => {
    expect(dormant([signedIn(14, 2)], { provider: 'saml' })).toEqual({ found: [], notJudged: 2 })
    expect(dormant([], { provider: null })).toEqual({ found: [], notJudged: 2 })
    const young = { from: at(20), reach: 'beginning' }
    expect(dormant([], {}, young)).toEqual({ found: [], notJudged: 2 })
    expect(dormant([signedIn(20, 2)], {}, young)).toEqual({ found: [], notJudged: 1 })
  })

  test('asks nothing of somebody who has not accepted the invitation', () => {
    expect(dormant([], { confirmed: false })).toEqual({ found: [], notJudged: 1 })
  })

  test('that could not judge everybody has not judged the code: nothing of it is resolved', () => {
    const seen = {
      agents: { 'ada@acme.com': { role: 'administrator', provider: 'saml' } },
    } as const
    const { unjudged } = judge({ agents: ADA, rules: { dormantDays: 10 } }, seen, readLog([]))
    expect(unjudged).toContain('agent-dormant')
  })
})

describe('rules.invite_max_days', () => {
  const stale = (rows: readonly AuditRow[], person: object = {}, window = {}) => {
    const eve = { role: 'agent', confirmed: false, ...person } as const
    const made = judge(
      { agents: { ...ADA, 'eve@acme.com': 'agent' }, rules: { inviteMaxDays: 5 } },
      { agents: { ...ADA, 'eve@acme.com': eve } },
      readLog(rows, window),
    )
    const found = made.findings.filter(({ code }) => code === 'invite-stale')
    return {
      found: found.map(({ summary, risk }) => `${risk}: ${summary}`),
      notJudged: made.notJudged.get('invite-stale'),
    }
  }

  test('finds invitations that are open for too long', () => {
    expect(stale([added(20, 2)]).found).toEqual([
      'medium: agent, invited on 2026-11-20, not accepted',
    ])
    expect(stale([added(20, 2)], { role: 'administrator' }).found).toEqual([
      'high: administrator, invited on 2026-11-20, not accepted',
    ])
    expect(stale([added(22, 2)]).found).toEqual([])
    expect(stale([added(2, 2)], { confirmed: true }).found).toEqual([])
  })

  test('finds those from before the log, if it reaches back far enough', () => {
    expect(stale([]).found).toEqual(['medium: agent, invited before 2026-11-01, not accepted'])
    expect(stale([], {}, { from: at(24), reach: 'beginning' })).toEqual({
      found: [],
      notJudged: 1,
    })
  })
})

describe('a rule without the log gives no verdict, and says the way out', () => {
  const refuse = (activity: Activity, rules: WrittenPolicy['rules'] = { dormantDays: 90 }) => {
    const decision = run({ agents: ADA, rules }, { agents: ADA }, activity)
    return decision.kind === 'plan' ? [] : decision.diagnostics
  }

  const reasons: readonly (readonly [Activity, RegExp, RegExp])[] = [
    [{ state: 'not-asked' }, /was taken without it/, /snapshot --activity/],
    [
      { state: 'off' },
      /feature `audit_logs` of the account is off/,
      /^Switch the feature on, or remove the rule/,
    ],
    [
      { state: 'unsupported' },
      /without the enterprise code/,
      /^Remove the rule from the policy\.$/,
    ],
    [
      { state: 'unreadable', because: { summary: 'No.', detail: null, requestId: 'r-1' } },
      /could not be read/,
      /^Check the server.*remove the rule/,
    ],
    [
      {
        state: 'unreadable',
        because: { summary: 'No.', detail: null, requestId: null, retryable: true },
      },
      /could not be read/,
      /^Run again in a few minutes.*remove the rule/,
    ],
    [readLog([]), /only its rows since 2026-11-01 were read/, /--activity-days 90/],
    [readLog([], { reach: 'cut' }), /only its rows since/, /smaller number in the rule/],
  ]

  test.each(reasons.map(([activity, summary, advice]) => [summary, advice, activity] as const))(
    '%s, %s',
    (summary, advice, activity) => {
      const [first, ...more] = refuse(activity)
      expect(more).toEqual([])
      expect(first?.code).toBe('read-activity')
      expect(first?.summary).toMatch(summary)
      expect(first?.summary).toMatch(/^rules\.dormant_days needs/)
      expect(first?.advice).toMatch(advice)
      expect(first?.location).toMatchObject({ column: 5 })
    },
  )

  test('why it could not be read is said', () => {
    const because = { summary: 'It failed.', detail: 'GET x: 500.', requestId: 'r-1' }
    const [first] = refuse({ state: 'unreadable', because }, { inviteMaxDays: 3 })
    expect(first).toMatchObject({ detail: 'It failed. GET x: 500.', requestId: 'r-1' })
  })

  test('running again may help if it may help to read the log', () => {
    const because = { summary: 'It failed.', detail: 'GET x: 500.', requestId: 'r-1' }
    const conclude = (activity: Activity) =>
      concludeNoVerdict(refuse(activity, { inviteMaxDays: 3, dormantDays: 90 }))
    const failed = { state: 'unreadable', because: { ...because, retryable: true } } as const
    expect(conclude(failed)).toMatchObject({ cause: 'incomplete', retryable: true })
    expect(conclude({ state: 'unreadable', because })).toMatchObject({ retryable: false })
  })

  test('a log that has no older rows is enough, and no rule needs none', () => {
    expect(refuse(readLog([], { reach: 'beginning' }))).toEqual([])
    expect(refuse({ state: 'off' }, {})).toEqual([])
  })
})
