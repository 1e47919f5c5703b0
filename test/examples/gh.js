#!/usr/bin/env node
// A stand-in for the `gh api` of the recipes: keeps issues and comments in a file, and answers the
// two queries that the recipes make. Anything else is an error, so that a recipe that asks for
// more cannot pass.
const fs = require('node:fs')
const path = `${process.env.STUBS}/gh.json`
const state = fs.existsSync(path)
  ? JSON.parse(fs.readFileSync(path, 'utf8'))
  : { issues: [], comments: [], calls: [] }

const [verb, ...argv] = process.argv.slice(2)
if (verb !== 'api' || !process.env.GH_TOKEN) throw new Error(`gh ${verb}: not as expected`)
const given = { method: 'GET', fields: {}, jq: null, url: null }
for (let at = 0; at < argv.length; at += 1) {
  const word = argv[at]
  if (word === '--silent' || word === '--paginate') continue
  if (word === '--method') given.method = argv[++at]
  else if (word === '--jq') given.jq = argv[++at]
  else if (word === '-f' || word === '-F') {
    const [, key, value] = /^(\w+)=(.*)$/s.exec(argv[++at])
    const isFile = word === '-F' && value.startsWith('@')
    given.fields[key] = isFile ? fs.readFileSync(value.slice(1), 'utf8') : value
  } else if (given.url === null && !word.startsWith('-')) given.url = word
  else throw new Error(`gh api: does not know ${word}`)
}
state.calls.push(`${given.method} ${given.url}`)
if (process.env.STUB_GH_FAILS) {
  console.error('gh: HTTP 502')
  process.exit(1)
}

const QUERIES = {
  '.[] | [.id, .user.login, (.body // "" | split("\\n") | first)] | @tsv': (each) => [
    each.id,
    each.user.login,
    lines(each.body).at(0),
  ],
  '.[] | [.number, .user.login, (.body // "" | split("\\n") | first, last)] | @tsv': (each) => [
    each.number,
    each.user.login,
    lines(each.body).at(0),
    lines(each.body).at(-1),
  ],
}
const lines = (body) => (body ?? '').split('\n')
const tsv = (rows) => rows.map((row) => `${row.map(escaped).join('\t')}\n`).join('')
const escaped = (value) =>
  String(value ?? '')
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')

const [, rest] = /^repos\/acme\/access\/(.*)$/.exec(given.url)
const { method, fields } = given
const ours = { user: { login: 'github-actions[bot]' } }
let found
if (method === 'GET') {
  if (!given.url.endsWith('per_page=100')) throw new Error('gh api: reads one page only')
  const on = /^issues\/(\d+)\/comments\?/.exec(rest)
  const list = on
    ? state.comments.filter(({ issue }) => issue === Number(on[1]))
    : state.issues.filter((each) => each.state === 'open')
  if (!QUERIES[given.jq]) throw new Error(`gh api: does not know the query ${given.jq}`)
  process.stdout.write(tsv(list.map(QUERIES[given.jq])))
} else if (method === 'POST' && rest === 'issues') {
  state.issues.push({ number: 100 + state.issues.length, state: 'open', ...ours, ...fields })
} else if (method === 'POST' && (found = /^issues\/(\d+)\/comments$/.exec(rest))) {
  const id = 9000 + state.comments.length
  state.comments.push({ id, issue: Number(found[1]), ...ours, ...fields })
} else if (method === 'PATCH' && (found = /^issues\/comments\/(\d+)$/.exec(rest))) {
  Object.assign(
    state.comments.find(({ id }) => id === Number(found[1])),
    fields,
  )
} else if (method === 'PATCH' && (found = /^issues\/(\d+)$/.exec(rest))) {
  Object.assign(
    state.issues.find(({ number }) => number === Number(found[1])),
    fields,
  )
} else throw new Error(`gh api: does not know ${method} ${given.url}`)
fs.writeFileSync(path, JSON.stringify(state))
