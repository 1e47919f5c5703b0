/** What stops an apply before its first write: every guard at its edge. */
import { describe, expect, test } from 'vitest'
import { type Circumstances, watchAdministrators } from '../../../src/core/apply/guards.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from '../build.ts'
import { applied, guarded, planned, stops, TODAY, written } from './apply.ts'

const ada = { 'ada@acme.com': 'administrator' } as const
const eve = { 'eve@acme.com': 'administrator' } as const
const zoe = { 'zoe@acme.com': 'administrator' } as const

/** `count` agents, by numbers. */
function people(count: number, from = 1): Record<string, 'agent'> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`p${index + from}@acme.com`, 'agent'] as const),
  )
}

const emails = (count: number, from = 1) => Object.keys(people(count, from))

/** Of somebody in the policy who owns the token, so that nobody else does. */
const owner = ada

describe('a plan that nothing stops', () => {
  test('has no message', () => {
    expect(guarded(planned({ agents: { ...owner, ...people(2) } }, { agents: owner }))).toEqual([])
  })
})

describe('a run', () => {
  const removal = planned({ agents: owner }, { agents: { ...owner, 'bob@acme.com': 'agent' } }, [
    'remove-agent:agent/bob@acme.com',
  ])
  const invitation = planned({ agents: { ...owner, 'bob@acme.com': 'agent' } }, { agents: owner })
  const given = (is: boolean) => ({ journals: { given: is, unread: [] } })

  test('that takes access needs a journal, of which `plan` says nothing', () => {
    expect(stops(removal, given(false))).toEqual(['usage-option'])
    expect(stops(removal, given(true))).toEqual([])
    expect(stops(removal)).toEqual([])
    expect(stops(invitation, given(false))).toEqual(['guard-journals'])
  })

  test('needs the token of an administrator', () => {
    const seen = {
      ...snapshot({ agents: owner }),
      caller: { email: 'b@x', role: 'agent' },
    } as const
    const plan = applied(policy({ agents: owner }), seen)
    expect(guarded(plan).map(({ summary }) => summary)).toEqual([
      'The token belongs to b@x, who is an agent. Only an administrator can change access.',
    ])
  })

  test('stops before a write that leaves too few administrators who count, if others left meanwhile', () => {
    const wanted = policy({ agents: { ...owner, ...zoe, 'eve@acme.com': 'agent' } })
    const account = snapshot({ agents: { ...owner, ...zoe, ...eve } })
    const { before, written } = applied(wanted, account, ['demote:agent/eve@acme.com']).steps
    const [write] = written.flatMap(({ writes }) => writes)
    const [join] = invitation.steps.written.flatMap(({ writes }) => writes)
    if (write === undefined || join === undefined) throw new Error('Nothing is written.')
    const findTooFew = watchAdministrators(before, wanted, TODAY)
    expect(findTooFew(write, before, before.agents)).toBe(null)
    const left = before.agents.map((each) =>
      each.email === 'zoe@acme.com' ? { ...each, role: 'agent' as const } : each,
    )
    expect(findTooFew(write, before, left)).toBe(
      'Only 0 of the administrators who count would be left, but at least 1 must stay.',
    )
    expect(findTooFew(join, before, left)).toBe(null)
    const agent = { ...before, agents: left }
    const [zoes] = left.filter(({ email }) => email === 'zoe@acme.com')
    const person = { email: 'zoe@acme.com', stored: 'zoe@acme.com', id: zoes?.id ?? 0 }
    expect(findTooFew({ kind: 'delete-agent', person }, agent, left)).toBe(null)
  })
})

describe('administrators who count', () => {
  type Agents = WrittenPolicy['agents'] & object
  /** Eve is to be an agent; the owner of the token stays. */
  const demote = (seen: SeenAccount['agents'] & object, listed: Agents = {}, rules = {}) =>
    stops(
      planned(
        { agents: { ...owner, 'eve@acme.com': 'agent', ...listed }, rules },
        { agents: { ...owner, ...eve, ...seen } },
        ['demote:agent/eve@acme.com'],
      ),
    )

  test('are never none, if there is one', () => {
    expect(demote({})).toEqual(['guard-administrators'])
    expect(demote(zoe, zoe)).toEqual([])
  })

  test('are never fewer than the policy wants', () => {
    expect(demote(zoe, zoe, { min: 2 })).toEqual(['guard-administrators'])
    const yan = { ...zoe, 'yan@acme.com': 'administrator' } as const
    expect(demote(yan, yan, { min: 2 })).toEqual([])
  })

  test.each([
    ['with an open invitation', { role: 'administrator', confirmed: false }, 'administrator'],
    ['with a custom role', { role: 'administrator', customRoleId: 1 }, 'administrator'],
    ['whose access has ended', 'administrator', { role: 'administrator', expires: '2026-11-22' }],
  ] as const)('are without somebody %s', (_, seen, listed) => {
    expect(demote({ 'zoe@acme.com': seen }, { 'zoe@acme.com': listed })).toEqual([
      'guard-administrators',
    ])
  })

  test('are without somebody who is not in the policy', () => {
    expect(demote(zoe)).toEqual(['guard-administrators'])
    const unlisted = planned({ agents: owner }, { agents: { ...owner, ...eve } }, [
      'remove-agent:agent/eve@acme.com',
    ])
    expect(stops(unlisted)).toEqual([])
  })
})

