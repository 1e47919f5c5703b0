/**
 * How people and teams are compared: the normal forms of e-mail addresses and team names, and the
 * order of texts. Server ids are never part of an identity here.
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

/** What follows the last @; the whole text where there is none. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1)
}

/** Order by UTF-16 code units: the same everywhere, whatever the locale. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
