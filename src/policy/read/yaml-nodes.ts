/**
 * Turns the nodes of the YAML library into our tree, and finds duplicate keys, merge keys and keys
 * that are not text. After an error it continues with the value that was probably meant.
 */
import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode } from 'yaml'
import { isKeyOfEntries } from '../places.ts'
import { describeInLine, formatPlace, type Problems, quoteName, report } from './problems.ts'
import type { Span } from './source-text.ts'
import { type Entry, lacksValue, type MapNode, type ScalarNode, type TreeNode } from './tree.ts'

type ParsedPair = Pair<ParsedNode, ParsedNode | null>

export function readNode(problems: Problems, node: ParsedNode): TreeNode {
  const span = getSpan(node)
  if (isMarked(node)) return { kind: 'broken', span }
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    const map: MapNode = { kind: 'map', span, entries: new Map(), open: false }
    const withoutColon = node.flow ? node.items.find(({ value }) => value === null) : undefined
    if (withoutColon !== undefined) {
      reportNoColon(problems, withoutColon.key)
      return { kind: 'broken', span }
    }
    let open: Entry | null = null
    let repeated: string | null = null
    for (const pair of node.items) {
      const name = getName(pair)
      // Somebody copied several lines together, or the first lacks its dash.
      const isCopied = repeated !== null && repeated !== name
      repeated = map.entries.has(name) ? name : null
      open = readBelow(problems, map, pair, open, isCopied)
    }
    return map
  }
  if (isSeq<ParsedNode>(node)) {
    return { kind: 'list', span, items: node.items.map((item) => readNode(problems, item)) }
  }
  return readScalar(node, span)
}

/** An alias, a tag or an anchor, which scan.ts reports; most are texts without quotes. */
function isMarked(node: ParsedNode): boolean {
  return isAlias(node) || node.tag !== undefined || node.anchor !== undefined
}

/** In braces, the library accepts a key without a value. */
function reportNoColon(problems: Problems, key: ParsedNode): void {
  const span = getSpan(key)
  report(problems, 'policy-syntax', span, {
    summary: `${quoteName(problems.source.text.slice(span.start, span.end))} has no value.`,
    advice:
      'In braces, write `key: value`, with a space after the colon. For a list, use brackets: `[ada@acme.com]`.',
  })
}

function readScalar(node: ParsedNode, span: Span): ScalarNode {
  const value: unknown = isScalar(node) ? node.value : null
  const source = isScalar(node) ? (node.source ?? '') : ''
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return { kind: 'scalar', span, value, source }
    default:
      return { kind: 'scalar', span, value: null, source }
  }
}

function getSpan(node: ParsedNode): Span {
  return { start: node.range[0], end: node.range[1] }
}

function getName({ key }: ParsedPair): string {
  return isScalar(key) ? String(key.value) : ''
}

/**
 * A key that entries have, repeated in line with an entry without a value, belongs to that entry: its
 * name says nothing about the first one.
 * @param open the entry without a value that the pair can belong to
 * @returns the entry without a value that the next pair can belong to
 */
function readBelow(
  problems: Problems,
  map: MapNode,
  pair: ParsedPair,
  open: Entry | null,
  isCopied: boolean,
): Entry | null {
  const name = getName(pair)
  const isPart = () => problems.noun === 'policy' && isKeyOfEntries(name)
  if (open !== null && map.entries.has(name) && isPart()) {
    const span = getSpan(pair.key)
    report(problems, 'policy-duplicate-key', span, describeInLine(quoteName(name), open.key, false))
    const value: MapNode = { kind: 'map', span, entries: new Map(), open: true }
    const owner = { ...open, value: open.value.kind === 'map' ? open.value : value }
    map.entries.set(open.key, owner)
    readPair(problems, owner.value, pair, true)
    return owner
  }
  readPair(problems, map, pair, isCopied)
  const entry = map.entries.get(name)
  const next = entry !== undefined && lacksValue(entry.value) ? entry : null
  return (open ?? next) !== null && isPart() ? open : next
}

/**
 * @param again whether the pair is from a second map with the same key. Its entries are merged, so
 *   that no error in them is missed, but their duplicate keys are not reported.
 */
function readPair(problems: Problems, map: MapNode, pair: ParsedPair, again: boolean): void {
  const key = readKey(problems, pair.key)
  if (key === null) {
    map.open = true
    return
  }
  const known = map.entries.get(key.name)
  if (known === undefined) {
    const entry: Entry = {
      key: key.name,
      span: key.span,
      value: readValue(problems, pair),
      doubtful: false,
    }
    map.entries.set(key.name, entry)
    if (key.rejected) problems.faulty.add(entry)
    return
  }
  if (!again) {
    report(problems, 'policy-duplicate-key', key.span, {
      summary: `The key ${quoteName(key.name)} already exists at ${formatPlace(problems, known.span)}.`,
    })
  }
  if (known.value.kind === 'map' && isMap<ParsedNode, ParsedNode | null>(pair.value)) {
    for (const inner of pair.value.items) readPair(problems, known.value, inner, true)
  } else if (lacksValue(known.value)) {
    map.entries.set(key.name, { ...known, value: readValue(problems, pair) })
  } else {
    known.doubtful = true
  }
}

function readValue(problems: Problems, pair: ParsedPair): TreeNode {
  if (pair.value !== null) return readNode(problems, pair.value)
  const { end } = getSpan(pair.key)
  return { kind: 'scalar', span: { start: end, end }, value: null, source: '' }
}

interface Key {
  readonly name: string
  readonly span: Span
  /** Has an error, but can still be used: for example a number, read as text. */
  readonly rejected: boolean
}

/** Null if the key cannot be guessed; its error is then already reported. */
function readKey(problems: Problems, node: ParsedNode): Key | null {
  const span = getSpan(node)
  if (isMarked(node)) return null
  if (isMap(node) || isSeq(node)) {
    report(problems, 'policy-key-type', span, {
      summary: `A key must be text, but this is a ${isMap(node) ? 'map' : 'list'}.`,
      advice: 'Write the key as text, in quotes if it begins with a bracket.',
    })
    return null
  }
  const { value, source } = readScalar(node, span)
  const [joined] = /^\w+:(?=[{[])/.exec(source) ?? []
  if (joined !== undefined && isScalar(node) && node.type === 'PLAIN') {
    report(problems, 'policy-syntax', span, {
      summary: `There is no space after the colon of ${quoteName(joined)}.`,
      advice: 'Write a key as `key: value`, with a space after the colon.',
    })
    return null
  }
  if (value === '<<' && isScalar(node) && node.type === 'PLAIN') {
    report(problems, 'policy-merge-key', span, {
      summary: `\`<<\` is a YAML merge key. A ${problems.noun} must not use merge keys.`,
    })
    return null
  }
  if (typeof value === 'string') return { name: value, span, rejected: false }
  report(problems, 'policy-key-type', span, {
    summary: `A key must be text, but ${source === '' ? 'this one is empty' : `${quoteName(source)} is ${describeKind(value)}`}.`,
    advice: source === '' ? 'Write a name before the colon.' : `Put it in quotes: "${source}".`,
  })
  return source === '' ? null : { name: source, span, rejected: true }
}

function describeKind(value: ScalarNode['value']): string {
  if (value === null) return 'empty in YAML'
  return typeof value === 'number' ? 'a number in YAML' : 'true or false in YAML'
}
