/**
 * Golden files without what every document of a format has: that is recorded once, in a file of its
 * own, and compared each time, so that a difference shows what differs.
 */
import { expect } from 'vitest'
import { toJson } from '../../src/views/json.ts'

/** File of the constant part → where it stands in a document. */
export type Constants = Readonly<Record<string, RegExp>>

export const HTML: Constants = { 'page.css': /(?<=<style>\n).*?(?=\n<\/style>)/gs }

/** @param file below golden/ */
export async function matchGolden(
  document: string,
  file: string,
  constants: Constants,
): Promise<void> {
  let rest = document
  for (const [recorded, place] of Object.entries(constants)) {
    const parts = document.match(place) ?? []
    expect(parts.length, `${recorded} stands in ${file}`).toBeGreaterThan(0)
    for (const part of parts) await expect(part).toMatchFileSnapshot(`golden/${recorded}`)
    rest = rest.replace(place, `(golden/${recorded})`)
  }
  await expect(rest).toMatchFileSnapshot(`golden/${file}`)
}

/**
 * A JSON document, written with whatever fits on a line in it. `constants`: key → file, for values that
 * every document has.
 */
export async function matchJsonGolden(
  document: string,
  file: string,
  constants: Readonly<Record<string, string>> = {},
): Promise<void> {
  const value: unknown = JSON.parse(document)
  expect(document).toBe(toJson(value))
  const parts: [string, unknown][] = []
  const rest = JSON.parse(document, (key, inner: unknown) => {
    const recorded = Object.hasOwn(constants, key) ? constants[key] : undefined
    if (recorded === undefined) return inner
    parts.push([recorded, inner])
    return `golden/${recorded}`
  })
  for (const [recorded, part] of parts) {
    await expect(`${folded(part)}\n`).toMatchFileSnapshot(`golden/${recorded}`)
  }
  await expect(`${folded(rest)}\n`).toMatchFileSnapshot(`golden/${file}`)
}

const WIDTH = 140

function folded(value: unknown, indent = ''): string {
  // In the escapes of our JSON, which show what nobody sees.
  const line = toJson({ value })
    .split('\n')
    .slice(1, -2)
    .map((each) => each.trim())
    .join('')
    .slice('"value": '.length)
  if (typeof value !== 'object' || value === null || indent.length + line.length <= WIDTH)
    return line
  const inner = `${indent}  `
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const entries = Object.entries(value).map(([key, each]) => {
    const name = Array.isArray(value) ? '' : `${JSON.stringify(key)}: `
    return `${inner}${name}${folded(each, inner)}`
  })
  return `${open}\n${entries.join(',\n')}\n${indent}${close}`
}
