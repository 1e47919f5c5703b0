/** The policy schema is a contract with editors: it explains itself and agrees with the messages. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { getPlace, listKeysAt, listPaths, SCHEMA_URLS } from '../../src/policy/places.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { getWords } from '../../src/policy/read/wording.ts'

interface Schema {
  readonly [keyword: string]: unknown
  readonly title?: string
  readonly description?: string
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | false
  readonly items?: Schema
  readonly examples?: readonly unknown[]
  readonly then?: Schema
  readonly else?: Schema
}

const SCHEMA: Schema = JSON.parse(readFileSync(SCHEMA_URLS.policy, 'utf8'))
const compile = (schema: object) => new Ajv2020({ strict: true, allErrors: true }).compile(schema)

/** Every schema that describes a value of the policy, with its path. */
function* places(schema: Schema, path: string): Generator<readonly [string, Schema]> {
  const name = schema.$ref?.replace('#/$defs/', '')
  const target = name === undefined ? schema : (SCHEMA.$defs?.[name] ?? {})
  yield [path, target]
  for (const part of [target, target.then ?? {}, target.else ?? {}]) {
    for (const [key, value] of Object.entries(part.properties ?? {})) {
      yield* places(value, path === '' ? key : `${path}/${key}`)
    }
    if (typeof part.additionalProperties === 'object') {
      yield* places(part.additionalProperties, `${path}/*`)
    }
    if (part.items !== undefined) yield* places(part.items, `${path}/[]`)
  }
}

describe('the policy schema', () => {
  test('compiles in strict mode, as draft 2020-12, under its URN', () => {
    expect(() => compile(SCHEMA)).not.toThrow()
    expect(SCHEMA['$id']).toBe('urn:rollcall:policy:1')
  })

  test('knows the code of every finding', () => {
    const codes = SCHEMA.properties?.['severity']?.['propertyNames']
    expect(codes).toEqual({ enum: Object.keys(FINDINGS) })
    const accepted = SCHEMA.$defs?.['waiver']?.properties?.['finding']?.['enum']
    const others = Object.keys(FINDINGS).filter((code) => !code.startsWith('waiver-'))
    expect(accepted).toEqual(others)
  })

  test.each([...places(SCHEMA, '')])('%s has a title and a description', (_path, schema) => {
    expect(schema.title).toMatch(/\S/)
    expect(schema.description).toMatch(/\.$/)
  })

  test('every place in it has an example for messages, and no words are left over', () => {
    const paths = [...listPaths()]
    expect(paths).toEqual(expect.arrayContaining([...places(SCHEMA, '')].map(([path]) => path)))
    expect(paths).toEqual(expect.arrayContaining(Object.keys(getWords())))
    expect(paths.filter((path) => getPlace(path)?.examples === undefined)).toEqual([])
  })

  test.each([...places(SCHEMA, '')].filter(([, { properties }]) => properties !== undefined))(
    'messages list the keys of %s in the order of the schema',
    (path, { properties }) => {
      expect(listKeysAt(path)).toEqual(Object.keys(properties ?? {}))
    },
  )

  test.each([...places(SCHEMA, '')])('the examples of %s are valid', (_path, schema) => {
    const validate = compile({ ...schema, $id: 'urn:rollcall:example', $defs: SCHEMA.$defs })
    for (const example of schema.examples ?? []) expect(validate(example), `${example}`).toBe(true)
  })
})

test.each([
  [
    'rules: { administrators: { min: 0 } }',
    'The minimum number of administrators who have accepted their invitation.',
    'Write, for example, `min: 2`.',
  ],
  [
    'rules:\n  dormant_days:',
    expect.stringMatching(
      /two months.*Without this key, rollcall does not look for dormant people\.$/,
    ),
    'Add a whole number from 61 to 3650, or remove the key.',
  ],
  [
    'severity: { team-differs: loud }',
    '`error` counts as drift, `warning` is only shown, `off` is only counted.',
    'Write `error`, `warning` or `off`.',
  ],
  ['teams: { x: { members: [7] } }', null, 'Write, for example, `ada@acme.com`.'],
  ['teams: { x: ada@acme.com }', null, expect.stringContaining('as a list')],
  [
    'scope: { agents: admins }',
    expect.stringMatching(/Without this key/),
    'Write `agents: all` or `agents: administrators`.',
  ],
  [
    'agents: { ada@acme.com: Billing clerk, bob@acme.com: administrator }',
    null,
    expect.stringContaining('under `custom_role`, next to `role: agent`'),
  ],
  ['apply: { deny: [everything] }', null, expect.stringMatching(/^Write one of .*remove-agent/)],
  [
    'scope: { ignore: { teams: [""] } }',
    expect.stringContaining('in quotes'),
    'Write, for example, `"archive-*"`.',
  ],
  [
    'scope: { agents: }',
    expect.stringMatching(/Without this key, it is `all`\.$/),
    'Add `all` or `administrators`, or remove the key.',
  ],
  [
    'teams: { x: { members: [], auto_assign: } }',
    expect.stringMatching(/Without this key, it is not compared\.$/),
    'Add `true` or `false`, or remove the key.',
  ],
])(
  'an error says what the value means and shows an example, as the schema does: %s',
  (text, detail, advice) => {
    const { diagnostics } = parsePolicy('p.yaml', Buffer.from(`version: 1\ninboxes: {}\n${text}\n`))
    expect(diagnostics).toMatchObject([{ detail, advice }])
  },
)

const WAIVER = 'address: agent/x@y.z, reason: x, owner: x, expires: 2027-01-01'

test.each([
  [`waivers: [{ ${WAIVER} }]`, 'finding', '`finding: admin-unexpected`'],
  [
    'scope: { agents: administrators }\nagents: { ada@acme.com: { role: agent, custom_role: {} } }',
    'id',
    '`{id: 3}`, or the name of the custom role instead of the map',
  ],
  ['rules: { team_members: {} }', 'min', '`min: 2`'],
  ['agents: { ada@acme.com: {} }', 'role', 'Write `role: administrator` or `role: agent`.'],
])('the advice for a missing key says what to write: %s', (text, key, written) => {
  const { diagnostics } = parsePolicy('p.yaml', Buffer.from(`version: 1\ninboxes: {}\n${text}\n`))
  expect(diagnostics.map(({ summary, advice }) => [summary, advice])).toContainEqual([
    expect.stringContaining(`needs the key \`${key}\``),
    expect.stringContaining(written),
  ])
})

test.each([
  [
    'agents: { ada@acme.com: { role: agent, custom_role: [x] } }',
    'must be the name of a custom role or a map with its `id`, not a list',
  ],
  ['rules: [x]', '`rules` must be a map of rules, not a list'],
  ['apply: { deny: [everything] }', 'Step 1 of `apply.deny` must be the name of a step'],
])('an error says in a few words what is expected: %s', (text, says) => {
  const { diagnostics } = parsePolicy('p.yaml', Buffer.from(`version: 1\n${text}\n`))
  expect(diagnostics.map(({ summary }) => summary)).toContainEqual(expect.stringContaining(says))
})