describe('the last administrator who counts', () => {
  test.each([
    [1, 1, true],
    [2, 1, false],
    [2, 2, true],
    [3, 2, true],
    [3, 1, false],
  ])('%i of them and %i leave: stopped %s', (present, leaving, stopped) => {
    const all = Object.fromEntries(
      Array.from(
        { length: present },
        (_, index) => [`x${index}@acme.com`, 'administrator'] as const,
      ),
    )
    const going = Object.keys(all).slice(0, leaving)
    const written = policy({
      agents: { ...owner, ...all },
      rules: present === 3 ? { min: 2 } : {},
    })
    const read = snapshot({ agents: { ...owner, ...all } })
    const plan = applied(written, read)
    // Whatever made the steps: the states decide.
    const states = going.map((_, index) => ({
      ...plan.steps.before,
      agents: plan.steps.before.agents.filter(
        ({ email }) => !going.slice(0, index + 1).includes(email),
      ),
    }))
    const found = stops({ ...plan, steps: { ...plan.steps, states } })
    expect(found.includes('guard-administrators')).toBe(stopped)
  })

  test('that were missing already need not be more', () => {
    const plan = planned({ agents: { ...owner, ...people(1) } }, { agents: owner })
    expect(stops(plan)).toEqual([])
  })

  test('the message has the numbers and the way on', () => {
    const plan = applied(
      policy({ agents: { ...owner, ...eve } }),
      snapshot({ agents: { ...owner, ...eve } }),
    )
    const { before } = plan.steps
    const states = [
      { ...before, agents: before.agents.filter(({ email }) => email === 'ada@acme.com') },
    ]
    expect(guarded({ ...plan, steps: { ...plan.steps, states } })).toMatchObject([
      {
        code: 'guard-administrators',
        severity: 'error',
        summary: 'The account would have 0 administrators who count, and needs at least 1.',
        detail: expect.stringMatching(/^It has 1 now\./),
        advice: expect.stringContaining('First add another administrator'),
      },
      // Two are missing of two: the share of one person allows one.
    ])
  })
})

describe('the owner of the token', () => {
  test.each([
    ['is not removed', { agents: zoe }, {}, ['remove-agent:agent/ada@acme.com']],
    ['joins no team', { teams: { a: ['ada@acme.com'] } }, { teams: { a: [] } }, []],
    [
      'leaves no team that is deleted',
      { teams: {} },
      { teams: { a: ['ada@acme.com'] } },
      ['delete-team:team/a'],
    ],
  ] as const)('%s', (_, written, account, allow) => {
    const plan = planned(written, { agents: { ...ada, ...zoe }, ...account }, allow)
    expect(plan.steps.written).toHaveLength(1)
    expect(stops(plan)).toContain('guard-token-owner')
  })

  test('is not named by a request either, even if everything is as before in the end', () => {
    const join = planned({ teams: { a: ['ada@acme.com'] } }, { agents: ada, teams: { a: [] } })
    const [step] = join.steps.written
    const [write] = step?.writes ?? []
    if (step === undefined || write?.kind !== 'add-member') throw new Error('Nobody joins.')
    const leave = { ...write, kind: 'remove-member' } as const
    const steps = {
      ...join.steps,
      written: [{ ...step, writes: [write, leave] }],
      states: [...join.steps.states, join.steps.before],
    }
    expect(stops({ ...join, steps })).toEqual(['guard-token-owner'])
  })
})

describe('whoever is protected', () => {
  test('is not touched, and the message names the line of the policy', () => {
    const plan = planned(
      {
        agents: { ...owner, ...people(2) },
        teams: { a: ['p1@acme.com', 'p2@acme.com'] },
        apply: { protect: ['p2@acme.com', 'nobody@acme.com'] },
      },
      { agents: { ...owner, ...people(2) }, teams: { a: [] } },
    )
    expect(guarded(plan)).toMatchObject([
      {
        code: 'guard-protected',
        summary: expect.stringContaining('p2@acme.com'),
        location: { column: 5 },
      },
    ])
  })
})

test('whoever is protected gets no custom role, also if it is not known what they would gain or lose', () => {
  const plan = planned(
    {
      agents: { ...owner, 'bob@acme.com': { role: 'agent', customRole: 'Clerk' } },
      apply: { protect: ['bob@acme.com'] },
    },
    { agents: { ...owner, 'bob@acme.com': 'agent' }, customRoles: 'unreadable' },
  )
  expect([...plan.steps.gain, ...plan.steps.lose]).toEqual([])
  expect(stops(plan)).toContain('guard-protected')
})

