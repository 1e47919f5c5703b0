/** Finds the marks that git leaves in a file if two changes conflict. Knows nothing of YAML. */
import { type Problems, report } from './problems.ts'

const MARKS = /^(?:<{7}|\|{7}|={7}|>{7})(?=[ \t\r\n]|$)[^\r\n]*/gm
/** Somebody indented the lines since. Text in quotes can look the same. */
const INDENTED_MARKS = new RegExp(MARKS.source.replace('^', '^[ \\t]*'), 'gm')

/**
 * Whether the text has such marks; one error then covers all of them.
 * @param indented whether marks that do not begin the line count too
 */
export function reportConflict(problems: Problems, indented: boolean): boolean {
  const { text } = problems.source
  const [first, ...more] = text.matchAll(indented ? INDENTED_MARKS : MARKS)
  if (first === undefined) return false
  const span = { start: first.index, end: first.index + first[0].length }
  report(problems, 'policy-syntax', span, {
    summary: 'This line is a conflict marker of git: a merge was not finished.',
    detail: more.length === 0 ? null : `The file has ${more.length} more of these markers.`,
    advice:
      'Decide which of the lines between the markers are right, then remove the markers (<<<<<<<, =======, >>>>>>>).',
  })
  return true
}
