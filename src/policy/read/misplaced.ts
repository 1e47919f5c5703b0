/**
 * Finds statements in the wrong place: a person at the left margin, `teams` below `agents`, members as
 * keys of their team. Reports each once, and puts it where it was meant to be, so that nothing is reported
 * a second time, and no message advises you to remove an access that you want.
 */

import { joinKinds, KINDS } from '../../core/model/kinds.ts'
import { findNearest } from '../nearest.ts'
import {
  getPlace,
  isKnownPlace,
  isTopLevelKey,
  listForms,
  listKeysAt,
  type PlaceShape,
  stepInto,
} from '../places.ts'
import { describeInLine, type Problems, quoteName, report } from './problems.ts'
import {
  type Entry,
  getEntries,
  getEntry,
  getItems,
  getValue,
  lacksValue,
  type MapNode,
  type TreeNode,
} from './tree.ts'
import { findEmail } from './wording.ts'

/**
 * What a statement is, wherever it is written. `member`: an address as a key of its team or inbox.
 * `part`: a key of the entry or the section above it. `follower`: wrong only because the statement above
 * it is wrong.
 */
type Kind = 'section' | 'person' | 'member' | 'group' | 'custom-role' | 'part' | 'follower'

interface Place {
  readonly root: MapNode
  readonly map: MapNode
  /** A path of places.ts. */
  readonly path: string
  /** As messages name it; empty for the root. */
  readonly owner: string
}

interface Slip {
  readonly kind: Kind
  readonly entry: Entry
  readonly place: Place
  /** The section that begins before it. */
  readonly section: string
  /** The key of the entry above it, or its own. */
  readonly above: string
}

const GROUPS: ReadonlySet<string> = new Set(KINDS.map(({ section }) => section))
const CUSTOM_ROLES = 'custom_roles'

export function restorePlaces(problems: Problems, root: TreeNode): void {
  if (root.kind !== 'map') return
  for (const run of listRuns({ root, map: root, path: '', owner: '' }, '')) {
    reportRun(problems, run)
    for (const slip of run) move(problems, root, slip)
  }
}

/** Statements that follow each other and are wrong in the same way have one cause. */
function listRuns(place: Place, section: string): readonly (readonly Slip[])[] {
  const runs: Slip[][] = []
  const inner: (readonly Slip[])[] = []
  let current = section
  let heading = false
  let last: Kind | null = null
  let above: Entry | null = null
  for (const entry of place.map.entries.values()) {
    if (place.path === '' && isTopLevelKey(entry.key)) current = entry.key
    const found = isPart(place, entry, current, above) ? 'part' : classify(place, entry, current)
    // A person below `agents` is right, whatever comes before.
    const isRight = place.path === 'agents' && entry.key.includes('@')
    const kind = heading && found !== 'section' && !isRight ? 'follower' : found
    if (kind === 'section' && lacksValue(entry.value)) {
      heading = true
      current = entry.key
    }
    if (kind !== 'part') above = entry
    const slip = kind && { kind, entry, place, section: current, above: above?.key ?? entry.key }
    if (slip === null) inner.push(...listChildren(place, entry, current))
    else {
      if (kind !== last && kind !== 'follower') runs.push([])
      runs.at(-1)?.push(slip, ...(kind === 'person' ? listFollowers(place, entry) : []))
    }
    if (kind !== 'follower') last = kind
  }
  return [...runs, ...inner]
}

/** People who come below a person at the left margin, as if they were keys. */
function listFollowers({ root }: Place, { key, value }: Entry): readonly Slip[] {
  if (value.kind !== 'map') return []
  const place = { root, map: value, path: 'agents/*', owner: quoteName(key) }
  return [...value.entries.values()].flatMap((entry): readonly Slip[] =>
    findEmail(entry.key) === null
      ? []
      : [{ kind: 'follower', entry, place, section: 'agents', above: key }],
  )
}

/** Whether it is a key of the entry above it, or of the section that it comes after. */
function isPart(
  { root, path }: Place,
  { key, value }: Entry,
  section: string,
  above: Entry | null,
) {
  if (path === '') return !isTopLevelKey(key) && findOwner(root, section, key) !== undefined
  if (above === null || !listKeysAt(`${path}/*`).includes(key)) return false
  return lacksValue(above.value) || (!fitsSection(path, value) && canTake(above.value, key))
}

