/** Which file of the source knows which: no circles, and the rooms of core in the order of a run. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))

/** File → the files that it imports, types included. */
type Graph = ReadonlyMap<string, readonly string[]>

const IMPORT = /\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g

function graphOf(files: Readonly<Record<string, string>>): Graph {
  return new Map(
    Object.entries(files).map(([file, text]) => [
      file,
      [...text.matchAll(IMPORT)].map(([, from = '']) => posix.join(posix.dirname(file), from)),
    ]),
  )
}

/** Every import that leads back to where it stands: `a → b`, where some way from b comes to a. */
function circling(graph: Graph): readonly string[] {
  const leadsTo = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true
    if (seen.has(from)) return false
    seen.add(from)
    return (graph.get(from) ?? []).some((next) => leadsTo(next, to, seen))
  }
  return [...graph]
    .flatMap(([file, imports]) =>
      imports.filter((each) => leadsTo(each, file)).map((each) => `${file} → ${each}`),
    )
    .sort()
}

function source(): Graph {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(join(SRC, file), 'utf8')])
  return graphOf(Object.fromEntries(files))
}

describe('imports', () => {
  test('never run in a circle, not even for a type', () => {
    expect(circling(source())).toEqual([])
  })

  test('never lead from one command to another: what several commands need is in commands/shared', () => {
    const commandOf = (file: string) => /^commands\/([^/]+?)(\.ts)?(\/|$)/.exec(file)?.[1]
    const crossing = [...source()].flatMap(([file, imports]) =>
      imports
        .filter((each) => {
          const [from, to] = [commandOf(file), commandOf(each)]
          return from !== undefined && to !== undefined && to !== 'shared' && from !== to
        })
        .map((each) => `${file} → ${each}`),
    )
    expect(crossing).toEqual([])
  })

  test('that run in a circle are named, whatever way they are written', () => {
    const files = {
      'a/one.ts': "import type { Two } from '../b/two.ts'\n",
      'b/two.ts': "export const three = () => import('./three.ts')\n",
      'b/three.ts': "export {\n  one,\n} from '../a/one.ts'\n",
      'b/four.ts': "import '../a/one.ts'\n",
    }
    expect(circling(graphOf(files))).toEqual([
      'a/one.ts → b/two.ts',
      'b/three.ts → a/one.ts',
      'b/two.ts → b/three.ts',
    ])
  })

  test('lead from a room of core only to rooms before it', () => {
    const rooms = [
      'model',
      'access',
      'messages',
      'plan',
      'compare',
      'apply',
      'report',
      'adopt',
      'review',
    ]
    const roomOf = (file: string) => /^core\/(\w+)\//.exec(file)?.[1] ?? ''
    const wrong = [...source()].flatMap(([file, imports]) =>
      imports
        .filter((each) => file.startsWith('core/') && each.startsWith('core/'))
        .filter((each) => rooms.indexOf(roomOf(each)) > rooms.indexOf(roomOf(file)))
        .map((each) => `${file} → ${each}`),
    )
    expect(wrong).toEqual([])
    expect(new Set([...source().keys()].map(roomOf))).toEqual(new Set(['', ...rooms]))
  })
})