test('whoever is protected is recognised under another spelling of the address', () => {
  const plan = planned(
    { agents: owner, apply: { protect: ['eva@xn--mller-kva.de'] } },
    { agents: { ...owner, 'eva@müller.de': 'agent' } },
    ['remove-agent:agent/eva@müller.de'],
  )
  expect(stops(plan)).toEqual(['guard-protected'])
})

describe('a rule of the policy', () => {
  const rule = (
    rules: WrittenPolicy['rules'] & object,
    written: WrittenPolicy,
    account: SeenAccount,
    allow: string[] = [],
  ) => {
    const plan = planned({ ...written, rules }, account, allow)
    return guarded(plan)
      .filter(({ code }) => code === 'guard-rule')
      .map(({ summary, detail }) => `${summary} ${detail}`)
  }
  const promote = ['promote:agent/p1@acme.com']
  const two = { ...owner, ...zoe }

  test('that holds is not broken: the most administrators', () => {
    const written: WrittenPolicy = { agents: { ...two, 'p1@acme.com': 'administrator' } }
    const account: SeenAccount = { agents: { ...two, ...people(1) } }
    expect(rule({ max: 3 }, written, account, promote)).toEqual([])
    expect(rule({ max: 2 }, written, account, promote)).toEqual([
      'The account would break a rule of the policy: 3 administrators, should be at most 2. The account follows this rule now.',
    ])
    expect(rule({ max: 1 }, written, account, promote)).toEqual([
      'The account would break a rule of the policy: 3 administrators, should be at most 1. The rule is already broken, and the steps would make it worse.',
    ])
  })

  test('that is broken may stay as broken as it is', () => {
    const written: WrittenPolicy = { agents: { ...two, ...people(1) } }
    expect(rule({ max: 1, min: 3, emailDomains: ['acme.com'] }, written, { agents: two })).toEqual(
      [],
    )
    const foreign = { ...two, 'x@evil.example': 'agent' } as const
    expect(
      rule(
        { emailDomains: ['acme.com'] },
        { agents: { ...foreign, ...people(1) } },
        { agents: foreign },
      ),
    ).toEqual([])
  })

  test('the fewest administrators', () => {
    const written: WrittenPolicy = { agents: { ...owner, 'zoe@acme.com': 'agent' } }
    const demote = ['demote:agent/zoe@acme.com']
    expect(rule({ min: 1 }, written, { agents: two }, demote)).toEqual([])
    expect(rule({ min: 2 }, written, { agents: two }, demote)).toHaveLength(1)
    expect(rule({ min: 3 }, written, { agents: two }, demote)).toHaveLength(1)
  })

  test('a new administrator without a reason', () => {
    const written: WrittenPolicy = { agents: { ...owner, 'p1@acme.com': 'administrator' } }
    const account: SeenAccount = { agents: { ...owner, ...people(1) } }
    expect(rule({ requireReason: true }, written, account, promote)).toHaveLength(1)
    const reasoned = { role: 'administrator', reason: 'SUP-1' } as const
    expect(
      rule(
        { requireReason: true },
        { agents: { ...owner, 'p1@acme.com': reasoned } },
        account,
        promote,
      ),
    ).toEqual([])
    const unlisted = { agents: { ...owner, ...zoe, ...people(1) } }
    expect(
      rule(
        { requireReason: true },
        { agents: { ...owner, 'p1@acme.com': reasoned } },
        unlisted,
        promote,
      ),
    ).toEqual([])
  })

  test('says how to end the refusal: change the policy, allow other steps, or wait for an invitation', () => {
    const advice = (
      rules: WrittenPolicy['rules'] & object,
      written: WrittenPolicy,
      account: SeenAccount,
      allow: string[],
    ) => guarded(planned({ ...written, rules }, account, allow)).map((each) => each.advice)
    const policy = 'Change the policy so that it follows its own rules, or change the rule.'
    const keptBack =
      'The plan breaks the rule only because steps are kept back. Allow the kept-back steps that would prevent this, or leave out the `--allow` of the steps that break the rule.'
    const accept =
      'Wait until the invited people in the policy have accepted. Until then, leave out the `--allow` of the steps that break the rule.'
    const promoted: WrittenPolicy = { agents: { ...owner, 'p1@acme.com': 'administrator' } }
    const account: SeenAccount = { agents: { ...two, ...people(1) } }
    expect(advice({ max: 2 }, promoted, account, promote)).toEqual([keptBack])
    const three: WrittenPolicy = { agents: { ...two, 'p1@acme.com': 'administrator' } }
    expect(advice({ max: 2 }, three, account, promote)).toEqual([policy])
    const pending = { role: 'administrator', confirmed: false } as const
    expect(
      advice({ min: 2 }, promoted, { agents: { ...two, 'p1@acme.com': pending } }, [
        'remove-agent:agent/zoe@acme.com',
      ]),
    ).toEqual([accept])
    const small: WrittenPolicy = {
      agents: { ...two, 'x@evil.example': 'agent' },
      teams: { new: ['zoe@acme.com', 'x@evil.example'] },
    }
    expect(advice({ teamMembers: 2 }, small, { agents: two }, [])).toEqual([keptBack])
  })

  test('an invitation outside of the domains', () => {
    const written: WrittenPolicy = { agents: { ...owner, 'x@evil.example': 'agent' } }
    expect(
      rule({ emailDomains: ['acme.com'] }, written, { agents: owner }, [
        'invite:agent/x@evil.example',
      ]),
    ).toEqual([expect.stringContaining('x@evil.example, e-mail domain not in rules.email_domains')])
  })

  test('the fewest members of a team, not of one that is ignored', () => {
    const account: SeenAccount = {
      agents: { ...owner, ...people(3) },
      teams: { a: emails(3), archive: emails(3) },
    }
    const remove = ['remove-member']
    expect(
      rule({ teamMembers: 2 }, { teams: { a: emails(2), archive: emails(3) } }, account, remove),
    ).toEqual([])
    expect(
      rule({ teamMembers: 3 }, { teams: { a: emails(2), archive: emails(3) } }, account, remove),
    ).toEqual([expect.stringContaining('team a with 2 members, should be at least 3')])
    const named = ['remove-agent:agent/p3@acme.com']
    const written: WrittenPolicy = { agents: { ...owner, ...people(2) }, ignoreTeams: ['archive'] }
    expect(
      rule({ teamMembers: 3 }, { ...written, teams: { a: emails(2) } }, account, named),
    ).toHaveLength(1)
  })

  test('about the size of teams does not count for a team that is not in the policy', () => {
    const account: SeenAccount = {
      agents: { ...owner, ...people(1) },
      teams: { a: ['ada@acme.com'], old: emails(1) },
    }
    const named = ['remove-agent:agent/p1@acme.com']
    const written: WrittenPolicy = { agents: owner, teams: { a: ['ada@acme.com'] } }
    expect(rule({ teamMembers: 1 }, written, account, named)).toEqual([])
  })
})