function canTake(value: TreeNode, key: string): boolean {
  return lacksValue(value) || (value.kind === 'map' && !value.entries.has(key))
}

/** The section, its last entry or its last item, if it can have this key and does not have it. */
function findOwner(root: MapNode, section: string, key: string): TreeNode | undefined {
  const paths = [section, `${section}/*`, `${section}/[]`]
  const path = paths.find((each) => listKeysAt(each).includes(key))
  if (path === undefined) return undefined
  const value = getValue(root, section)
  const last = () => [...getEntries(value)].at(-1)?.value ?? getItems(value).at(-1)
  const owner = path === section ? value : last()
  return owner !== undefined && canTake(owner, key) ? owner : undefined
}

function listChildren(place: Place, { key, value }: Entry, section: string) {
  const path = stepInto(place.path, key)
  if (!isKnownPlace(path)) return []
  const name = quoteName(key)
  const items = listKeysAt(`${path}/[]`).length > 0 ? getItems(value) : []
  const below = [
    { map: value, path, owner: name },
    ...items.map((map, index) => {
      return { map, path: `${path}/[]`, owner: `item ${index + 1} of ${name}` }
    }),
  ]
  return below.flatMap(({ map, ...rest }) =>
    map.kind === 'map' ? listRuns({ root: place.root, map, ...rest }, section) : [],
  )
}

function classify({ root, path }: Place, { key, value }: Entry, section: string): Kind | null {
  if (path !== '' ? isKnownPlace(`${path}/${key}`) : isTopLevelKey(key)) return null
  const named = key.includes('@')
  if (isTopLevelKey(key) && hasFormAt(key, value) && !fitsSection(path, value)) return 'section'
  if (isTopLevelKey(key) && lacksValue(value) && !root.entries.has(key)) return 'section'
  if (path === 'agents') return !named && isGroup(value) ? 'group' : null
  if (path === CUSTOM_ROLES && (!named || fitsSection(path, value))) return null
  if (isKnownPlace(`${path}/*`)) return named && hasFormAt('agents/*', value) ? 'person' : null
  if (path === '' && section === CUSTOM_ROLES && fitsSection(section, value)) return 'custom-role'
  const misspelt = path !== '' && findNearest(key, listKeysAt(path)) !== null
  if (isGroup(value) && !misspelt && !isTopLevelKey(key)) return 'group'
  if (!named || findEmail(key) === null) return null
  const isMember =
    path.endsWith('/members') ||
    (isGroupEntry(path) && (lacksValue(value) || getEntry(getValue(root, 'agents'), key)))
  return isMember ? 'member' : 'person'
}

function isGroupEntry(path: string): boolean {
  return KINDS.some(({ section }) => path === `${section}/*`)
}

/** Whether the path is a section of lists, and the value looks like an entry of that section. */
function fitsSection(path: string, value: TreeNode): boolean {
  return (GROUPS.has(path) || path === CUSTOM_ROLES) && hasFormAt(`${path}/*`, value)
}

function isGroup(value: TreeNode): boolean {
  return [...GROUPS].some((section) => hasFormAt(`${section}/*`, value))
}

/** Whether the value has the form of a value at this place, even if something in it is wrong. */
export function hasFormAt(path: string, node: TreeNode): boolean {
  return listForms(getPlace(path)).some((form) => hasForm(form, node))
}

function hasForm({ type, required = [], ...form }: PlaceShape, node: TreeNode): boolean {
  switch (node.kind) {
    case 'map':
      return type === 'object' && required.every((key) => node.entries.has(key))
    case 'list':
      return type === 'array' && node.items.every((item) => hasForm(form.items ?? {}, item))
    case 'scalar': {
      const { value } = node
      if (typeof value === 'number') return type === 'integer' || form.const !== undefined
      if (typeof value !== 'string') return false
      if (form.enum !== undefined) return form.enum.includes(value)
      return type === 'string' && new RegExp(form.pattern ?? '', 'u').test(value)
    }
    case 'broken':
      return false
  }
}

const GROUP_LABELS = joinKinds('or', ({ label }) => label)
const GROUP_SECTIONS = joinKinds('or', ({ section }) => `\`${section}:\``)

