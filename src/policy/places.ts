/**
 * The places of a policy and of a fleet file, as their schemas describe them: which keys there are, what
 * each accepts, what it means. Read only when there is an error: a valid file does not need it.
 */
import { readFileSync } from 'node:fs'
import { computeOnce } from '../core/model/collect.ts'
import type { Value } from '../core/model/statement.ts'

export const SCHEMA_URLS = {
  policy: new URL('../../schemas/policy.schema.json', import.meta.url),
  fleet: new URL('../../schemas/fleet.schema.json', import.meta.url),
}

/** Where the paths of each begin. No key of a policy is like the second: YAML reserves the `@`. */
export const ROOTS = { policy: '', 'fleet file': '@fleet' } as const

/** What the schema says about one place, with the definition that it refers to. */
export interface PlaceShape {
  /** What the value is: the title of the definition. */
  readonly noun?: string
  readonly title?: string
  readonly description?: string
  readonly examples?: readonly Value[]
  readonly type?: string
  readonly const?: number
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly required?: readonly string[]
  readonly oneOf?: readonly PlaceShape[]
  readonly properties?: Readonly<Record<string, PlaceShape>>
  readonly additionalProperties?: PlaceShape | false
  readonly items?: PlaceShape
  readonly then?: PlaceShape
  readonly else?: PlaceShape
}

/** Path → place. Steps of a path: `*` means the name of an entry, `[]` a list item. */
const getPlaces = computeOnce(
  (): ReadonlyMap<string, PlaceShape> =>
    new Map([
      ...readPlaces(SCHEMA_URLS.policy, ROOTS.policy),
      ...readPlaces(SCHEMA_URLS.fleet, ROOTS['fleet file']),
    ]),
)

function readPlaces(url: URL, root: string): Iterable<readonly [string, PlaceShape]> {
  const schema = JSON.parse(readFileSync(url, 'utf8'))
  return listPlaces(resolveReferences(schema, schema.$defs) as PlaceShape, root)
}

/** No definition refers to itself. */
function resolveReferences(
  schema: unknown,
  definitions: Readonly<Record<string, unknown>>,
): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map((each) => resolveReferences(each, definitions))
  const { $defs, $ref, ...rest } = schema as Record<string, unknown>
  const own = Object.entries(rest).map(([key, value]) => [
    key,
    resolveReferences(value, definitions),
  ])
  if (typeof $ref !== 'string') return Object.fromEntries(own)
  const target = resolveReferences(
    definitions[$ref.replace('#/$defs/', '')],
    definitions,
  ) as PlaceShape
  return { ...target, noun: target.title, ...Object.fromEntries(own) }
}

function* listPlaces(place: PlaceShape, path: string): Iterable<readonly [string, PlaceShape]> {
  yield [path, place]
  for (const { properties = {}, additionalProperties: entry, items } of listForms(place)) {
    for (const [key, value] of Object.entries(properties)) {
      yield* listPlaces(value, path === '' ? key : `${path}/${key}`)
    }
    if (entry) yield* listPlaces(entry, `${path}/*`)
    if (items) yield* listPlaces(items, `${path}/[]`)
  }
}

/** A place with a short and a long form accepts both. */
export function listForms(place: PlaceShape): readonly PlaceShape[] {
  return place.then && place.else ? [place.then, place.else] : [place]
}

/** Without anything in it if there is no such place. */
export function getPlace(path: string): PlaceShape {
  return getPlaces().get(path) ?? {}
}

export function listPaths(): Iterable<string> {
  return getPlaces().keys()
}

export function isKnownPlace(path: string): boolean {
  return getPlaces().has(path)
}

/** The keys that a map at this path can have; none where they are names. */
export function listKeysAt(path: string): readonly string[] {
  return listForms(getPlace(path)).flatMap(({ properties = {} }) => Object.keys(properties))
}

/** Whether this key stands at the left margin. */
export function isTopLevelKey(key: string): boolean {
  return listKeysAt('').includes(key)
}

const getKeysOfEntries = computeOnce(
  () => new Set([...listPaths()].filter((path) => path.endsWith('/*')).flatMap(listKeysAt)),
)

/** Whether the entry of a person, a group or a custom role can have this key. */
export function isKeyOfEntries(key: string): boolean {
  return getKeysOfEntries().has(key)
}

/** The place of a key in a map at this path. */
export function stepInto(path: string, key: string): string {
  if (isKnownPlace(`${path}/*`)) return `${path}/*`
  return path === '' ? key : `${path}/${key}`
}

/** The places of sections and rules that have this key, such as `rules` for `email_domains`. */
export function listHomes(key: string): readonly string[] {
  return [...listPaths()].filter(
    (path) => path !== '' && !/^@|[*[]/.test(path) && listKeysAt(path).includes(key),
  )
}
