/**
 * Addresses: the stable, readable, one-line ids of people, teams, memberships, rules and waivers. They never
 * carry server ids, so the same person keeps the same address from run to run. What the policy lists is
 * spelled as it spells it, everything else as the server does: no two have the same address.
 */
import { normaliseEmail, normaliseTeamName } from './names.ts'

/** What a finding or a change is about. */
export type Subject =
  | { readonly kind: 'agent'; readonly email: string }
  | { readonly kind: 'team'; readonly team: string }
  | { readonly kind: 'member'; readonly team: string; readonly email: string }
  | { readonly kind: 'rule'; readonly rule: 'administrators' }
  /** The place in the list of waivers, from 1. */
  | { readonly kind: 'waiver'; readonly number: number }

/** A person, a team or a membership: what a change can be about. */
export type Party = Extract<Subject, { readonly kind: 'agent' | 'team' | 'member' }>

// Encoding what an address uses as syntax or pattern keeps it unambiguous and on one line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const RESERVED = /[%/*?\u0000-\u001f\u007f-\u009f]/g

function encode(name: string): string {
  // encodeURIComponent leaves `*` alone and knows the rest.
  return name.replace(RESERVED, (each) => (each === '*' ? '%2A' : encodeURIComponent(each)))
}

export function addressOf(subject: Subject): string {
  switch (subject.kind) {
    case 'agent':
      return `agent/${encode(subject.email)}`
    case 'team':
      return `team/${encode(subject.team)}`
    case 'member':
      return `team/${encode(subject.team)}/${encode(subject.email)}`
    case 'rule':
      return `rule/${subject.rule}`
    case 'waiver':
      return `waiver/${subject.number}`
  }
}

/** The same for two addresses of one thing: for what people wrote, into a waiver or on a command line. */
export function normaliseAddress(address: string): string {
  const [kind, ...names] = address.split('/')
  if (kind === 'agent') return [kind, ...names.map(emailPart)].join('/')
  if (kind === 'team') {
    return [kind, ...names.slice(0, 1).map(teamPart), ...names.slice(1).map(emailPart)].join('/')
  }
  return address.toLowerCase()
}

function teamPart(part: string): string {
  return encode(normaliseTeamName(decode(part)))
}

function emailPart(part: string): string {
  return encode(normaliseEmail(decode(part)))
}

/** Whatever is no escape stays: people write addresses too. */
function decode(part: string): string {
  return part.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
}
