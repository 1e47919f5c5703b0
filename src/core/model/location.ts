/** A place in a policy. */

/** 1-based line, 1-based column in UTF-16 units, a BOM not counted. */
export interface Location {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Located<T> {
  readonly value: T
  readonly location: Location
}

/** `rollcall.yaml:3:1`. Not escaped. */
export function formatLocation({ file, line, column }: Location): string {
  return `${file}:${line}:${column}`
}

/** For sorting by place, within one file. */
export function compareLocations(a: Location, b: Location): number {
  return a.line - b.line || a.column - b.column
}
