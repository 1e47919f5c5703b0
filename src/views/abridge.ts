/** How all views for people shorten a text that would hide the rest of a report. No escaping. */
import { cutText } from '../core/model/visible.ts'

/** The longest text from the server or the policy that is shown in full, in code points. */
const LONGEST = 256

/** Cut to a readable length, with a mark at the cut. Not escaped. */
export function abridge(text: string): string {
  return cutText(text, LONGEST, `… (${text.length} characters)`)
}
