#!/usr/bin/env node
/**
 * A stand-in for the `gh api` of the recipes: keeps issues and comments in a file, and answers the
 * two queries that the recipes make. Anything else is an error, so that a recipe that asks for
 * more cannot pass. It is copied to a folder of its own, where it is CommonJS.
 */
const fs = require('node:fs')

/** The query of rollcall-apply.yaml: github.test.ts compares it with jq where there is one. */
const GUARD =
  'if .deployment_branch_policy == null then "any branch" elif ([.protection_rules[]? | select(.type == "required_reviewers") | .reviewers[]] | length) == 0 then "no reviewers" else "guarded" end'

const path = `${process.env.STUBS}/gh.json`
const state = fs.existsSync(path)
  ? JSON.parse(fs.readFileSync(path, 'utf8'))
  : { issues: [], comments: [], calls: [] }

if (!process.env.GH_TOKEN) throw new Error('gh: there is no token')
if (process.argv[2] === 'run') {
  answerRun(process.argv.slice(3).join(' '))
  process.exit(0)
}
const { method, url, query, fields } = understood(process.argv.slice(2))
if (process.env.STUB_GH_FAILS) {
  process.stderr.write('gh: HTTP 502\n')
  process.exit(1)
}
answer()
state.calls.push(`${method} ${url}`)
fs.writeFileSync(path, JSON.stringify(state))

/** The artifact of the last night is a file beside the stand-ins. */
function answerRun(words) {
  const artifact = `${process.env.STUBS}/rollcall-snapshot.json`
  const there = fs.existsSync(artifact)
  const ASKED =
    'list --repo acme/access --workflow rollcall-nightly.yaml --branch main --status completed' +
    ' --limit 50 --json databaseId,event --jq [.[] | select(.event == "schedule" or' +
    ' .event == "workflow_dispatch")][0].databaseId // empty'
  const download = 'download 77 --repo acme/access --name rollcall-snapshot-main'
  // Without the id of a run, gh takes the artifact with this name of any run: also of a pull request.
  const anybodys = `${process.env.STUBS}/anybodys-snapshot.json`
  if (words === download.replace('77', '') && fs.existsSync(anybodys)) {
    fs.copyFileSync(anybodys, 'rollcall-snapshot.json')
    return
  }
  if (words === ASKED) process.stdout.write(there ? '77\n' : '')
  else if (words === download && there) {
    fs.copyFileSync(artifact, 'rollcall-snapshot.json')
  } else throw new Error(`gh run: cannot ${words}`)
}

function understood([verb, ...argv]) {
  if (verb !== 'api') throw new Error(`gh: does not know ${verb}`)
  const given = { method: 'GET', url: null, query: null, fields: {} }
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]
    if (word === '--silent' || word === '--paginate') continue
    if (word === '--method') given.method = argv[++at]
    else if (word === '--jq') given.query = argv[++at]
    else if (word === '-f' || word === '-F') {
      const [, key, value] = /^(\w+)=(.*)$/s.exec(argv[++at])
      const isFile = word === '-F' && value.startsWith('@')
      given.fields[key] = isFile ? fs.readFileSync(value.slice(1), 'utf8') : value
    } else if (given.url === null && !word.startsWith('-')) given.url = word
    else throw new Error(`gh api: does not know ${word}`)
  }
  return given
}

function answer() {
  const OURS = { user: { login: 'github-actions[bot]' } }
  const ROUTES = [
    ['GET', /commits\/main/, () => say({ '.sha': state.head ?? 'c0ffee' })],
    ['GET', /environments\/chatwoot-apply/, () => say({ [GUARD]: state.guard ?? 'guarded' })],
    ['GET', /issues\?state=open&per_page=100/, () => list(state.issues.filter(isOpen))],
    ['GET', /issues\/(\d+)\/comments\?per_page=100/, (of) => list(state.comments.filter(on(of)))],
    [
      'POST',
      /issues/,
      () =>
        state.issues.push({ number: 100 + state.issues.length, state: 'open', ...OURS, ...fields }),
    ],
    [
      'POST',
      /issues\/(\d+)\/comments/,
      (issue) =>
        state.comments.push({ id: 9000 + state.comments.length, issue, ...OURS, ...fields }),
    ],
    [
      'PATCH',
      /issues\/comments\/(\d+)/,
      (wanted) =>
        Object.assign(
          state.comments.find(({ id }) => id === wanted),
          fields,
        ),
    ],
    [
      'PATCH',
      /issues\/(\d+)/,
      (wanted) =>
        Object.assign(
          state.issues.find(({ number }) => number === wanted),
          fields,
        ),
    ],
  ]
  for (const [verb, pattern, act] of ROUTES) {
    const match = new RegExp(`^repos/acme/access/${pattern.source}$`).exec(url)
    if (verb === method && match) return act(Number(match[1]))
  }
  throw new Error(`gh api: does not know ${method} ${url}`)
}

function say(answers) {
  if (!Object.hasOwn(answers, query)) throw new Error(`gh api: does not know the query ${query}`)
  process.stdout.write(`${answers[query]}\n`)
}

function isOpen(issue) {
  return issue.state === 'open'
}

function on(issue) {
  return (comment) => comment.issue === issue
}

/** The two queries, done by hand: github.test.ts compares them with jq where there is one. */
function list(entries) {
  const lines = ({ body }) => (body ?? '').split('\n')
  const row = {
    '.[] | [.id, .user.login, (.body // "" | split("\\n") | first)] | @tsv': (each) => [
      each.id,
      each.user.login,
      lines(each).at(0),
    ],
    '.[] | [.number, .user.login, (.body // "" | split("\\n") | first)] | @tsv': (each) => [
      each.number,
      each.user.login,
      lines(each).at(0),
    ],
  }[query]
  if (!row) throw new Error(`gh api: does not know the query ${query}`)
  const escaped = (value) => String(value).replaceAll('\\', '\\\\').replaceAll('\t', '\\t')
  for (const entry of entries) process.stdout.write(`${row(entry).map(escaped).join('\t')}\n`)
}
