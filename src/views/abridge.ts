/** How all views for people shorten a text that would hide the rest of a report. No escaping. */

/** The longest text from the server or the policy that is shown in full, in code points. */
const LONGEST = 256

/** Cut to a readable length, with a mark at the cut. Not escaped. */
export function abridge(text: string): string {
  // Splitting a very long text into code points is slow.
  const points = [...text.slice(0, 2 * LONGEST + 2)]
  if (points.length <= LONGEST) return text
  return `${points.slice(0, LONGEST).join('')}… (${text.length} characters)`
}
