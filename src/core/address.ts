/**
 * Addresses: the stable, readable, one-line ids of people, teams, memberships, rules and waivers. They never
 * carry server ids, so the same person keeps the same address from run to run.
 */
import type { Subject } from './finding.ts'

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
