/**
 * Compares how strict two policies are: what they ignore, accept and tolerate. Compares the statements
 * as written, so that controls added later are compared too. The table below decides whether a changed
 * statement loosens the policy.
 */

import { FINDINGS, isFindingCode } from '../messages/finding-records.ts'
import { labelSubject } from '../model/address.ts'
import { KINDS } from '../model/kinds.ts'
import type { Location } from '../model/location.ts'
import { compareCodeUnits } from '../model/names.ts'
import { findListedGroup, listGroups, type Policy } from '../model/policy.ts'

export interface ControlChange {
  /** As the policy would name it: `scope.agents`, `waivers admin-unexpected agent/x@acme.com`. */
  readonly control: string
  readonly effect: ControlEffect
  /** As text; null: absent. Untrusted. */
  readonly before: string | null
  readonly after: string | null
  /** In the policy that has it; the second policy has priority. */
  readonly location: Location | null
}

/** `changed`: unclear whether it loosens. */
export type ControlEffect = 'loosened' | 'tightened' | 'changed'

/** Loosened first. */
export function compareControls(before: Policy, after: Policy): readonly ControlChange[] {
  const [was, is] = [listStatements(before, after), listStatements(after, before)]
  const controls = [...new Set([...was.keys(), ...is.keys()])]
  const changes = controls.flatMap((control): ControlChange[] => {
    const [a, b] = [was.get(control), is.get(control)]
    if (a?.text === b?.text) return []
    const effect = decideEffect(control, a?.text ?? null, b?.text ?? null, was, is)
    const location = b?.location ?? a?.location ?? null
    return [{ control, effect, before: a?.text ?? null, after: b?.text ?? null, location }]
  })
  const order: readonly ControlEffect[] = ['loosened', 'changed', 'tightened']
  return changes.sort(
    (a, b) =>
      order.indexOf(a.effect) - order.indexOf(b.effect) || compareCodeUnits(a.control, b.control),
  )
}

interface Statement {
  readonly text: string
  readonly location: Location | null
}

type Statements = ReadonlyMap<string, Statement>

/** Only for people and groups that both policies list; the others have nothing to compare. */
function listStatements(policy: Policy, other: Policy): Statements {
  const out = new Map<string, Statement>()
  const say = (control: string, value: unknown, location: Location | null = null) => {
    for (const [name, statement] of spell(control, value, location)) out.set(name, statement)
  }
  const { account, server, agents, groups, scope } = policy
  say('account', account)
  say('server', server)
  say('agents', agents && 'managed', agents?.location)
  say('custom_roles', policy.customRoles && 'managed', policy.customRoles?.location)
  for (const [address, { key, description }] of policy.customRoles?.entries ?? []) {
    if (description === null || !other.customRoles?.entries.has(address)) continue
    say(`custom_roles ${key} description`, 'compared', description.location)
  }
  for (const { of, section } of groups) {
    say(of.section, section && 'managed', section?.location)
  }
  for (const person of agents?.entries.values() ?? []) {
    const { email, location } = person
    if (!other.agents?.entries.has(email)) continue
    say(`agents ${email} name`, person.name === null ? null : 'compared', location)
    say(`agents ${email} pending_until`, person.pendingUntil, location)
    say(`agents ${email} expires`, person.expires, location)
  }
  for (const { subject, settings } of listGroups(policy)) {
    if (findListedGroup(other, subject) === null) continue
    for (const [setting, { location }] of Object.entries(settings)) {
      say(`${subject.of.section} ${labelSubject(subject)} ${setting}`, 'compared', location)
    }
  }
  const ignore = groups.map((each) => [each.of.section, each.ignore] as const)
  say('scope', { ...scope, ignore: { agents: scope.ignore, ...Object.fromEntries(ignore) } })
  say('rules', policy.rules)
  say('apply', policy.apply)
  say('severity', policy.severity)
  say('waivers', policy.waivers)
  return out
}

type Named = readonly [control: string, statement: Statement]

