/**
 * Proves that no check of the read is there for nothing: disables each in turn, in a copy of the
 * repository, and runs the fault matrix there. Prints the cell that then fails; a check that
 * nothing misses is an error. `npm run mutate`, or `npm run mutate -- decode` for some files only.
 * Longer than most files because the table of checks is.
 */
import { spawn } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
/** Copies that work at a time. */
const WORKERS = 2
/** A matrix that hangs has noticed the change as well; this is several times what it takes. */
const LONGEST_MS = 600_000
const CONFIG = `export default { test: { include: ['test/reliability/matrix.test.ts'] } }\n`

const off = (condition) => [`if (${condition}) {`, 'if (false) {']
const gone = (text) => [text, '']

/** File → what is disabled: [anchor, replacement]. An anchor stands in its file exactly once. */
const MUTATIONS = {
  'decode.ts': [
    ['if (accounts.length > 1) refuse(', 'if (false) refuse('],
    ['id(each) === accountId', "field(each, 'id') === accountId"],
    [
      "customRoleId: field(account, 'custom_role_id') === undefined ? undefined : customRoleId",
      'customRoleId: undefined',
    ],
    [
      "const customRoleId = idOrNull(account, 'custom_role_id')",
      "const customRoleId = field(account, 'custom_role_id')",
    ],
    ["name: text(account, 'name')", "name: String(field(account, 'name'))"],
    ['role: role(account),', "role: field(account, 'role'),"],
    ['id: id(profile),', "id: field(profile, 'id'),"],
    ['email: email(profile),', "email: String(field(profile, 'email')),"],
    off('carrying > 0 && carrying < entries.length'),
    ['customRoles: carrying > 0,', 'customRoles: true,'],
    ["name: text(each, 'name'),\n      role: role(each),", "name: '',\n      role: role(each),"],
    ['role: role(each),', "role: field(each, 'role'),"],
    [
      "confirmed: flag(each, 'confirmed'),\n      provider:",
      "confirmed: field(each, 'confirmed') !== false,\n      provider:",
    ],
    ["provider: textOrNull(each, 'provider')", 'provider: null'],
    [
      "provider: textOrNull(each, 'provider'),\n      customRoleId: idOrNull(each, 'custom_role_id')",
      "provider: textOrNull(each, 'provider'),\n      customRoleId: field(each, 'custom_role_id') ?? null",
    ],
    gone("distinct(agents, (each) => each.id, 'agents', refuse)"),
    gone("distinct(agents, (each) => each.email, 'agents', refuse)"),
    ["name: filled(each, 'name')", "name: text(each, 'name')"],
    [
      "description: textOrNull(each, 'description') ?? ''",
      "description: field(each, 'description') ?? ''",
    ],
    ["flag(each, 'allow_auto_assign')", "field(each, 'allow_auto_assign') !== false"],
    gone("distinct(teams, (each) => each.id, 'teams', refuse)"),
    gone("distinct(teams, (each) => normaliseTeamName(each.name), 'teams', refuse)"),
    ['(each) => normaliseTeamName(each.name)', '(each) => each.name'],
    [
      "role: field(each, 'role') === null ? null : role(each),",
      "role: field(each, 'role') ?? null,",
    ],
    [
      "confirmed: flag(each, 'confirmed'),\n      customRoleId:",
      "confirmed: field(each, 'confirmed') !== false,\n      customRoleId:",
    ],
    gone("distinct(members, (each) => each.id, 'team_members', refuse)"),
    gone("distinct(members, (each) => each.email, 'team_members', refuse)"),
    [
      "id: id(entry), name: text(entry, 'name')",
      "id: field(entry, 'id'), name: text(entry, 'name')",
    ],
    ["name: text(entry, 'name')", "name: String(field(entry, 'name'))"],
    gone("distinct(roles, (each) => each.id, 'custom_roles', refuse)"),
    ["typeof value !== 'object' || value === null ||", 'value === null ||'],
    ['value === null || Array.isArray(value)', 'Array.isArray(value)'],
    [' || Array.isArray(value)) {', ') {'],
    ['Number.isSafeInteger(given) && given > 0', 'given > 0'],
    ['Number.isSafeInteger(given) && given > 0', 'Number.isSafeInteger(given)'],
    [
      "typeof given === 'string' ? given : wrong(entry, key, 'a text')",
      "true ? given : wrong(entry, key, 'a text')",
    ],
    ["given.trim() === '' ? wrong(entry, key, 'filled') : given", 'given'],
    ["given.trim() === ''", "given === ''"],
    ["normaliseEmail(filled(entry, 'email'))", "filled(entry, 'email')"],
    ["if (given === 'administrator' || given === 'agent') return given", 'return given'],
    ['absent(entry, key) ? null : id(entry, key)', 'absent(entry, key) ? null : field(entry, key)'],
    [
      'absent(entry, key) ? null : text(entry, key)',
      'absent(entry, key) ? null : field(entry, key)',
    ],
    ["typeof given === 'boolean' ? given :", 'true ? given :'],
    off('account !== undefined && account !== accountId'),
    ['Array.isArray(value) ? value : refuse', 'true ? value : refuse'],
    ['if (first !== undefined) refuse(', 'if (false) refuse('],
  ],
  'agree.ts': [
    off('account === null'),
    off('agent === undefined && !roster.byId.has(profile.id)'),
    [' && !roster.byId.has(profile.id)', ''],
    off('agent?.id !== profile.id'),
    off('agent.role !== account.role'),
    off('customRoleId !== undefined'),
    ['!roster.customRoles || ', ''],
    [' || customRoleId !== agent.customRoleId', ''],
    [
      'roster.byId.get(member.id) ?? roster.byEmail.get(member.email)',
      'roster.byId.get(member.id)',
    ],
    [
      'roster.byId.get(member.id) ?? roster.byEmail.get(member.email)',
      'roster.byEmail.get(member.email)',
    ],
    off('agent !== undefined'),
    ['} else if (agent === undefined) {', '} else if (agent === undefined) {} else if (false) {'],
    off('differing.length > 0'),
    gone("if (member.id !== agent.id) names += ', id'"),
    gone("if (member.email !== agent.email) names += ', e-mail address'"),
    gone("if (member.role !== agent.role) names += ', role'"),
    gone("if (member.confirmed !== agent.confirmed) names += ', confirmed'"),
    gone("if (member.customRoleId !== agent.customRoleId) names += ', custom role'"),
  ],
  'reply.ts': [
    ['if (status === 200) return read(', 'if (status < 300) return read('],
    ['if (REDIRECTS.includes(status)) {', 'if (false) {'],
    ['target?.origin === reply.url.origin', 'target !== null'],
    ['if (status === 429)', 'if (false)'],
    ['if (status < 500 && status !== 408) return', 'return'],
    [' && status !== 408', ''],
    off("encoding.toLowerCase() !== 'identity'"),
    gone("if (answer.html) return { kind: 'failed', diagnostic: notChatwoot(answer) }"),
    gone("if (text === null) return failed('the body is not valid UTF-8')"),
    ["new TextDecoder('utf-8', { fatal: true })", "new TextDecoder('utf-8')"],
    off("reply.header('content-length') === null"),
    ["/^text\\/html/i.test(reply.header('content-type') ?? '') || ", ''],
    [' || /^\\s*</.test(opening)', ''],
  ],
  'paging.ts': [
    ...['15, ', '20, ', '25, ', '50, ', '100, ', '200, ', '250, ', '500, '].map((size) => [
      `${size === '15, ' ? '[' : ' '}${size}`,
      size === '15, ' ? '[' : ' ',
    ]),
    [', 1000]', ']'],
    ['again.length === entries.length && ', ''],
    [' && again.every((each) => known.has(identity(each)))', ''],
    ['if (same) return', 'return'],
  ],
  'read.ts': [
    ['const READS = 3', 'const READS = 1'],
    ["'read-contradiction', ", ''],
    [", 'read-caller-missing'", ''],
    [", 'read-paging'", ''],
    [/\n.*await guard\('agents'.*\n/, '\n'],
    [/\n.*await guard\('teams'.*\n/, '\n'],
    [/\n.*await guard\('team members'.*\n/, '\n'],
    [/\n.*await guard\('custom roles'.*\n/, '\n'],
    ["if (hasCode(error, ['server-error'])) unlisted.add(error)", ''],
    ["['token-refused', 'server-not-found']", "['server-not-found']"],
    ["['token-refused', 'server-not-found']", "['token-refused']"],
  ],
  'outage.ts': [['const TRIES = 3', 'const TRIES = 1']],
  'client.ts': [
    ['const REDIRECTS = 3', 'const REDIRECTS = 0'],
    [
      'throw reason === deadline ? new Failure(deadlinePassed(what, timeoutMs)) : reason',
      'throw reason',
    ],
    ['if (refusal !== null) throw', 'throw'],
    ["status !== null, header('x-request-id')", "false, header('x-request-id')"],
  ],
}

function mutated(text, [anchor, replacement], file) {
  const count = text.split(anchor).length - 1
  if (count !== 1) {
    throw new Error(
      `${file} has ${count} places like this one, there should be one: ${anchor}\n` +
        'The code has moved: correct the table in scripts/mutate-checks.js.',
    )
  }
  return text.replace(anchor, () => replacement)
}

/** What of the repository the matrix needs. */
function copy() {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-mutate-'))
  for (const part of ['src', 'test', 'schemas', 'examples', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  }
  symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'matrix.config.mjs'), CONFIG)
  return folder
}

/** Null: every cell is as promised. */
function firstFailure(folder) {
  return new Promise((resolve) => {
    const vitest = join(folder, 'node_modules/vitest/vitest.mjs')
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--root', folder, '--config', join(folder, 'matrix.config.mjs')],
      {
        cwd: folder,
        env: { ...process.env, ROLLCALL_MATRIX: 'first', NO_COLOR: '1' },
        timeout: LONGEST_MS,
      },
    )
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
    })
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    child.on('close', (code) => {
      const cell = /^cell: (.*)$/m.exec(said)?.[1]
      const otherwise = said.trim().split('\n').slice(-15).join('\n')
      resolve(code === 0 ? null : (cell ?? (code === null ? 'it does not end' : otherwise)))
    })
  })
}

