/**
 * A step of the build: does work in advance that every run would otherwise repeat. Draws the help
 * pages, writes the completion scripts and turns the schemas of policies and fleets into code, all in build/.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { loadCommands } from '../build/cli/command-list.js'
import { drawPage } from '../build/cli/draw-help.js'
import { makeScripts } from '../build/commands/completion.js'
import { SCHEMA_URLS } from '../build/policy/places.js'
import { AJV_OPTIONS } from '../build/policy/schema.js'

const build = new URL('../build/', import.meta.url)

const commands = await loadCommands()
const pages = [null, ...Object.keys(commands)].map((name) => [name ?? '', drawPage(name, commands)])
writeFileSync(new URL('cli/help.json', build), JSON.stringify(Object.fromEntries(pages)))
writeFileSync(new URL('commands/completion.json', build), JSON.stringify(makeScripts(commands)))

// Every start has to read the code, so the texts for editors are left out.
const FOR_EDITORS = new Set(['title', 'description', 'examples'])
for (const [name, url] of Object.entries(SCHEMA_URLS)) {
  const schema = JSON.parse(readFileSync(url, 'utf8'), (key, value) =>
    FOR_EDITORS.has(key) && (typeof value === 'string' || Array.isArray(value)) ? undefined : value,
  )
  const ajv = new Ajv2020({ ...AJV_OPTIONS, code: { source: true } })
  const code = standalone.default(ajv, ajv.compile(schema))
  writeFileSync(new URL(`policy/${name}-shape.cjs`, build), code)
}