function* spell(control: string, value: unknown, location: Location | null): Iterable<Named> {
  if (value === null || value === undefined) return
  if (typeof value !== 'object') yield [control, { text: String(value), location }]
  else if (value instanceof Map) {
    for (const [key, each] of value) yield* spell(`${control}.${key}`, each, location)
  } else if (Array.isArray(value) || value instanceof Set) {
    for (const each of value) yield joinListed(control, each, location)
  } else {
    const place: Location | null = Reflect.get(value, 'location') ?? location
    const parts = Object.hasOwn(value, 'value')
      ? [[control, Reflect.get(value, 'value')] as const]
      : Object.entries(value)
          .filter(([key]) => key !== 'location')
          .map(([key, each]) => [`${control}.${toSnakeCase(key)}`, each] as const)
    for (const [name, each] of parts) yield* spell(name, each, place)
  }
}

/** The keys that identify a waiver. */
const NAMES = ['finding', 'address']

/** Each entry of a list is its own statement, so the order does not matter. */
function joinListed(control: string, entry: unknown, location: Location | null): Named {
  const parts = new Map(spell('', entry, location))
  const [first] = parts.values()
  const place = first?.location ?? location
  const own = parts.get('')
  const names = NAMES.flatMap((name) => parts.get(`.${name}`)?.text ?? [])
  const all = [...parts].map(([key, { text }]) => `${key.replace(/^\./, '')}: ${text}`).join(', ')
  const name = own?.text ?? (names.length > 0 ? names.join(' ') : all)
  return [`${control} ${name}`, { text: own === undefined ? all : 'listed', location: place }]
}

function toSnakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Whether a later, larger or newly present value loosens. */
const LOOSER_IF_MORE =
  /^scope\.ignore|^waivers |pending_until$|\.max$|_max_days$|\.dormant_days$|^apply\.limits/
const SECTIONS = ['agents', 'custom_roles', ...KINDS.map(({ section }) => section)].join('|')
const LOOSER_IF_LESS = new RegExp(
  `^(${SECTIONS})( |$)|\\.min$|\\.require_\\w+$|^apply\\.(deny|protect) `,
)
// Without one of these there is no limit.
const LIMITED = /^(rules|apply)\./
const DATE = /expires: (\d{4}-\d\d-\d\d)/

function decideEffect(
  control: string,
  before: string | null,
  after: string | null,
  was: Statements,
  is: Statements,
): ControlEffect {
  const [, list = null] = /^(rules\.\S+) /.exec(control) ?? []
  if (list !== null) {
    // A new allowed entry loosens, unless the whole list is new or gone.
    const has = (side: Statements) => [...side.keys()].some((key) => key.startsWith(`${list} `))
    if (has(was) !== has(is)) return has(is) ? 'tightened' : 'loosened'
    return before === null ? 'loosened' : 'tightened'
  }
  if (control.startsWith('severity.')) {
    const code = control.slice('severity.'.length)
    const usual = isFindingCode(code) ? FINDINGS[code].severity : 'error'
    const rank = (text: string | null) => SEVERITIES.indexOf(text ?? usual)
    return describeCompared(rank(before), rank(after), 'loosened')
  }
  if (control === 'scope.agents') return after === 'all' ? 'tightened' : 'loosened'
  const compare = (nothing: string, ifMore: ControlEffect) =>
    describeCompared(measureSize(before, nothing), measureSize(after, nothing), ifMore)
  // The last day of somebody's access: having none is loosest.
  if (control.endsWith(' expires')) return compare('9999', 'loosened')
  if (LOOSER_IF_MORE.test(control)) {
    if (LIMITED.test(control) && (before === null || after === null)) {
      return after === null ? 'loosened' : 'tightened'
    }
    return compare('', 'loosened')
  }
  return LOOSER_IF_LESS.test(control) ? compare('', 'tightened') : 'changed'
}

const SEVERITIES = ['error', 'warning', 'off']

/** Comparable texts: a date, a number with leading zeros, or a placeholder for nothing. */
function measureSize(text: string | null, nothing: string): string {
  if (text === null) return nothing
  return DATE.exec(text)?.[1] ?? text.replace(/^\d{1,15}$/, (digits) => digits.padStart(16, '0'))
}

function describeCompared<T extends string | number>(
  before: T,
  after: T,
  ifMore: ControlEffect,
): ControlEffect {
  if (before === after) return 'changed'
  const other = ifMore === 'loosened' ? 'tightened' : 'loosened'
  return after > before ? ifMore : other
}
