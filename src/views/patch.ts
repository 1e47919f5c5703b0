/**
 * The output of commands that change a policy: a unified diff of it, then what was done and what was
 * not.
 */
import type { Adoption } from '../core/adopt/adopt.ts'
import type { Hunk, NewWaiver } from '../core/adopt/amendments.ts'
import type { Removal } from '../core/adopt/removal.ts'
import type { Finding } from '../core/messages/finding.ts'
import { count } from '../core/messages/phrase.ts'
import { labelSubject } from '../core/model/address.ts'
import { joinTexts, makePrintable, type Paint, shorten, wrapParagraph } from './text/layout.ts'

export interface ShownChange {
  readonly path: string
  /** The policy before the change. */
  readonly text: string
  /** In the order of the lines, without overlaps. */
  readonly hunks: readonly Hunk[]
  readonly written: boolean
}

export interface Patch extends ShownChange {
  readonly adoption: Pick<Adoption, 'adopted' | 'left'>
}

export interface RemovalPatch extends ShownChange {
  readonly removal: Pick<Removal, 'email' | 'listed' | 'groups' | 'waivers'>
}

export interface WaiverPatch extends ShownChange {
  readonly finding: Pick<Finding, 'id'>
  readonly waiver: Pick<NewWaiver, 'owner' | 'expires'>
}

export function renderPatch(patch: Patch, paint: Paint): string {
  const { adopted, left } = patch.adoption
  const parts = [
    patch.hunks.length === 0 ? '' : renderUnified(patch, paint),
    renderFindings(
      'Adopted',
      adopted.map(({ id }) => shorten(id)),
    ),
    renderFindings(
      'Not adopted',
      left.map(({ finding, why }) => `${shorten(finding.id)}: ${shorten(why)}`),
    ),
    wrapParagraph(describeEnd(patch)),
  ]
  return `${joinTexts(parts)}\n`
}

function renderFindings(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const head = `${title}: ${count(lines.length, 'finding')}.`
  return [head, ...lines.map((line) => `  ${wrapParagraph(line, 4)}`)].join('\n')
}

function describeEnd({ path, adoption, hunks, written }: Patch): string {
  const shown = shorten(path)
  if (adoption.adopted.length === 0) {
    return adoption.left.length === 0
      ? 'Nothing to adopt: there is no open finding.'
      : `Nothing was adopted. ${shown} is unchanged.`
  }
  if (hunks.length === 0) return `${shown} is unchanged.`
  return describeWriting({ path, written })
}

function describeWriting({ path, written }: Pick<ShownChange, 'path' | 'written'>): string {
  const shown = shorten(path)
  return written
    ? `Written: ${shown}`
    : `Nothing was written. To change ${shown}, run again with --write.`
}

export function renderRemoval(patch: RemovalPatch, paint: Paint): string {
  const { email, listed, groups, waivers } = patch.removal
  const places = [
    ...(listed ? ['agents'] : []),
    ...groups.map((subject) => `${subject.of.label} ${shorten(labelSubject(subject))}`),
    ...(waivers === 0 ? [] : [count(waivers, 'waiver')]),
  ]
  return renderDone(patch, `Removed ${shorten(email)} from: ${places.join(', ')}.`, paint)
}

export function renderWaiver(patch: WaiverPatch, paint: Paint): string {
  const { expires, owner } = patch.waiver
  const done = `Accepted until ${expires} (owner: ${shorten(owner)}): ${shorten(patch.finding.id)}`
  return renderDone(patch, done, paint)
}

function renderDone(patch: ShownChange, done: string, paint: Paint): string {
  const parts = [
    renderUnified(patch, paint),
    wrapParagraph(done, 2),
    wrapParagraph(describeWriting(patch)),
  ]
  return `${parts.join('\n\n')}\n`
}

const CONTEXT = 3

interface Group {
  readonly from: number
  to: number
  readonly hunks: Hunk[]
}

function renderUnified({ path, text, hunks }: ShownChange, paint: Paint): string {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const groups: Group[] = []
  for (const hunk of hunks) {
    const from = Math.max(0, hunk.start - CONTEXT)
    const to = Math.min(lines.length, hunk.start + hunk.before.length + CONTEXT)
    const last = groups.at(-1)
    if (last !== undefined && from <= last.to) {
      last.to = to
      last.hunks.push(hunk)
    } else groups.push({ from, to, hunks: [hunk] })
  }
  const shown = makePrintable(path)
  const out = [paint.strong(`--- ${shown}`), paint.strong(`+++ ${shown}`)]
  let shift = 0
  for (const { from, to, hunks: own } of groups) {
    const grown = own.reduce((sum, { before, after }) => sum + after.length - before.length, 0)
    const size = to - from
    out.push(
      paint.faint(`@@ -${formatRange(from, size)} +${formatRange(from + shift, size + grown)} @@`),
    )
    shift += grown
    let at = from
    for (const { start, before, after } of own) {
      out.push(...lines.slice(at, start).flatMap((each) => markLines(' ', each)))
      out.push(...before.flatMap((each) => markLines('-', each)).map((each) => paint.bad(each)))
      out.push(...after.flatMap((each) => markLines('+', each)).map((each) => paint.good(each)))
      at = start + before.length
    }
    out.push(...lines.slice(at, to).flatMap((each) => markLines(' ', each)))
  }
  return out.join('\n')
}

/** An empty range is named by the line before it. */
function formatRange(start: number, size: number): string {
  return `${size === 0 ? start : start + 1},${size}`
}

/** In the form of `diff`. Tabs stay; other unprintable characters are escaped. */
function markLines(sign: string, text: string): readonly string[] {
  const body = text
    .replace(/\r?\n$/, '')
    .split('\t')
    .map(makePrintable)
    .join('\t')
  return text.endsWith('\n') ? [sign + body] : [sign + body, '\\ No newline at end of file']
}
