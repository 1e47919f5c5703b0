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
    'Write a value after it, or remove the key.',
  ],
  [
    'severity: { team-differs: loud }',
    'error counts as drift, warning is shown, off is only counted.',
    'Write, for example, `warning`.',
  ],
  ['teams: { x: { members: [7] } }', null, 'Write, for example, `ada@acme.com`.'],
])(
  'an error says what the value means and shows an example, as the schema does: %s',
  (text, detail, advice) => {
    const { diagnostics } = parsePolicy('p.yaml', Buffer.from(`version: 1\ninboxes: {}\n${text}\n`))
    expect(diagnostics).toMatchObject([{ detail, advice }])
  },
)
