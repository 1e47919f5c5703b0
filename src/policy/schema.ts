/**
 * Checks the shape of a policy or a fleet file against its schema and reports each error once, at its
 * place. meaning.ts checks what the values mean together.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { FINDINGS } from '../core/messages/finding-records.ts'
import { addArticle } from '../core/messages/phrase.ts'
import { computeOnce } from '../core/model/collect.ts'
import { joinWords, KINDS } from '../core/model/kinds.ts'
import { cutText } from '../core/model/visible.ts'
import { findNearest, findOnlyNearest } from './nearest.ts'
import {
  getPlace,
  isTopLevelKey,
  listForms,
  listHomes,
  listKeysAt,
  ROOTS,
  SCHEMA_URLS,
  stepInto,
} from './places.ts'
import { readLine } from './read/lines.ts'
import { hasFormAt } from './read/misplaced.ts'
import {
  adviseComment,
  type Problems,
  quoteName,
  report,
  reportOnce,
  suggest,
} from './read/problems.ts'
import {
  type Entry,
  getEntry,
  getItems,
  getText,
  type MapNode,
  type TreeNode,
  toPlainValue,
} from './read/tree.ts'
import {
  adviseEmpty,
  adviseValue,
  describeWanted,
  findEmail,
  guessText,
  isSecret,
  type Names,
  nameSubject,
} from './read/wording.ts'
import { writeYamlText } from './write/yaml.ts'

/** Keys that seem to be missing because they are misspelt: their values are not known. */
export type Misspelt = ReadonlyMap<TreeNode, ReadonlySet<string>>

/**
 * Without messages, because rollcall writes its own.
 * @public taken by scripts/ahead.js from dist/
 */
export const AJV_OPTIONS = {
  allErrors: true,
  strict: true,
  strictRequired: false,
  messages: false,
} as const

const VALIDATORS = {
  policy: computeOnce(() => loadValidator('policy')),
  'fleet file': computeOnce(() => loadValidator('fleet')),
} as const

