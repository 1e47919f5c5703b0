/**
 * Everywhere, a date is `YYYY-MM-DD` and a time is RFC 3339, both in UTC. No clock is read here.
 */

export function addDays(date: string, days: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: arithmetic on a given date, not the time of day
  const at = new Date(`${date}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** The same time of day, that many days before. @param moment RFC 3339, UTC */
export function goBack(moment: string, days: number): string {
  return `${addDays(moment.slice(0, 10), -days)}${moment.slice(10)}`
}

/** Whether a text is a day of the calendar, as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  // biome-ignore lint/style/noRestrictedGlobals: arithmetic on a given date, not the time of day
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** Milliseconds since 1970 of a time as RFC 3339, to compare it with another. */
export function measureTime(rfc3339: string): number {
  // biome-ignore lint/style/noRestrictedGlobals: arithmetic on a given time, not the time of day
  return Date.parse(rfc3339)
}

/** RFC 3339, UTC. */
export function addMilliseconds(rfc3339: string, ms: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: arithmetic on a given time, not the time of day
  return new Date(measureTime(rfc3339) + ms).toISOString()
}

/** How many days ahead an end is announced, unless the policy says otherwise. */
export const EXPIRES_SOON_DAYS = 14

/** Whether a last day has passed. Null: there is no last day. */
export function isOver(last: string | null, today: string): boolean {
  return last !== null && last < today
}

/** Whether a last day that has not passed is near. */
export function endsSoon(last: string, today: string, days: number): boolean {
  return last >= today && last <= addDays(today, days)
}