describe('people who lose', () => {
  /** `losing` of `all` agents leave a team; the owner of the token is one more. */
  const lose = (
    all: number,
    losing: number,
    circumstances: Partial<Circumstances> = {},
    apply: WrittenPolicy['apply'] & object = {},
  ) => {
    const plan = planned(
      { teams: { a: [...emails(all - losing, losing + 1), 'ada@acme.com'] }, apply },
      { agents: { ...owner, ...people(all) }, teams: { a: [...emails(all), 'ada@acme.com'] } },
      ['remove-member'],
    )
    expect(plan.steps.written).toHaveLength(losing)
    return stops(plan, circumstances).includes('guard-losses')
  }

  test.each([
    [1, 1],
    [4, 1],
    [5, 1],
    [10, 2],
    [14, 2],
    [15, 3],
    [300, 3],
  ])('of %i people at most %i, by default', (all, most) => {
    expect(lose(all, most)).toBe(false)
    if (all > most) expect(lose(all, most + 1)).toBe(true)
  })

  test.each([
    ['a higher number alone', { people: 30, share: 20, gain: 10 }, 10, 2],
    ['a higher share alone', { people: 3, share: 100, gain: 10 }, 10, 3],
    ['both', { people: 30, share: 50, gain: 10 }, 10, 5],
    ['nobody', { people: 0, share: 20, gain: 10 }, 10, 0],
  ])('with limits of the job: %s', (_, limits, all, most) => {
    if (most > 0) expect(lose(all, most, { limits })).toBe(false)
    expect(lose(all, most + 1, { limits })).toBe(true)
  })

  test('a policy lowers the limits of the job, and never raises them', () => {
    const limits = { people: 5, share: 50, gain: 10 }
    expect(lose(10, 2, { limits }, { people: 2 })).toBe(false)
    expect(lose(10, 3, { limits }, { people: 2 })).toBe(true)
    expect(lose(10, 3, { limits }, { share: 30 })).toBe(false)
    expect(lose(10, 4, { limits }, { share: 30 })).toBe(true)
    expect(lose(10, 5, { limits }, { people: 9, share: 90 })).toBe(false)
    expect(lose(10, 6, { limits }, { people: 9, share: 90 })).toBe(true)
    expect(lose(10, 1, {}, { people: 0 })).toBe(true)
  })

  test('the message names them, the limit, and the option that raises it', () => {
    const plan = (all: number) =>
      planned(
        { teams: { a: ['ada@acme.com'] } },
        { agents: { ...owner, ...people(all) }, teams: { a: [...emails(all), 'ada@acme.com'] } },
        ['remove-member'],
      )
    expect(guarded(plan(2))).toMatchObject([
      {
        summary: '2 people would lose access: p1@acme.com, p2@acme.com. The limit is 1.',
        detail: expect.stringContaining('3 people and 20 % of 2'),
        advice: expect.stringContaining('--max-share'),
      },
    ])
    expect(guarded(plan(20))[0]?.advice).toBe(
      'Check these people. Then name them with `--allow`, or raise `--max-people` and `--max-share`.',
    )
  })

  test.each<[string, Circumstances['limits'], WrittenPolicy['apply'] & object, string]>([
    ['the option', { people: 2, share: 100, gain: 9 }, {}, '`--max-people`'],
    [
      'the policy, which is lower',
      { people: 10, share: 100, gain: 9 },
      { people: 1 },
      '`apply.limits.people` of the policy',
    ],
    [
      'both, which are the same',
      { people: 2, share: 100, gain: 9 },
      { people: 2 },
      '`--max-people` and `apply.limits.people` of the policy',
    ],
    [
      'the share of the policy',
      { people: 10, share: 100, gain: 9 },
      { share: 20 },
      '`apply.limits.share` of the policy',
    ],
    [
      'number and share, which come to the same',
      { people: 2, share: 20, gain: 9 },
      {},
      '`--max-people` and `--max-share`',
    ],
    [
      'also those that would stop it next',
      { people: 3, share: 10, gain: 9 },
      { people: 9 },
      '`--max-people` and `apply.limits.people` of the policy and `--max-share`',
    ],
  ])('the way on is every limit that is too low: %s', (_, limits, apply, raise) => {
    const agents = { ...owner, ...people(10) }
    const account = { agents, teams: { a: [...emails(10), 'ada@acme.com'] } }
    const plan = planned({ teams: { a: ['ada@acme.com'] }, apply }, account, ['remove-member'])
    expect(guarded(plan, { limits })[0]?.advice).toBe(
      `Check these people. Then name them with \`--allow\`, or raise ${raise}.`,
    )
  })

  test('the way on names nobody who has no step of their own', () => {
    const account: SeenAccount = {
      agents: { ...owner, ...people(4) },
      teams: { a: emails(2), b: ['ada@acme.com', 'p3@acme.com'] },
    }
    const allows = ['delete-team:team/a', 'remove-member']
    const deleted = planned({ teams: { b: ['ada@acme.com', 'p3@acme.com'] } }, account, allows)
    expect(guarded(deleted).at(-1)?.advice).toBe(
      'Check these people. Then raise `--max-share`. They lose access with a team or a custom role, so `--allow` cannot name them.',
    )
    const mixed = planned({ teams: { b: ['ada@acme.com'] } }, account, allows)
    expect(guarded(mixed)).toMatchObject([
      {
        summary: expect.stringContaining('p1@acme.com, p2@acme.com, p3@acme.com. The limit is 1.'),
        advice:
          'Check these people. Then raise `--max-share`. `--allow` can name only p3@acme.com: the others lose access with a team or a custom role.',
      },
    ])
  })

  test('count once each, however many steps they lose by', () => {
    const plan = planned(
      { teams: { a: ['ada@acme.com'], b: ['ada@acme.com'] } },
      {
        agents: { ...owner, ...people(1) },
        teams: { a: ['ada@acme.com', 'p1@acme.com'], b: ['ada@acme.com', 'p1@acme.com'] },
      },
      ['remove-member'],
    )
    expect(plan.steps.written).toHaveLength(2)
    expect(stops(plan)).toEqual([])
  })

  test('do not count where --allow names them', () => {
    const allow = emails(4).map((email) => `remove-agent:agent/${email}`)
    const plan = planned({ agents: owner }, { agents: { ...owner, ...people(4) } }, allow)
    expect(plan.steps.written).toHaveLength(4)
    expect(stops(plan)).toEqual([])
    const memberships = emails(2).map((email) => `remove-member:team/a/${email}`)
    const emptied = planned(
      { teams: { a: [] } },
      { agents: { ...owner, ...people(4) }, teams: { a: emails(2) } },
      memberships,
    )
    expect(stops(emptied)).toEqual([])
  })

  test('count in a deleted team and with a narrower custom role', () => {
    const account: SeenAccount = { agents: { ...owner, ...people(4) }, teams: { a: emails(2) } }
    expect(stops(planned({ teams: {} }, account, ['delete-team:team/a']))).toEqual(['guard-losses'])
    const narrow = { role: 'agent', customRole: 'Clerk' } as const
    const two = { 'p1@acme.com': narrow, 'p2@acme.com': narrow }
    const narrowed = planned(
      { agents: { ...owner, ...people(4), ...two } },
      { ...account, customRoles: { 1: { name: 'Clerk', permissions: [] } } },
    )
    expect(stops(narrowed)).toEqual(['guard-losses'])
  })

  test('are a share of confirmed people in scope, without the owner of the token', () => {
    const open = { role: 'agent', confirmed: false } as const
    const account: SeenAccount = {
      agents: { ...owner, ...people(9), 'open@acme.com': open, 'bot@hooks.io': 'agent' },
      teams: { a: [...emails(3), 'ada@acme.com'] },
    }
    const written: WrittenPolicy = {
      teams: { a: ['p3@acme.com', 'ada@acme.com'] },
      ignoreAgents: ['*@hooks.io'],
    }
    expect(guarded(planned(written, account, ['remove-member']))[0]?.detail).toContain('20 % of 9')
    const scoped = planned(
      {
        ...written,
        agents: {
          ...owner,
          ...zoe,
          'p1@acme.com': 'agent',
          'p2@acme.com': 'agent',
          'p3@acme.com': 'agent',
        },
        scope: 'administrators',
      },
      { ...account, agents: { ...account.agents, ...zoe } },
      ['remove-member'],
    )
    // Three of the policy, and an administrator.
    expect(guarded(scoped)[0]?.detail).toContain('20 % of 4')
  })
})

