/**
 * Checks the shape of a policy against schemas/policy.schema.json and reports each error once, at its
 * place. meaning.ts checks what the values mean together.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { FINDINGS } from '../core/messages/finding-records.ts'
import { addArticle } from '../core/messages/phrase.ts'
import { computeOnce } from '../core/model/collect.ts'
import { KINDS } from '../core/model/kinds.ts'
import { cutText } from '../core/model/visible.ts'
import { findNearest } from './nearest.ts'
import { type Problems, quoteName, report, reportOnce, suggest } from './read/problems.ts'
import { type Entry, getEntry, type MapNode, type TreeNode, toPlainValue } from './read/tree.ts'
import {
  findEmail,
  findHome,
  getWordings,
  isKnownPlace,
  listKeysAt,
  type Names,
  nameSubject,
  stepInto,
} from './read/wording.ts'

export const SCHEMA_URL = new URL('../../schemas/policy.schema.json', import.meta.url)

/** Keys that seem to be missing because they are misspelt: their values are not known. */
export type Misspelt = ReadonlyMap<TreeNode, ReadonlySet<string>>

/**
 * Without messages, because rollcall writes its own.
 * @public taken by scripts/ahead.js from dist/
 */
export const AJV_OPTIONS = { allErrors: true, strict: true, messages: false } as const

/** The schema as code, written by the build (scripts/ahead.js), because loading ajv takes longer. */
const AHEAD = fileURLToPath(new URL('policy-shape.cjs', import.meta.url))

const loadValidator = computeOnce(
  (): ValidateFunction =>
    existsSync(AHEAD) ? createRequire(import.meta.url)(AHEAD) : compileSchema(),
)

/** For tests, where there is no build. `require` keeps this synchronous, but has no types. */
function compileSchema(): ValidateFunction {
  const { Ajv2020 } = createRequire(import.meta.url)(
    'ajv/dist/2020.js',
  ) as typeof import('ajv/dist/2020.js')
  return new Ajv2020(AJV_OPTIONS).compile(JSON.parse(readFileSync(SCHEMA_URL, 'utf8')))
}

/** A place in the tree, as an error of the validator names it. */
interface Spot extends Names {
  readonly node: TreeNode
  /** The entry that has the node as its value; null for the root and for list items. */
  readonly entry: Entry | null
  /** A path of wording.ts. */
  readonly path: string
}

export function fitsSchema(tree: TreeNode): boolean {
  return loadValidator()(toPlainValue(tree))
}

export function checkShape(problems: Problems, tree: TreeNode): Misspelt {
  const validate = loadValidator()
  const misspelt = new Map<TreeNode, Set<string>>()
  const strangers = new Set<TreeNode>()
  if (validate(toPlainValue(tree))) return misspelt
  const missing: ErrorObject[] = []
  const values: Spot[] = []
  for (const error of validate.errors ?? []) {
    // Errors inside `propertyNames` or an `if` come together with an error that sums them up.
    if (error.keyword === 'if') continue
    if (error.propertyName !== undefined && error.keyword !== 'propertyNames') continue
    const spot = find(tree, error.instancePath)
    switch (error.keyword) {
      case 'additionalProperties':
        strangers.add(spot.node)
        reportUnknownKey(problems, spot, error, misspelt)
        break
      case 'propertyNames':
        reportName(problems, spot, String(error.params['propertyName']))
        break
      case 'required':
        missing.push(error)
        break
      default:
        values.push(spot)
    }
  }
  // If the key is wrong, nobody knows what its value should be.
  for (const spot of values) {
    if (spot.entry === null || !problems.faulty.has(spot.entry)) reportValue(problems, spot)
  }
  for (const error of missing) {
    const spot = find(tree, error.instancePath)
    const name = String(error.params['missingProperty'])
    if (spot.node.kind !== 'map' || spot.node.open) continue
    if (misspelt.get(spot.node)?.has(name)) continue
    // A map with only unknown keys is probably something else: report the unknown keys only.
    if (strangers.has(spot.node) && !knowsAny(spot.node, spot.path)) continue
    reportMissingKey(problems, spot, name)
  }
  return misspelt
}

function find(tree: TreeNode, pointer: string): Spot {
  let spot: Spot = { node: tree, entry: null, path: '', owner: '', index: 0 }
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    spot = findBelow(spot, name)
  }
  return spot
}

function findBelow(spot: Spot, name: string): Spot {
  if (spot.node.kind === 'list') {
    const node = spot.node.items[Number(name)] ?? spot.node
    // A list directly after a name is that of its members or permissions.
    const lists = [spot.path, `${spot.path}/members`, `${spot.path}/permissions`]
    const path = lists.map((each) => `${each}/[]`).find(isKnownPlace) ?? spot.path
    return { ...spot, node, entry: null, path, index: Number(name) }
  }
  const entry = getEntry(spot.node, name)
  if (entry === undefined) return spot
  const path = stepInto(spot.path, name)
  const owner = path === `${spot.path}/*` ? name : spot.owner
  return { ...spot, node: entry.value, entry, path, owner }
}

function knowsAny(map: MapNode, path: string): boolean {
  return listKeysAt(path).some((name) => map.entries.has(name))
}

