/** The options that say what may be written: `plan` shows what they allow, `apply` writes it. */
import { DEFAULT_LIMITS } from '../../core/apply/limits.ts'
import { groupOptions } from '../../shell/options.ts'
import { readCount } from '../../shell/values.ts'

/** Without a default: `plan` has to know whether one was given. */
export const WRITING_OPTIONS = groupOptions('Writing', {
  allow: {
    type: 'array',
    placeholder: 'STEP[:ADDRESS]',
    describe: 'Allow a step that takes access or is dangerous; may be repeated',
  },
  'max-people': {
    type: 'number',
    placeholder: 'N',
    coerce: readCount(0, 100_000),
    describe: `How many people may lose access, not counting those named by --allow; default: ${DEFAULT_LIMITS.people}`,
  },
  'max-share': {
    type: 'number',
    placeholder: 'PERCENT',
    coerce: readCount(0, 100),
    describe: `The same limit in percent of the people in scope, but always at least one person; default: ${DEFAULT_LIMITS.share}`,
  },
  'max-gain': {
    type: 'number',
    placeholder: 'N',
    coerce: readCount(0, 100_000),
    describe: `How many people may gain access; default: ${DEFAULT_LIMITS.gain}`,
  },
})