describe('people who gain', () => {
  const gain = (
    gaining: number,
    circumstances: Partial<Circumstances> = {},
    apply: WrittenPolicy['apply'] & object = {},
  ) =>
    stops(
      planned({ agents: { ...owner, ...people(gaining) }, apply }, { agents: owner }),
      circumstances,
    )

  test('are at most ten, or what the job says, or less if the policy says so', () => {
    expect(gain(10)).toEqual([])
    expect(gain(11)).toEqual(['guard-gains'])
    expect(gain(11, { limits: { people: 3, share: 20, gain: 11 } })).toEqual([])
    expect(gain(2, {}, { gain: 2 })).toEqual([])
    expect(gain(3, {}, { gain: 2 })).toEqual(['guard-gains'])
    expect(gain(11, {}, { gain: 20 })).toEqual(['guard-gains'])
    const low = planned(
      { agents: { ...owner, ...people(3) }, apply: { gain: 2 } },
      { agents: owner },
    )
    expect(guarded(low)[0]?.advice).toBe(
      'Check the plan. Then raise `apply.limits.gain` of the policy.',
    )
  })
})

describe('what Chatwoot allows in a day', () => {
  test('is 50 removals', () => {
    const remove = (n: number) => {
      const allow = emails(n).map((email) => `remove-agent:agent/${email}`)
      return stops(planned({ agents: owner }, { agents: { ...owner, ...people(n) } }, allow))
    }
    expect(remove(50)).toEqual([])
    expect(remove(51)).toEqual(['guard-daily-limit'])
  })

  test('is 100 invitations', () => {
    const limits = { people: 3, share: 20, gain: 1000 }
    const invite = (n: number) =>
      stops(planned({ agents: { ...owner, ...people(n) } }, { agents: owner }), { limits })
    expect(invite(100)).toEqual([])
    expect(invite(101)).toEqual(['guard-daily-limit'])
  })
})

