/** The JSON Schemas that are shipped with rollcall. */
import { readFile } from 'node:fs/promises'

/** The files of schemas/. */
export const SCHEMAS = [
  'policy',
  'fleet',
  'report',
  'apply',
  'list',
  'access',
  'snapshot',
  'snapshot-failure',
  'diff',
  'review',
  'closing',
  'statement',
  'validation',
  'doctor',
  'explanation',
  'sandbox',
] as const

export function readSchema(name: (typeof SCHEMAS)[number]): Promise<string> {
  return readFile(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')
}
