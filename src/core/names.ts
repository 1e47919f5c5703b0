/**
 * How people and teams are identified: normal forms that are compared, and addresses that are
 * shown and stored. Server ids are never part of an identity here.
 */

/** Chatwoot stores addresses trimmed and lower-cased. */
export function normaliseEmail(text: string): string {
  return text.trim().toLowerCase()
}

/**
 * Chatwoot lower-cases team names and does not trim them. Its server turns a final capital sigma
 * into σ where JavaScript makes ς of it, so both are folded into one.
 */
export function normaliseTeamName(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ')
}

// Encoding what an address uses as syntax or pattern keeps addresses unambiguous and one-line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const RESERVED = /[%/*?\u0000-\u001f\u007f-\u009f]/g

function encode(name: string): string {
  return name.replace(RESERVED, (character) => encodeURIComponent(character).replace('*', '%2A'))
}

export function agentAddress(email: string): string {
  return `agent/${encode(email)}`
}

export function teamAddress(name: string): string {
  return `team/${encode(name)}`
}

export function memberAddress(team: string, email: string): string {
  return `team/${encode(team)}/${encode(email)}`
}

/** Order by UTF-16 code units: the same everywhere, whatever the locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