describe('somebody who leaves while somebody like them comes', () => {
  const swap = (
    gone: { email: string; name?: string },
    comes: { email: string; name?: string },
    allow: string[],
    circumstances: Partial<Circumstances> = {},
  ) =>
    stops(
      planned(
        {
          agents: {
            ...owner,
            [comes.email]: { role: 'agent', ...(comes.name ? { name: comes.name } : {}) },
          },
        },
        {
          agents: {
            ...owner,
            [gone.email]: { role: 'agent', ...(gone.name ? { name: gone.name } : {}) },
          },
        },
        allow,
      ),
      circumstances,
    )

  test('with the same part before the @ may be a rename', () => {
    const [gone, comes] = [{ email: 'ken@old.example' }, { email: 'ken@acme.com' }]
    expect(swap(gone, comes, [])).toEqual(['guard-rename'])
    expect(swap(gone, comes, ['remove-agent:agent/ken@old.example'])).toEqual(['guard-rename'])
    expect(swap(gone, comes, ['invite:agent/ken@acme.com'])).toEqual(['guard-rename'])
    expect(
      swap(gone, comes, ['remove-agent:agent/ken@old.example', 'invite:agent/ken@acme.com']),
    ).toEqual([])
    expect(swap(gone, { email: 'kim@acme.com' }, [])).toEqual([])
  })

  test('may be a rename although the invitation is kept back, and nothing stops if both are', () => {
    const [gone, comes] = ['agent/ken@acme.com', 'agent/ken@partner.example']
    const plan = (allow: string[], apply = {}) =>
      planned(
        { agents: { ...owner, 'ken@partner.example': 'agent' }, apply },
        { agents: { ...owner, 'ken@acme.com': 'agent' } },
        allow,
      )
    const alone = plan([`remove-agent:${gone}`])
    expect([stops(alone), written(alone)]).toEqual([['guard-rename'], [`remove-agent ${gone}`]])
    const denied = plan([`remove-agent:${gone}`, `invite:${comes}`], { deny: ['invite'] })
    expect([stops(denied), written(denied)]).toEqual([[], [`remove-agent ${gone}`]])
    expect(stops(plan([]))).toEqual([])
  })

  test('with the same name', () => {
    const gone = { email: 'ken@acme.com', name: 'Ken  Thompson' }
    expect(swap(gone, { email: 'kt@acme.com', name: ' KEN  thompson' }, [])).toEqual([
      'guard-rename',
    ])
    expect(swap(gone, { email: 'kt@acme.com', name: 'Kim Thompson' }, [])).toEqual([])
  })

  test('or who had another address in an earlier snapshot', () => {
    const earlier = (email: string) => snapshot({ agents: { ...owner, [email]: 'agent' } })
    const [gone, comes] = [{ email: 'new@acme.com', name: 'K' }, { email: 'kim@acme.com' }]
    expect(swap(gone, comes, [], { previous: earlier('old@acme.com') })).toEqual(['guard-rename'])
    expect(swap(gone, comes, [], { previous: earlier('NEW@acme.com') })).toEqual([])
    expect(swap(gone, comes, [], { previous: snapshot({ agents: owner }) })).toEqual([])
  })

  test('may be named although the policy lets nobody be removed', () => {
    const [gone, comes] = ['agent/ken@old.example', 'agent/ken@acme.com']
    const plan = planned(
      {
        agents: { ...owner, 'ken@acme.com': 'agent' },
        apply: { deny: ['remove-agent'] },
      },
      { agents: { ...owner, 'ken@old.example': 'agent' } },
      [`remove-agent:${gone}`, `invite:${comes}`],
    )
    expect([stops(plan), written(plan)]).toEqual([[], [`invite ${comes}`]])
  })

  test('the message can be copied into a shell, whatever the address is', () => {
    const plan = planned(
      { agents: { ...owner, "ken*o'b@acme.com": 'agent' } },
      { agents: { ...owner, "ken*o'b@old.example": 'agent' } },
      ["invite:agent/ken*o'b@acme.com"],
    )
    expect(guarded(plan)[0]?.advice).toContain(
      "--allow 'remove-agent:agent/ken%2Ao'\\''b@old.example' --allow 'invite:agent/ken%2Ao'\\''b@acme.com'",
    )
  })

  test('the message shows how to name both, also a new administrator', () => {
    const plan = planned(
      { agents: { ...owner, 'ken@acme.com': 'administrator' } },
      { agents: { ...owner, 'ken@old.example': 'agent' } },
      ['invite-administrator:agent/ken@acme.com'],
    )
    expect(guarded(plan)).toMatchObject([
      {
        code: 'guard-rename',
        advice: expect.stringMatching(
          /^If they are one person, write ken@old\.example in the policy instead of ken@acme\.com, or correct the address in Chatwoot\. If not, name both: /,
        ),
      },
    ])
    expect(guarded(plan)).toMatchObject([
      {
        advice: expect.stringContaining(
          '--allow remove-agent:agent/ken@old.example --allow invite-administrator:agent/ken@acme.com',
        ),
      },
    ])
    const ordinary = planned(
      { agents: { ...owner, 'ken@acme.com': 'agent' } },
      { agents: { ...owner, 'ken@old.example': 'agent' } },
    )
    expect(guarded(ordinary)[0]?.advice).toContain('--allow invite:agent/ken@acme.com')
  })
})

