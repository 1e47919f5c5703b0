/** `rollcall schema`: prints one of the JSON Schemas that programs can rely on. */
import { readFile } from 'node:fs/promises'
import { define, pickWord } from '../shell/command.ts'

/** The files of schemas/. */
const SCHEMAS = [
  'policy',
  'fleet',
  'report',
  'apply',
  'list',
  'access',
  'snapshot',
  'snapshot-failure',
  'diff',
  'review',
  'closing',
  'statement',
  'validation',
  'doctor',
  'explanation',
  'sandbox',
] as const

export const command = define('schema', {
  positional: '<name>',
  words: SCHEMAS,
  describe: `Print a JSON Schema: ${SCHEMAS.join(', ')}`,
  options: {},
  examples: {
    'rollcall schema policy > rollcall.schema.json':
      'Let your editor check and complete the policy',
    'rollcall schema report': 'Show what --format json contains',
  },
  run: async ({ positionals }) => ({
    output: await readSchema(pickWord('schema', SCHEMAS, positionals)),
    exitCode: 0,
  }),
})

export function readSchema(name: (typeof SCHEMAS)[number]): Promise<string> {
  return readFile(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')
}
