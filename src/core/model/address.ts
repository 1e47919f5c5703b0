/**
 * Addresses: the stable, readable, one-line ids of people, groups, memberships, custom roles, rules and
 * waivers. They contain a server id only if a name alone does not say which one it is, so the same
 * person keeps the same address from run to run. What the policy lists is spelled as in the policy,
 * everything else as the server does: no two have the same address.
 */
import { type GroupKind, KINDS } from './kinds.ts'
import { normaliseEmail, spellName } from './names.ts'

/** Which thing of a kind: by name, with the id if the name alone does not say which one. */
export interface Named {
  readonly name: string
  readonly id: number | null
}

export interface GroupSubject extends Named {
  readonly kind: 'group'
  readonly of: GroupKind
}

export interface CustomRoleSubject extends Named {
  readonly kind: 'custom-role'
}

/** Also the key of a new entry. */
export function labelSubject({ name, id }: Named): string {
  return id === null ? name : `${name} #${id}`
}

/** What a finding or a change is about. */
export type Subject =
  | { readonly kind: 'agent'; readonly email: string }
  | GroupSubject
  | { readonly kind: 'member'; readonly group: GroupSubject; readonly email: string }
  | CustomRoleSubject
  | { readonly kind: 'rule'; readonly rule: 'administrators' }
  /** The place in the list of waivers, from 1. */
  | { readonly kind: 'waiver'; readonly number: number }

/** A person, a group, a membership or a custom role: what a change can be about. */
export type Party = Exclude<Subject, { readonly kind: 'rule' | 'waiver' }>

/** The group that it is, or is in. */
export function findGroupOf(subject: Subject): GroupSubject | null {
  if (subject.kind === 'member') return subject.group
  return subject.kind === 'group' ? subject : null
}

// Encoding what an address uses as syntax or pattern keeps it unambiguous and on one line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const RESERVED = /[%/*?\u0000-\u001f\u007f-\u009f]/g

function encode(name: string): string {
  return name.replace(RESERVED, encodeCharacter)
}

/** `%C2%A0`. A lone surrogate, which cannot be encoded, stays. */
export function encodeCharacter(character: string): string {
  // encodeURIComponent does not encode `*`.
  if (character === '*') return '%2A'
  return /[\ud800-\udfff]/u.test(character) ? character : encodeURIComponent(character)
}

/** After a name that may repeat, an id can follow. The mark between them is not part of the name. */
function encodeNamed({ name, id }: Named): string {
  const text = encode(name).replaceAll('#', '%23')
  return id === null ? text : `${text}#${id}`
}

function encodeGroup({ of, name, id }: GroupSubject): string {
  return of.repeats === null ? encode(name) : encodeNamed({ name, id })
}

const CUSTOM_ROLE = 'custom-role'

export function formatAddress(subject: Subject): string {
  switch (subject.kind) {
    case 'agent':
      return `agent/${encode(subject.email)}`
    case 'group':
      return `${subject.of.prefix}/${encodeGroup(subject)}`
    case 'member':
      return `${formatAddress(subject.group)}/${encode(subject.email)}`
    case 'custom-role':
      return `${CUSTOM_ROLE}/${encodeNamed(subject)}`
    case 'rule':
      return `rule/${subject.rule}`
    case 'waiver':
      return `waiver/${subject.number}`
  }
}

/**
 * Gives the same text for two spellings of one address, as people write it in a waiver or on a command
 * line.
 */
export function normaliseAddress(address: string, kinds: readonly GroupKind[] = KINDS): string {
  const [prefix, ...names] = address.split('/')
  if (prefix === 'agent') return [prefix, ...names.map(encodeEmail)].join('/')
  if (prefix === CUSTOM_ROLE) return [prefix, ...names.map(normaliseNamed(spellName))].join('/')
  const of = kinds.find((kind) => kind.prefix === prefix)
  if (of === undefined) return address.toLowerCase()
  const group =
    of.repeats === null
      ? (part: string) => encode(of.normalise(decodeAddress(part)))
      : normaliseNamed(of.normalise)
  return [prefix, ...names.slice(0, 1).map(group), ...names.slice(1).map(encodeEmail)].join('/')
}

function normaliseNamed(normalise: (name: string) => string): (part: string) => string {
  return (part) => {
    const [, base = part, id] = /^(.*)#(\d+)$/s.exec(part) ?? []
    const name = normalise(decodeAddress(base))
    return encodeNamed({ name, id: id === undefined ? null : Number(id) })
  }
}

function encodeEmail(part: string): string {
  return encode(normaliseEmail(decodeAddress(part)))
}

/** An address or a part of it. Text that is not an escape stays: people write addresses too. */
export function decodeAddress(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
}
