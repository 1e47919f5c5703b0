/** The text of a policy while it is changed. */
import type { Edit } from './splice.ts'

export interface Page {
  readonly text: string
  readonly eol: string
  /** Whether brackets are around everything, as in JSON: then nothing can be on its own lines. */
  readonly inBrackets: boolean
  readonly edits: Edit[]
}
