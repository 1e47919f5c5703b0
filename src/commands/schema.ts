/** `rollcall schema`: prints one of the JSON Schemas that programs can rely on. */
import { readSchema, SCHEMAS } from '../files/schemas.ts'
import { define, pickWord } from '../shell/command.ts'

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