describe('nobody is invited', () => {
  const invite = (circumstances: Partial<Circumstances>, account: SeenAccount = {}) =>
    guarded(
      planned(
        { agents: { ...owner, 'bob@acme.com': 'agent' } },
        { ...account, agents: { ...owner, ...account.agents } },
      ),
      circumstances,
    ).map(({ summary, advice }) => `${summary} ${advice}`)
  const bob = { email: 'BOB@acme.com', file: 'file' }

  test('who is still in a list although removed', () => {
    expect(
      invite({}, { teams: { a: { ghosts: ['bob@acme.com'] }, b: { ghosts: ['bob@acme.com'] } } }),
    ).toEqual([
      'bob@acme.com would be invited, but was removed and is still in the list of team a. Wait until the server has removed the person from that list, usually within minutes. If the person is still there after some hours, check the background jobs of the server (Sidekiq).',
    ])
  })

  test('whom a journal shows removed in the last day', () => {
    expect(invite({ removedLately: [bob] })).toEqual([
      'bob@acme.com would be invited, but was removed in the last 24 hours, according to file. Wait a day after the removal, then run again.',
    ])
    expect(invite({ removedLately: [{ email: 'x@acme.com', file: 'file' }] })).toEqual([])
  })

  test('whom another policy of the server removes', () => {
    expect(invite({ removedElsewhere: [bob] })).toEqual([
      'bob@acme.com would be invited, but is removed on another account by file. Keep the person in that policy until you have checked that they are on this account. Then remove them there.',
    ])
    expect(invite({ removedElsewhere: [{ email: 'x@acme.com', file: 'file' }] })).toEqual([])
  })

  test('without a warning only if every earlier journal was read', () => {
    expect(invite({ journals: { given: true, unread: [] } })).toEqual([])
    expect(invite({ journals: { given: false, unread: [] } })).toEqual([
      'No earlier journal was read, so rollcall does not know who was removed in the last 24 hours. Add `--journal FILE`, with a file in the folder of your earlier journals.',
    ])
    expect(invite({ journals: { given: true, unread: ['j/1.jsonl'] } })).toEqual([
      'j/1.jsonl could not be read, or is damaged. If it is a journal, it may show people who were removed. Check that you can read every journal in the folder of `--journal`.',
    ])
    const nobody = planned({ agents: owner, teams: { a: [] } }, { agents: owner, teams: {} })
    expect(stops(nobody, { journals: { given: false, unread: ['x'] } })).toEqual([])
  })

  test('whom the same plan removes under another spelling', () => {
    const plan = planned({ agents: { ...owner, 'bob@acme.com': 'agent' } }, { agents: owner })
    const [first] = plan.steps.written
    if (first === undefined) throw new Error('Nothing is written.')
    const person = { email: 'Bob@acme.com', stored: 'Bob@acme.com', id: 9 }
    const twice = { ...first, writes: [...first.writes, { kind: 'delete-agent', person } as const] }
    expect(guarded({ ...plan, steps: { ...plan.steps, written: [twice] } })).toMatchObject([
      {
        code: 'guard-return',
        advice: 'Remove the person from the policy and apply that. Add them again a day later.',
      },
    ])
  })
})

