/** `rollcall schema`: prints one of the JSON Schemas that are this program's contracts. */
import { readFile } from 'node:fs/promises'

/** `name` must be one of the files of schemas/. */
export function schema(name: string): Promise<string> {
  return readFile(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8')
}
