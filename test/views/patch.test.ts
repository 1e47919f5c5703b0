/** What `rollcall adopt` shows: a diff that git takes, and in words what becomes of the drift. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Finding } from '../../src/core/messages/finding.ts'
import { makeFinding } from '../../src/core/messages/phrase.ts'
import { splice } from '../../src/policy/write/splice.ts'
import { type Patch, renderPatch } from '../../src/views/patch.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { makePaint } from '../../src/views/text/text.ts'
import { HOSTILE } from './reports.ts'

const about = (email: string): Finding =>
  makeFinding('agent-unexpected', { kind: 'agent', email }, null, 'x')

function patch(parts: Partial<Patch> = {}): Patch {
  const adoption = { adopted: [about('a@x.com')], left: [] }
  return { path: 'p.yaml', text: '', hunks: [], adoption, written: false, ...parts }
}

const shown = (parts: Partial<Patch>) => renderPatch(patch(parts), PLAIN)

describe('the words', () => {
  test('nothing to adopt, nothing adopted, nothing to change', () => {
    expect(shown({ adoption: { adopted: [], left: [] } })).toBe(
      'Nothing to adopt: there is no open finding.\n',
    )
    const left = [{ finding: about('b@x.com'), why: 'only if you name it' }]
    expect(shown({ adoption: { adopted: [], left } })).toBe(
      'Not adopted: 1 finding.\n  agent-unexpected:agent/b@x.com: only if you name it\n\nNothing was adopted. p.yaml is unchanged.\n',
    )
    expect(shown({})).toBe(
      'Adopted: 1 finding.\n  agent-unexpected:agent/a@x.com\n\np.yaml is unchanged.\n',
    )
  })

  test('whether anything was written', () => {
    const hunks = [{ start: 0, before: [], after: ['x\n'] }]
    expect(shown({ hunks, written: true })).toMatch(/\nWritten: p\.yaml\n$/)
    expect(shown({ hunks })).toMatch(/To change p\.yaml, run again with --write\.\n$/)
  })
})

describe('the diff', () => {
  test('joins what is near, and separates what is far', () => {
    const text = Array.from({ length: 30 }, (_, index) => `line ${index + 1}\n`).join('')
    const hunks = [
      { start: 2, before: ['line 3\n'], after: [] },
      { start: 8, before: [], after: ['new\n'] },
      { start: 25, before: ['line 26\n'], after: ['changed\n'] },
    ]
    const [, ...lines] = shown({ text, hunks }).split('\n\nAdopted')[0]?.split('\n') ?? []
    expect(lines.filter((line) => /^(@@|[-+])/.test(line))).toEqual([
      ...['+++ p.yaml', '@@ -1,11 +1,11 @@', '-line 3', '+new'],
      ...['@@ -23,7 +23,7 @@', '-line 26', '+changed'],
    ])
  })

  test('says where the last line has no line break, and shows an empty file', () => {
    const hunks = [{ start: 0, before: ['a'], after: ['a\n', 'b'] }]
    expect(shown({ text: 'a', hunks })).toContain(
      '@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file',
    )
    expect(shown({ hunks: [{ start: 0, before: [], after: ['b\n'] }] })).toContain(
      '@@ -0,0 +1,1 @@',
    )
  })

  test('holds nothing that a terminal would act on, but for tabs', () => {
    const before = [`${HOSTILE.replace(/[\r\n]/g, '')}\t\r\n`]
    const hunks = [{ start: 0, before, after: [`${HOSTILE.replaceAll('\n', '')}\n`] }]
    const text = renderPatch(patch({ path: HOSTILE, text: before[0] ?? '', hunks }), PLAIN)
    expect(text.replace(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })

  test('colour adds escape sequences and nothing else', () => {
    const hunks = [{ start: 0, before: ['a\n'], after: ['b\n'] }]
    const plain = shown({ text: 'a\n', hunks })
    const painted = renderPatch(patch({ text: 'a\n', hunks }), makePaint())
    expect(painted).not.toBe(plain)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colour is made of
    expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(plain)
  })

  test('is one that git applies', () => {
    const folder = mkdtempSync('/tmp/rollcall-')
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const line = fc.constantFrom('a\n', 'b\n', 'c: d\n', '\n')
    const edit = fc.record({
      at: fc.nat(30),
      take: fc.nat(3),
      put: fc.array(line, { maxLength: 3 }),
    })
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 30 }),
        fc.array(edit, { maxLength: 4 }),
        (lines, wanted) => {
          const starts = lines.map((_, index) => lines.slice(0, index).join('').length)
          const text = lines.join('')
          let free = 0
          const edits = wanted
            .sort((a, b) => a.at - b.at)
            .flatMap(({ at, take, put }) => {
              const from = Math.min(at, lines.length)
              if (from < free) return []
              const to = Math.min(from + take, lines.length)
              free = to + 1
              const end = starts[to] ?? text.length
              return [{ start: starts[from] ?? text.length, end, text: put.join('') }]
            })
          const { text: after, hunks } = splice(text, edits)
          if (hunks.length === 0) return
          writeFileSync(join(folder, 'p.yaml'), text)
          const input = shown({ text, hunks })
          execFileSync('git', ['apply', '-p0', '--whitespace=nowarn'], { cwd: folder, input })
          const now = readFileSync(join(folder, 'p.yaml'), 'utf8')
          expect(now).toBe(after)
        },
      ),
      { seed: 20_261_123, numRuns: 100 },
    )
  })
})