describe('custom roles', () => {
  const plan = planned(
    { agents: { ...owner, 'bob@acme.com': { role: 'agent', customRole: 'Clerk' } } },
    { agents: owner, customRoles: { 1: { name: 'Clerk', permissions: [] } } },
  )
  test('are given only where the account has them', () => {
    expect(stops(plan)).toEqual([])
    expect(guarded(plan, { customRolesFeature: false })).toMatchObject([
      { code: 'guard-custom-roles', summary: expect.stringContaining('does not have the feature') },
    ])
    expect(guarded(plan, { customRolesFeature: null })).toMatchObject([
      { code: 'guard-custom-roles', summary: expect.stringContaining('does not say') },
    ])
  })

  test('are given only if the server shows them', () => {
    const plan = (customRoles: 'unreadable' | Record<number, string>) =>
      planned(
        { agents: { ...owner, 'bob@acme.com': { role: 'agent', customRole: 'Clerk' } } },
        { agents: { ...owner, 'bob@acme.com': 'agent' }, customRoles },
      )
    expect(guarded(plan('unreadable'))).toMatchObject([
      {
        code: 'guard-custom-roles',
        summary: 'The plan gives custom roles, but the server did not show those of this account.',
      },
    ])
    expect(stops(plan({ 1: 'Clerk' }))).toEqual([])
  })

  test('are not created while an agent has the id of one that is still to come', () => {
    const plan = (customRoleId: number, role: 'agent' | 'administrator' = 'agent', allow = true) =>
      planned(
        { agents: { ...owner, 'eve@acme.com': role }, customRoles: { Old: [], New: [] } },
        {
          agents: { ...owner, 'eve@acme.com': { role, customRoleId } },
          customRoles: { 3: { name: 'Old', permissions: [] } },
        },
        allow ? ['create-custom-role'] : [],
      )
    expect(guarded(plan(4))).toMatchObject([
      {
        code: 'guard-custom-roles',
        summary:
          'eve@acme.com has custom role 4, which is not on this account. If a new custom role gets this id, the person has it at once.',
      },
    ])
    // Ids only go up.
    expect([stops(plan(3)), stops(plan(2))]).toEqual([[], []])
    expect([stops(plan(4, 'administrator')), stops(plan(4, 'agent', false))]).toEqual([[], []])
  })

  test('matter only to a plan that gives one', () => {
    const other = planned({ agents: { ...owner, ...people(1) } }, { agents: owner })
    expect(stops(other, { customRolesFeature: false })).toEqual([])
  })
})

describe('with SAML', () => {
  test('a removal may not last', () => {
    const plan = planned(
      { agents: owner },
      { agents: { ...owner, ...people(1) } },
      ['remove-agent:agent/p1@acme.com'],
      true,
    )
    expect(guarded(plan)).toMatchObject([{ code: 'guard-saml-removals', severity: 'warning' }])
  })

  test('only administrators who sign in with it are a risk', () => {
    const agents = {
      ...owner,
      'zoe@acme.com': { role: 'administrator', provider: 'saml' },
    } as const
    const written: WrittenPolicy = { agents: { ...owner, ...zoe, ...people(1) } }
    expect(guarded(planned(written, { agents }))).toMatchObject([
      { code: 'guard-saml-administrators', severity: 'warning' },
    ])
    const both = { ...agents, 'yan@acme.com': 'administrator' } as const
    expect(
      stops(
        planned(
          { agents: { ...written.agents, 'yan@acme.com': 'administrator' } },
          { agents: both },
        ),
      ),
    ).toEqual([])
  })
})

test('an account of which a part was not read, even if there is nothing to write', () => {
  const plan = planned({ agents: owner }, { agents: owner })
  expect(stops(plan, { complete: false })).toEqual(['guard-run'])
})

test('all that stop are listed at once', () => {
  const plan = planned(
    { agents: { ...zoe, ...people(12) }, apply: { protect: ['p1@acme.com'] } },
    { agents: { ...owner, ...zoe } },
    ['remove-agent:agent/ada@acme.com'],
  )
  expect(stops(plan, { removedLately: [{ email: 'p2@acme.com', file: 'j' }] })).toEqual([
    'guard-token-owner',
    'guard-protected',
    'guard-gains',
    'guard-return',
  ])
})
