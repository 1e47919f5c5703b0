/**
 * A step of the build: does work in advance that every run would otherwise repeat. Draws the help
 * pages, writes the completion scripts and turns the policy schema into code, all in build/.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { loadCommands } from '../build/cli/command-list.js'
import { drawPage } from '../build/cli/draw-help.js'
import { makeScripts } from '../build/commands/completion.js'
import { AJV_OPTIONS, SCHEMA_URL } from '../build/policy/schema.js'

const build = new URL('../build/', import.meta.url)

const commands = await loadCommands()
const pages = [null, ...Object.keys(commands)].map((name) => [name ?? '', drawPage(name, commands)])
writeFileSync(new URL('cli/help.json', build), JSON.stringify(Object.fromEntries(pages)))
writeFileSync(new URL('commands/completion.json', build), JSON.stringify(makeScripts(commands)))

const ajv = new Ajv2020({ ...AJV_OPTIONS, code: { source: true } })
const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA_URL, 'utf8')))
writeFileSync(new URL('policy/policy-shape.cjs', build), standalone.default(ajv, validate))