function reportUnknownKey(
  problems: Problems,
  spot: Spot,
  error: ErrorObject,
  misspelt: Map<TreeNode, Set<string>>,
): void {
  const { node, path } = spot
  const name = String(error.params['additionalProperty'])
  const entry = getEntry(node, name)
  const wording = getWordings()[path]
  if (entry === undefined || wording === undefined) return
  const known = listKeysAt(path)
  const widens = path === 'apply' && /^(allow|approve|auto)/.test(name)
  const meant = widens ? null : findNearest(name, known)
  if (meant !== null) misspelt.set(node, (misspelt.get(node) ?? new Set<string>()).add(meant))
  reportOnce(problems, 'policy-unknown-key', entry, {
    summary: `${nameSubject(path, spot)} does not allow the key ${quoteName(name)}.`,
    detail: widens
      ? 'A policy can only restrict what `rollcall apply` writes. It cannot allow or approve anything.'
      : `Allowed keys: ${known.map((each) => `\`${each}\``).join(', ')}.`,
    advice: widens
      ? 'Remove it. Allow a step with the option `--allow` of the job.'
      : (suggest(meant, name) ?? adviseRemoval(path, name, wording.advice)),
  })
}

function adviseRemoval(path: string, name: string, advice: string): string {
  const home = findHome(name)
  if (home !== null) return `Move it below \`${home}:\`, and indent it.`
  return path === 'agents/*/custom_role' ? advice : 'Remove it.'
}

function reportName(problems: Problems, { node, path }: Spot, name: string): void {
  const entry = getEntry(node, name)
  if (entry === undefined) return
  if (path === 'severity') {
    reportOnce(problems, 'policy-unknown-key', entry, {
      summary: `There is no finding with the code ${quoteName(name)}.`,
      advice:
        suggest(findNearest(name, Object.keys(FINDINGS)), name) ??
        'Run `rollcall explain` for a list of all codes.',
    })
    return
  }
  const label =
    path === 'custom_roles' ? 'custom role' : KINDS.find(({ section }) => section === path)?.label
  reportOnce(problems, 'policy-value', entry, {
    summary: label
      ? `The name of ${addArticle(label)} must not be blank.`
      : `${quoteName(name)} is not an e-mail address.`,
    advice: label
      ? `Write the name of the ${label}.`
      : (suggest(findEmail(name), name) ?? 'Write an address like ada@acme.com.'),
  })
}

function reportMissingKey(problems: Problems, spot: Spot, name: string): void {
  const subject = nameSubject(spot.path, spot)
  report(problems, 'policy-missing-key', spot.entry?.span ?? spot.node.span, {
    summary: `${subject} needs the key \`${name}\`.`,
    advice: ADD[name] ?? `Add \`${name}\`.`,
  })
}

const ADD: Readonly<Record<string, string>> = {
  version: 'Begin the file with `version: 1`.',
  finding: 'Add `finding:` with the code of the finding to accept.',
  address: 'Add `address:` with the address of the finding, as a report shows it.',
  reason: 'Add `reason:` with why this is accepted.',
  owner: 'Add `owner:` with who is responsible for it.',
  expires: 'Add `expires:` with the last day of the waiver. Every waiver must end.',
  min: 'Add `min: 1`, or another number.',
  role: 'Add `role: agent` or `role: administrator`.',
  members: 'Add `members: []` with the e-mail addresses of its members.',
  permissions: 'Add `permissions: []` with everything that the custom role permits.',
  id: 'Write the id as `{id: 3}`, or the name of the custom role instead of the map.',
}

function reportValue(problems: Problems, spot: Spot): void {
  const { node, entry, path } = spot
  const wording = getWordings()[path]
  if (node.kind === 'broken' || wording === undefined) return
  if (node.kind === 'scalar' && node.value === null && entry !== null) {
    const message = {
      summary: `${nameSubject(path, spot)} has no value.`,
      advice: wording.empty ?? 'Write a value after it, or remove the key.',
    }
    reportOnce(problems, 'policy-empty-key', node, message, entry.span)
    return
  }
  reportOnce(problems, 'policy-value', node, {
    summary: `${nameSubject(path, spot)} must be ${wording.expected}, not ${describeValue(node)}.`,
    advice: adviseValue(spot) ?? wording.advice,
  })
}

const TEXTS =
  /^(agents\/\*\/reason|\w+\/\*\/(name|channel|description)|scope\/ignore\/.*\[\]|rules\/email_domains\/\[\]|waivers\/\[\]\/(address|reason|owner))$/
const NUMBERS =
  /^(version|account|agents\/\*\/custom_role\/id|\w+\/\*\/id|rules\/.*(min|max|days)|apply\/limits\/\w+)$/

function adviseValue({ node, path }: Spot): string | null {
  if (node.kind !== 'scalar' || node.value === null) return null
  if (typeof node.value !== 'string') {
    return TEXTS.test(path) ? `Put it in quotes: "${node.source}".` : null
  }
  if (NUMBERS.test(path) && /^[1-9]\d*$/.test(node.value)) return 'Write it without quotes.'
  return suggest(getWordings()[path]?.guess?.(node.value) ?? null, node.value)
}

export function describeValue(node: TreeNode): string {
  switch (node.kind) {
    case 'map':
      return 'a map'
    case 'list':
      return 'a list'
    case 'broken':
      return 'this'
    case 'scalar':
      if (node.value === null) return 'empty'
      if (typeof node.value === 'number') return `the number ${cutText(node.source)}`
      if (typeof node.value === 'boolean') return `\`${node.source}\``
      return node.value.trim() === '' ? 'blank text' : `the text ${quoteName(node.value)}`
  }
}