/** The section that a statement belongs to. Null: this is not known, or it is already in its section. */
function findSection({ kind, section }: Slip): string | null {
  if (kind === 'person') return 'agents'
  if (kind === 'member') return null
  return kind === 'group' && !GROUPS.has(section) ? null : section
}

function reportRun(problems: Problems, run: readonly Slip[]): void {
  const [first] = run
  if (first === undefined) return
  const { kind, entry, place, section, above } = first
  for (const slip of run) problems.faulty.add(slip.entry)
  const count = run.filter((each) => each.kind !== 'follower').length
  const several = count > 1
  const names = `${quoteName(entry.key)}${several ? ` and ${count - 1} more` : ''}`
  const [is, it] = several ? ['are', 'them'] : ['is', 'it']
  const tooFar = `${names} ${is} indented too far: here, ${several ? 'they belong' : 'it belongs'} to ${place.owner}.`
  const isAtMargin = place.path === ''
  const home = findSection(first)
  const say = (summary: string, advice: string) =>
    report(problems, 'policy-unknown-key', entry.span, { summary, advice })
  if (kind === 'part' && !isAtMargin) {
    report(problems, 'policy-unknown-key', entry.span, describeInLine(names, above, several))
  } else if (kind === 'section') {
    say(tooFar, `Move ${it} to the left margin, with the lines below ${it}.`)
  } else if (kind === 'member') {
    const [keys, line, address] = several
      ? [`are keys of ${place.owner}, not members`, 'each line', 'each address']
      : [`is a key of ${place.owner}, not a member`, 'the line', 'the address']
    const rest = lacksValue(entry.value)
      ? `remove the colon after ${address}`
      : 'leave only the address'
    say(`${names} ${keys}.`, `Begin ${line} with \`-\` and ${rest}.`)
  } else if (isAtMargin && section === home) {
    say(
      `${names} ${is} at the left margin, outside of \`${section}\`.`,
      `Indent ${it} like the other lines below \`${section}:\`.`,
    )
  } else if (place.path === `${home}/*`) {
    say(tooFar, `Move ${it} to the left, in line with ${place.owner}.`)
  } else {
    const what = kind === 'person' ? 'a person' : `a ${GROUP_LABELS}`
    const where = isAtMargin ? 'at the left margin' : `below ${place.owner}`
    const like = several ? `look like ${what} each` : `looks like ${what}`
    const goal = kind === 'person' ? '`agents:`' : GROUP_SECTIONS
    say(`${names} ${like}, but ${is} ${where}.`, `Move ${it} below ${goal}, and indent ${it}.`)
  }
}

/** Into the section that it belongs to, if that is known and does not have it. */
function move(problems: Problems, root: MapNode, slip: Slip): void {
  const { kind, entry, place, section, above } = slip
  place.map.entries.delete(entry.key)
  // Something is still missing here or there: no error may follow from that.
  if (place.path !== '') place.map.open = true
  if (kind === 'section') {
    if (!root.entries.has(entry.key)) root.entries.set(entry.key, entry)
    return
  }
  // With a list of members instead of the map, both would be right.
  if (kind === 'member') problems.faulty.add(place.map)
  const home = findSection(slip)
  if (home === null) return
  if (kind === 'part' && place.path === '') {
    const owner = findOwner(root, section, entry.key)
    if (owner?.kind === 'map') {
      owner.open = true
      return
    }
    // Its value is missing only because it is in the wrong place.
    const entries = [...getEntries(root), ...getEntries(getValue(root, section))]
    for (const each of entries) if (each.value === owner) problems.faulty.add(each)
    return
  }
  const target = kind === 'part' ? openMap(place.map, above, entry) : openMap(root, home, entry)
  if (target !== null && !target.entries.has(entry.key)) target.entries.set(entry.key, entry)
}

/** A key without a value, or without an entry, gets a map. Null: it has another value. */
function openMap(parent: MapNode, key: string, { span }: Entry): MapNode | null {
  const known = parent.entries.get(key)
  if (known?.value.kind === 'map') {
    known.value.open = true
    return known.value
  }
  if (known !== undefined && !lacksValue(known.value)) return null
  const value: MapNode = { kind: 'map', span, entries: new Map(), open: true }
  parent.entries.set(key, { key, doubtful: false, span, ...known, value })
  return value
}
