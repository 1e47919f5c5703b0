/** The paths of groups: what is planned for one kind is never sent to another. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { ENDPOINTS, type GroupEndpoint } from '../../src/chatwoot/group-endpoints.ts'
import { listPatterns, makeWriteRequest, UNKNOWN_IDS } from '../../src/chatwoot/write-requests.ts'
import { type GroupKind, KINDS, type SectionKey, TEAM } from '../../src/core/model/kinds.ts'
import { STEPS } from '../../src/core/model/steps.ts'
import { buildPolicy } from '../../src/policy/read/build.ts'
import { startProblems } from '../../src/policy/read/problems.ts'
import { decode } from '../../src/policy/read/source-text.ts'
import { readTree } from '../../src/policy/read/syntax.ts'
import { applied } from '../core/apply/apply.ts'
import { snapshot } from '../core/build.ts'

/** A kind that only the tests have. */
const DESK: GroupKind = {
  ...TEAM,
  label: 'desk',
  plural: 'desks',
  section: 'desks' as SectionKey,
  prefix: 'desk',
  settings: [{ key: 'floor', label: 'Floor', type: 'text', usual: '' }],
  sizeRule: null,
}

const ROW: GroupEndpoint = {
  ...ENDPOINTS.teams,
  path: 'desks',
  membership: (id, userIds) => ({ path: `desks/${id}/people`, body: { ids: userIds } }),
  columns: { floor: 'storey' },
}

function addRow(row: GroupEndpoint): void {
  const endpoints = ENDPOINTS as Record<string, GroupEndpoint>
  endpoints['desks'] = row
  onTestFinished(() => {
    delete endpoints['desks']
  })
}

const POLICY = `agents: { ada@acme.com: administrator, ken@acme.com: agent }
desks:
  back: { floor: "1", members: [ken@acme.com] }
  front: { floor: "2", members: [ken@acme.com] }
`

/** What would be written of a policy with two desks, on an account with others. */
function listRequests(of: GroupKind): readonly string[] {
  const source = decode('p.yaml', new TextEncoder().encode(POLICY))
  const tree = 'code' in source ? null : readTree(startProblems(source))
  if ('code' in source || tree === null) throw new Error('not read')
  const policy = buildPolicy(source, '', tree, [...KINDS, of])
  const agents = { 'ada@acme.com': 'administrator', 'ken@acme.com': 'agent' } as const
  const seen = snapshot({ agents, teams: { front: [] }, inboxes: [{ name: 'front', id: 3 }] })
  const desk = (id: number, name: string, members: readonly string[]) => {
    return { of, id, name, settings: { floor: '1' }, members, ghosts: [] }
  }
  const account = {
    ...seen,
    groups: [...seen.groups, desk(3, 'front', ['ada@acme.com']), desk(4, 'old', [])],
    coverage: { ...seen.coverage, desks: 'read' as const },
  }
  const { steps } = applied(policy, account, ['remove-member', 'delete-team:desk/old'])
  return listPatterns(steps, 1).map(
    ({ method, path, body }) => `${method} ${path.slice(19)} ${JSON.stringify(body)}`,
  )
}

describe('a third kind', () => {
  test('is written to its own paths, in the words of its row', () => {
    addRow(ROW)
    expect(listRequests(DESK)).toEqual([
      'POST desks {"storey":"1","name":"back"}',
      'PATCH desks/3 {"storey":"2"}',
      'POST desks/any/people {"ids":[2]}',
      'POST desks/3/people {"ids":[2]}',
      'DELETE desks/3/people {"ids":[1]}',
      'DELETE desks/4 null',
    ])
  })

  test('of which none is created, changed or deleted has only steps of members', () => {
    addRow(ROW)
    const steps = { create: null, update: null, delete: null }
    expect(listRequests({ ...DESK, steps })).toEqual([
      'POST desks/3/people {"ids":[2]}',
      'DELETE desks/3/people {"ids":[1]}',
    ])
  })

  test('is never written where the server has no place for it', () => {
    addRow({ ...ROW, writable: false })
    expect(() => listRequests(DESK)).toThrow('rollcall never writes desks.')
  })

  test('without paths is not written at all', () => {
    const group = { subject: { kind: 'group', of: DESK, name: 'front', id: null }, id: 3 } as const
    const person = { email: 'ken@acme.com', stored: 'ken@acme.com', id: 2 }
    for (const write of [
      { kind: 'create-group', group, settings: {} },
      { kind: 'update-group', group, settings: {} },
      { kind: 'delete-group', group },
      { kind: 'add-member', group, person },
      { kind: 'remove-member', group, person },
    ] as const) {
      expect(() => makeWriteRequest(write, 1, UNKNOWN_IDS, null)).toThrow()
    }
  })
})

test('a step of a kind does what it is in the row for, and is no step of another kind', () => {
  const steps = KINDS.flatMap((of) => Object.entries(of.steps)).filter(([, step]) => step !== null)
  for (const [action, step] of steps) expect(step && STEPS[step].action).toBe(action)
  expect(new Set(steps.map(([, step]) => step)).size).toBe(steps.length)
})

test('the list of a kind is called as its section, so that a review finds it', () => {
  for (const [section, { path }] of Object.entries(ENDPOINTS)) expect(path).toBe(section)
})

test('the paths of a kind are those of no other', () => {
  const paths = KINDS.map(({ section }) => {
    const { path, memberPath, membership } = ENDPOINTS[section]
    return [path, memberPath(4), membership(4, [7]).path]
  })
  const all = paths.flatMap((own) => [...new Set(own)])
  expect(new Set(all).size).toBe(all.length)
})