/** The build (scripts/ahead.js) writes each schema as code, because loading ajv takes longer. */
function loadValidator(name: keyof typeof SCHEMA_URLS): ValidateFunction {
  const ahead = fileURLToPath(new URL(`${name}-shape.cjs`, import.meta.url))
  // `require` keeps this synchronous, but has no types.
  const load = createRequire(import.meta.url)
  if (existsSync(ahead)) return load(ahead)
  // For tests, where there is no build.
  const { Ajv2020 } = load('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
  return new Ajv2020(AJV_OPTIONS).compile(JSON.parse(readFileSync(SCHEMA_URLS[name], 'utf8')))
}

/** A place in the tree, as an error of the validator names it. */
interface Spot extends Names {
  readonly node: TreeNode
  /** The entry that has the node as its value; null for the root and for list items. */
  readonly entry: Entry | null
  /** A path of places.ts. */
  readonly path: string
}

export function fitsSchema(tree: TreeNode): boolean {
  return VALIDATORS.policy()(toPlainValue(tree))
}

export function checkShape(problems: Problems, tree: TreeNode): Misspelt {
  const validate = VALIDATORS[problems.noun]()
  const misspelt = new Map<TreeNode, Set<string>>()
  if (validate(toPlainValue(tree))) return misspelt
  const missing: ErrorObject[] = []
  const values: Spot[] = []
  for (const error of validate.errors ?? []) {
    // Errors inside `propertyNames` or an `if` come together with an error that sums them up.
    if (error.keyword === 'if') continue
    if (error.propertyName !== undefined && error.keyword !== 'propertyNames') continue
    // fleet.ts checks that an account has one of two keys.
    if (error.schemaPath.includes('/oneOf')) continue
    const spot = find(problems, tree, error.instancePath)
    switch (error.keyword) {
      case 'additionalProperties':
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
    const spot = find(problems, tree, error.instancePath)
    const name = String(error.params['missingProperty'])
    if (spot.node.kind !== 'map' || spot.node.open) continue
    if (misspelt.get(spot.node)?.has(name)) continue
    // A map with only unknown keys is probably something else: report the unknown keys only.
    if (spot.node.entries.size > 0 && !knowsAny(spot.node, spot.path)) continue
    reportMissingKey(problems, spot, name)
  }
  return misspelt
}

function find({ noun }: Problems, tree: TreeNode, pointer: string): Spot {
  let spot: Spot = { node: tree, entry: null, path: ROOTS[noun], owner: '', index: 0, item: tree }
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    spot = findBelow(spot, name)
  }
  return spot
}

function findBelow(spot: Spot, name: string): Spot {
  if (spot.node.kind === 'list') {
    const node = spot.node.items[Number(name)] ?? spot.node
    const path = `${spot.path}/[]`
    return { ...spot, node, entry: null, path, index: Number(name), item: node }
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
  if (entry === undefined) return
  const known = listKeysAt(path)
  const widens = path === 'apply' && /^(allow|approve|auto)/.test(name)
  const meant = widens ? null : (findNearest(name, known) ?? findMissing(spot, entry))
  if (meant !== null) misspelt.set(node, (misspelt.get(node) ?? new Set<string>()).add(meant))
  reportOnce(problems, 'policy-unknown-key', entry, {
    summary: `${nameSubject(path, spot)} does not allow the key ${quoteName(name)}.`,
    detail: widens
      ? 'A policy can only restrict what `rollcall apply` writes. It cannot allow or approve anything.'
      : `Allowed keys: ${known.map((each) => `\`${each}\``).join(', ')}.`,
    advice: widens
      ? 'Remove it. Allow a step with the option `--allow` of the job.'
      : (suggest(meant, name) ?? adviseRemoval(spot, entry)),
  })
}

/** The only required key that is missing, if the value fits there. */
function findMissing({ node, path }: Spot, { value }: Entry): string | null {
  const required = listForms(getPlace(path)).flatMap((form) => form.required ?? [])
  const missing = required.filter((key) => getEntry(node, key) === undefined)
  const [key = ''] = missing
  return missing.length === 1 && hasFormAt(stepInto(path, key), value) ? key : null
}

function adviseRemoval({ path, owner }: Spot, { key, value }: Entry): string {
  if (path === 'agents/*' && KINDS.some(({ section }) => section === key)) {
    const [name = 'NAME'] = [value, ...getItems(value)].flatMap((each) => getText(each) ?? [])
    const list = quoteName(`${writeYamlText(name)}: [${writeYamlText(owner)}]`)
    return `List the person below \`${key}:\` instead, as ${list}, and remove this key.`
  }
  // A section moved to `scope.ignore` would not be checked any more.
  const homes = path.startsWith(ROOTS['fleet file']) || isTopLevelKey(key) ? [] : listHomes(key)
  const fitting = homes.filter(
    (home) => value.kind !== 'map' || getPlace(`${home}/${key}`).type === 'object',
  )
  if (fitting.length > 0) {
    const places = fitting.map((home) => `\`${home.replaceAll('/', '.')}:\``)
    return `Move it below ${joinWords('or', places)}, and indent it.`
  }
  return (path === 'agents/*/custom_role' && adviseValue(path).advice) || 'Remove it.'
}

function reportName(problems: Problems, { node, path }: Spot, name: string): void {
  const entry = getEntry(node, name)
  if (entry === undefined) return
  if (path === 'severity') {
    reportOnce(problems, 'policy-unknown-key', entry, {
      summary: `There is no finding with the code ${quoteName(name)}.`,
      advice:
        suggest(findOnlyNearest(name, Object.keys(FINDINGS)), name) ??
        'Run `rollcall explain` for a list of all codes.',
    })
    return
  }
  const label = path === 'agents' ? null : (getPlace(`${path}/*`).title ?? '').toLowerCase()
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
  report(problems, 'policy-missing-key', spot.entry?.span ?? spot.node.span, {
    summary: `${nameSubject(spot.path, spot)} needs the key \`${name}\`.`,
    ...adviseValue(stepInto(spot.path, name)),
  })
}

function reportValue(problems: Problems, spot: Spot): void {
  const { node, entry, path } = spot
  if (node.kind === 'broken') return
  const subject = nameSubject(path, spot)
  if (node.kind === 'scalar' && node.value === null && entry !== null) {
    const { advice = '', ...rest } = adviseEmpty(path)
    const after = problems.source.text.slice(entry.span.end)
    const isCut = /^["']?[ \t]*:(?:[ \t]+|[ \t]*\r?\n[ \t]*)#[^\s#]/.test(after)
    const message = {
      summary: `${subject} has no value.`,
      ...rest,
      advice: adviseComment(isCut, advice ?? ''),
    }
    reportOnce(problems, 'policy-empty-key', node, message, entry.span)
    return
  }
  const mustBe = `${subject} must be ${describeWanted(path)}`
  if (isSecret(path) && node.kind === 'scalar') {
    reportOnce(problems, 'policy-value', node, { summary: `${mustBe}.`, ...adviseValue(path) })
    return
  }
  const tooShort = node.kind === 'list' && getPlace(path).type === 'array'
  const meant = correctValue(problems, spot)
  const { advice = '', ...rest } = meant === null ? adviseValue(path) : { advice: meant }
  const isCut =
    node.kind === 'scalar' && / #[^\s#].*:/.test(readLine(problems.source, node.span.end))
  reportOnce(problems, 'policy-value', node, {
    summary: `${mustBe}, not ${tooShort ? 'an empty list' : describeValue(node)}.`,
    ...rest,
    advice: adviseComment(isCut, advice ?? ''),
  })
}

/** The advice that makes the value right. Null: it is not known what was meant. */
function correctValue({ source }: Problems, { node, path }: Spot): string | null {
  if (node.kind !== 'scalar' || node.value === null) return null
  const isText = typeof node.value === 'string'
  const forms = listForms(getPlace(path)).map((form) => form.type)
  if (path !== '' && isText && (forms.includes('object') || forms.includes('array'))) {
    const [block] = /^[|>]/.exec(source.text.slice(node.span.start)) ?? []
    if (block !== undefined) return `Remove the \`${block}\` after the colon.`
    if (/^(?:-(?! )|[\u2022\u2013\u2014\u00b7] )/.test(node.source))
      return 'Begin each item with `-` and a space.'
    if (/^[^\s:/]+:[^\s/]/.test(node.source)) return 'Write a space after each colon.'
  }
  const { type, const: only, pattern = '' } = getPlace(path)
  if (typeof node.value !== 'string') {
    const fits = type === 'string' && new RegExp(pattern, 'u').test(node.source)
    return fits ? `Put it in quotes: "${node.source}".` : null
  }
  const isNumber = type === 'integer' || only !== undefined
  if (isNumber && /^[1-9]\d*$/.test(node.value)) return 'Write it without quotes.'
  return suggest(guessText(path, node.value), node.value)
}

function describeValue(node: TreeNode): string {
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