const only = process.argv.slice(2)
const work = Object.entries(MUTATIONS)
  .filter(([file]) => only.length === 0 || only.includes(basename(file, '.ts')))
  .flatMap(([file, mutations]) => {
    const path = join('src/chatwoot', file)
    const text = readFileSync(join(ROOT, path), 'utf8')
    return mutations.map((mutation) => ({
      path,
      mutation,
      text: mutated(text, mutation, path),
      text0: text,
    }))
  })
console.log(`${work.length} checks to disable, one at a time.`)

const folders = Array.from({ length: WORKERS }, copy)
const survivors = []
try {
  const before = await firstFailure(folders[0])
  if (before !== null) throw new Error(`The matrix fails before anything is disabled: ${before}`)
  const left = work.values()
  await Promise.all(
    folders.map(async (folder) => {
      for (const { path, mutation, text, text0 } of left) {
        writeFileSync(join(folder, path), text)
        const cell = await firstFailure(folder)
        writeFileSync(join(folder, path), text0)
        const name = `${path}: ${String(mutation[0]).trim().replace(/\s+/g, ' ')} → ${mutation[1].trim().replace(/\s+/g, ' ') || 'nothing'}`
        if (cell === null) survivors.push(name)
        console.log(
          `${name}\n  ${cell === null ? 'SURVIVED: no cell misses it' : cell.slice(0, 300)}`,
        )
      }
    }),
  )
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true })
}
console.log(
  survivors.length === 0
    ? 'No check is there for nothing.'
    : `Nothing misses these checks:\n${survivors.join('\n')}`,
)
process.exitCode = survivors.length === 0 ? 0 : 1
