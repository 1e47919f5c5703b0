/** Calendar dates as `YYYY-MM-DD`, UTC. A calendar only: no clock is read here. */

/** `days` after `date`. */
export function daysAfter(date: string, days: number): string {
  // biome-ignore lint/style/noRestrictedGlobals: arithmetic on a given date, not the time of day
  const at = new Date(`${date}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}
