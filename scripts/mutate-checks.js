/**
 * Proves that the tests notice if a check of the read or of `apply` is missing: disables each check in a
 * copy of the repository and runs there the tests that should notice. Prints the cell or the test that
 * then fails; if none fails, that is an error. `npm run mutate`, or `npm run mutate -- decode guards`
 * for some files only. It is long because the table of checks is long.
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
/** Copies that run at the same time. */
const WORKERS = 2
/** A matrix that hangs has noticed the change too. This is several times its normal duration. */
const LONGEST_MS = 600_000

/** What notices a missing check: of a read, and of `apply`. The quickest come first. */
const READING = { folder: 'src/chatwoot', tests: ['test/reliability/matrix.test.ts'] }
const APPLYING = {
  folder: 'src',
  tests: [
    'test/core/apply/*.test.ts',
    'test/reliability/apply-traps.test.ts',
    'test/cli/apply.test.ts',
    'test/reliability/apply-matrix.test.ts',
  ],
}

const disableCondition = (condition) => [`if (${condition}) {`, 'if (false) {']
const removeText = (text) => [text, '']

/** File → what is disabled: [anchor, replacement]. An anchor appears in its file exactly once. */
const MUTATIONS = {
  'decode.ts': [
    ['if (accounts.length > 1) refuse(', 'if (false) refuse('],
    ['readId(each) === accountId', "readField(each, 'id') === accountId"],
    [
      'const customRoleId = readCustomRoleId(account)',
      "const customRoleId = readField(account, 'custom_role_id')",
    ],
    [
      "customRoleId: readField(account, 'custom_role_id') === undefined ? undefined : customRoleId",
      'customRoleId: undefined',
    ],
    ["name: readText(account, 'name')", "name: String(readField(account, 'name'))"],
    ['role: readRole(account),', "role: readField(account, 'role'),"],
    ['id: readId(profile),', "id: readField(profile, 'id'),"],
    ['email: readEmail(profile),', "email: String(readField(profile, 'email')),"],
    disableCondition('carrying > 0 && carrying < entries.length'),
    ['customRoles: carrying > 0,', 'customRoles: true,'],
    [
      "name: readText(each, 'name'),\n      role: readRole(each),",
      "name: '',\n      role: readRole(each),",
    ],
    ['role: readRole(each),', "role: readField(each, 'role'),"],
    [
      "confirmed: readFlag(each, 'confirmed'),\n      provider:",
      "confirmed: readField(each, 'confirmed') !== false,\n      provider:",
    ],
    ["provider: readTextOrNull(each, 'provider')", 'provider: null'],
    [
      "provider: readTextOrNull(each, 'provider'),\n      customRoleId: readCustomRoleId(each)",
      "provider: readTextOrNull(each, 'provider'),\n      customRoleId: readField(each, 'custom_role_id') ?? null",
    ],
    removeText("requireDistinct(agents, (each) => each.id, 'agents', refuse)"),
    removeText("requireDistinct(agents, (each) => each.email, 'agents', refuse)"),
    [
      "of: TEAM,\n      id: readId(each),\n      name: readFilledText(each, 'name')",
      "of: TEAM,\n      id: readId(each),\n      name: readText(each, 'name')",
    ],
    [
      "of: INBOX,\n      id: readId(each),\n      name: readFilledText(each, 'name')",
      "of: INBOX,\n      id: readId(each),\n      name: readText(each, 'name')",
    ],
    [
      "spellChannel(readFilledText(each, 'channel_type'))",
      "spellChannel(String(readField(each, 'channel_type')))",
    ],
    [
      "readFlag(each, 'enable_auto_assignment')",
      "readField(each, 'enable_auto_assignment') !== false",
    ],
    removeText("requireDistinct(entries, (each) => each.id, 'payload', refuse)"),
    [
      "description: readTextOrNull(each, 'description') ?? ''",
      "description: readField(each, 'description') ?? ''",
    ],
    ["readFlag(each, 'allow_auto_assign')", "readField(each, 'allow_auto_assign') !== false"],
    removeText("requireDistinct(teams, (each) => each.id, 'teams', refuse)"),
    removeText("requireDistinct(teams, (each) => each.name, 'teams', refuse)"),
    [
      "role: readField(each, 'role') === null ? null : readRole(each),",
      "role: readField(each, 'role') ?? null,",
    ],
    [
      "confirmed: readFlag(each, 'confirmed'),\n      customRoleId:",
      "confirmed: readField(each, 'confirmed') !== false,\n      customRoleId:",
    ],
    removeText('requireDistinct(members, (each) => each.id, at, refuse)'),
    removeText('requireDistinct(members, (each) => each.email, at, refuse)'),
    [
      "id: readId(entry),\n      name: readText(entry, 'name')",
      "id: readField(entry, 'id'),\n      name: readText(entry, 'name')",
    ],
    [
      "description: readTextOrNull(entry, 'description') ?? ''",
      "description: readField(entry, 'description') ?? ''",
    ],
    [
      "readList(readField(entry, 'permissions'), at, entry.refuse)",
      "[readField(entry, 'permissions') ?? []].flat()",
    ],
    ["name: readText(entry, 'name')", "name: String(readField(entry, 'name'))"],
    removeText("requireDistinct(roles, (each) => each.id, 'custom_roles', refuse)"),
    ["typeof value !== 'object' || value === null ||", 'value === null ||'],
    ['value === null || Array.isArray(value)', 'Array.isArray(value)'],
    [' || Array.isArray(value)) {', ') {'],
    ['Number.isSafeInteger(given) && given > 0', 'given > 0'],
    ['Number.isSafeInteger(given) && given > 0', 'Number.isSafeInteger(given)'],
    [
      "typeof given === 'string' ? given : refuseField(entry, key, 'a text')",
      "true ? given : refuseField(entry, key, 'a text')",
    ],
    ["given.trim() === '' ? refuseField(entry, key, 'filled') : given", 'given'],
    ["given.trim() === ''", "given === ''"],
    ["spellEmail(readFilledText(entry, 'email'))", "readFilledText(entry, 'email')"],
    ["if (given === 'administrator' || given === 'agent') return given", 'return given'],
    ["if (typeof given === 'number' && Number.isSafeInteger(given)) return given", 'return given'],
    [
      'isAbsent(entry, key) ? null : readText(entry, key)',
      'isAbsent(entry, key) ? null : readField(entry, key)',
    ],
    ["typeof given === 'boolean' ? given :", 'true ? given :'],
    disableCondition('account !== undefined && account !== accountId'),
    ['Array.isArray(value)\n    ? value', 'true\n    ? value'],
    ['if (first !== undefined) refuse(', 'if (false) refuse('],
  ],
  'agreement.ts': [
    disableCondition('account === null'),
    disableCondition('agent === undefined && !roster.byId.has(profile.id)'),
    [' && !roster.byId.has(profile.id)', ''],
    disableCondition('agent?.id !== profile.id'),
    disableCondition('agent.role !== account.role'),
    disableCondition('customRoleId !== undefined'),
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
    disableCondition('agent !== undefined || !of.keepsGhosts'),
    [' || !of.keepsGhosts', ''],
    ['} else if (agent === undefined) {', '} else if (agent === undefined) {} else if (false) {'],
    disableCondition('differing.length > 0'),
    removeText("if (member.id !== agent.id) names += ', id'"),
    removeText("if (member.email !== agent.email) names += ', e-mail address'"),
    removeText("if (member.role !== agent.role) names += ', role'"),
    removeText("if (member.confirmed !== agent.confirmed) names += ', confirmed'"),
    removeText("if (member.customRoleId !== agent.customRoleId) names += ', custom role'"),
  ],
  'reply.ts': [
    ['if (status === 200) return readBody(', 'if (status < 300) return readBody('],
    ['if (REDIRECTS.includes(status)) {', 'if (false) {'],
    ['target?.origin === reply.url.origin', 'target !== null'],
    ['if (status === 429)', 'if (false)'],
    ['if (status < 500 && status !== 408) return', 'return'],
    [' && status !== 408', ''],
    disableCondition("encoding.toLowerCase() !== 'identity'"),
    removeText("if (answer.html) return { kind: 'failed', diagnostic: explainHtmlPage(answer) }"),
    removeText("if (text === null) return failed('the body is not valid UTF-8')"),
    ["new TextDecoder('utf-8', { fatal: true })", "new TextDecoder('utf-8')"],
    disableCondition("reply.header('content-length') === null"),
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
    removeText('await checkList(TEAMS, teamList)'),
    removeText('if (inboxList !== null) await checkList(INBOXES, inboxList)'),
    ['await guard(\n', 'void (\n'],
    [/\n.*await guard\('custom roles'.*\n/, '\n'],
    ["if (hasCode(error, ['server-error'])) duringDeletion.add(error)", ''],
    ["['token-refused', 'server-not-found']", "['server-not-found']"],
    ["['token-refused', 'server-not-found']", "['token-refused']"],
  ],
  'outage.ts': [['const TRIES = 3', 'const TRIES = 1']],
  'client.ts': [
    ['const REDIRECTS = 3', 'const REDIRECTS = 0'],
    ['throw reason === deadline', 'throw false'],
    ['if (refusal !== null) throw', 'throw'],
    ["status !== null, header('x-request-id')", "false, header('x-request-id')"],
  ],
}

/** The same for guards, executor and command of `apply`, by their path in src/. */
const APPLY_MUTATIONS = {
  'core/apply/guards.ts': [
    ...[
      'guardAdministrators',
      'guardOwner',
      'guardProtected',
      'guardRules',
      'guardLosses',
      'guardGains',
      'guardDailyLimits',
      'guardRenames',
      'guardReturns',
      'warnOfJournals',
      'guardCustomRoles',
      'warnOfSaml',
    ].map((guard) => removeText(`  ${guard},\n`)),
    [' &&\n      customRoleId === null &&\n', ' &&\n'],
    ['      confirmed &&\n      customRoleId', '      customRoleId'],
    [' &&\n      email !== caller.email\n', '\n'],
    ['!isOver(entry.expires, today) &&', ''],
    ['if (lowest >= fewest) return []', 'return []'],
    ['.filter((email) => !named.has(email))', ''],
    ['Math.min(countCounting(before, policy, today), wanted)', 'wanted'],
    ['Math.max(1, policy.rules.administrators.min?.value ?? 1)', '1'],
    [
      'Math.max(1, Math.floor((people * part.most) / 100))',
      'Math.floor((people * part.most) / 100)',
    ],
    ['losing.length <= limit', 'losing.length < limit'],
    ['gaining.length <= most', 'gaining.length < most'],
    ['planned > limit', 'planned >= limit'],
    ['Math.min(limits[key], own)', 'limits[key]'],
    ['confirmed && email !== caller.email && scope', 'email !== caller.email && scope'],
    ['confirmed && email !== caller.email && scope', 'confirmed && scope'],
    [' && scope.hasPerson(email)', ''],
    ['new Set([...gain, ...lose, ...named])', 'new Set(named)'],
    ['new Set([...gain, ...lose, ...named])', 'new Set([...gain, ...lose])'],
    ['...changes.written, ...changes.keptBack]', '...changes.written]'],
    ['!(named.has(gone.email) && named.has(person.email)) &&', ''],
    ['(named.has(gone.email) && named', '(named'],
    ['(renamed ||', '('],
    [' || isAlike(person.email, gone.email))', ')'],
    ["    [ghosts, 'was removed, but is still in', undefined],\n", ''],
    ["    [removedLately, 'was removed in the last 24 hours, says', undefined],\n", ''],
    ["    [removedElsewhere, 'is removed on another account by', FIRST],\n", ''],
    ["    [leaving, 'is removed by', undefined],\n", ''],
    disableCondition('!journals.given'),
  ],
  'core/apply/decide.ts': [
    ["denied !== undefined) return { kind: 'denied'", "false) return { kind: 'denied'"],
    ["missing !== undefined) return { kind: 'waits'", "false) return { kind: 'waits'"],
    ["effect !== 'takes' && effect !== 'neither'", 'false'],
    ['if (invites && !isOrdinaryAddress', 'if (false && !isOrdinaryAddress'],
    ["saml && STEPS[step].ofIdentity ? 'class' :", ''],
    ['/^[!-~]+$/.test(local) && ', ''],
    [' && domains.has(getDomain(normaliseEmail(email)))', ''],
    ['return leaves && empty.has(formatAddress(subject.group))', 'return false'],
    ["action !== 'create') return false", 'false) return false'],
    ['given !== null && given.id === null && given.name === subject.name', 'false'],
    [
      "if (subject.kind === 'agent') return subject.email === later.email",
      'if (false) return false',
    ],
    ["subject.kind === 'group' && formatAddress(subject) === formatAddress(later.group)", 'false'],
  ],
  'core/apply/elsewhere.ts': [
    ['.filter(({ expires }) => !isOver(expires, today))', ''],
    ['if (agents === null) return false', ''],
    ["decision.kind === 'unknown') return null", "decision.kind === 'unknown') return []"],
  ],
  'core/apply/journal.ts': [
    ["outcome !== 'not-done'", "outcome === 'done'"],
    ['[...maybe, ...unfinished]', 'maybe'],
    [' || at < since', ''],
  ],
  'core/apply/answers.ts': [
    ['isSameText(listAffected(write, now), listAffected(write, expected)) &&', ''],
    [
      ' &&\n    isSameText(findPermissions(write, expected, now), findPermissions(write, expected, expected))',
      '',
    ],
    ['have.id === id && ', ''],
    [' && have.confirmed === want.confirmed', ''],
    ['  if (have.role !== want.role) return false\n', ''],
    ['return have.customRoleId === want.customRoleId', 'return true'],
    ['return had !== undefined && had.name === has?.name', 'return true'],
    [' && (id === null || each.id === id)', ''],
    [' && !hasSameRights(have, now, want, wanted)', ''],
    ['!TWO_PARTS.has(write.kind) || ', ''],
    ["if (late) return { next: 'look-again' }\n      return {", 'return {'],
    ["answer === 'token' ? 'not-done' : 'unknown'", "'unknown'"],
    ["answer === 'lost' ? 'unknown' : 'not-done'", "'not-done'"],
  ],
  'commands/apply/execute.ts': [
    disableCondition('!ownerCanSee'),
    ['if (left >= fewest) return null', 'return null'],
    disableCondition('!isAsPlanned(write, expected, before.state)'),
    ["hidden = decision.outcome !== 'done' &&", 'hidden = false &&'],
    ['!isDone(status) && isNeededBy', "status !== 'done' && isNeededBy"],
    removeText('if (!isDone(result.outcome)) break'),
    ['status > 500 || status === 408', 'status === 408'],
    ['status > 500 || status === 408', 'status > 500'],
    ["status === 402 && kind === 'invite'", 'status === 402'],
    ['problem === null ? writer.send(made, requestId) : null', 'writer.send(made, requestId)'],
    ['await pause(MINUTE - (now % MINUTE) + SLACK_MS)', ''],
    ["  if (outcomes.includes('unknown')) return 'unknown'\n", ''],
    ["  if (outcomes.includes('half-done')) return 'partly-done'\n", ''],
    ["decision.outcome === 'done' ? findConfirmed(write, seen) : null", 'null'],
    ['if (full && isInvitation(step)) {', 'if (false) {'],
    ['!isLoweringAdministrators(write, expected)', 'true'],
  ],
  'commands/apply/other-policies.ts': [
    ['policy.server !== null && policy.server.value !== origin', 'false'],
    ['if (!mayRemove(policy, newcomers, today)) continue', ''],
    ['removed === null || removed instanceof Failure', 'removed instanceof Failure'],
  ],
  'commands/apply/recording.ts': [['await journal.discard()', 'await journal.close()']],
  'commands/apply/question.ts': [
    ['return answer !== null && answer.trim() === word', 'return answer !== null'],
  ],
  'commands/apply/reread.ts': [
    ['normaliseEmail(storedAs(key)) === stored', 'true'],
    ["role === 'administrator' }", 'role !== null }'],
  ],
  'commands/apply/index.ts': [
    ['if (!answer) return', 'if (false) return'],
    disableCondition('!same'),
    ["if (stops.some(({ severity }) => severity === 'error')) return", 'if (false) return'],
    ['if (!takes || journal !== null) return []', 'return []'],
  ],
}

function mutate(text, [anchor, replacement], file) {
  const count = text.split(anchor).length - 1
  if (count !== 1) {
    throw new Error(
      `${file} contains this text ${count} times, but it must appear once: ${anchor}\n` +
        'The code has changed: correct the table in scripts/mutate-checks.js.',
    )
  }
  return text.replace(anchor, () => replacement)
}

/** Copies the parts of the repository that the matrix needs. */
function copy() {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-mutate-'))
  for (const part of ['src', 'test', 'schemas', 'examples', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true })
  }
  symlinkSync(realpathSync(join(ROOT, 'node_modules')), join(folder, 'node_modules'))
  return folder
}

/** Null if every cell is as expected. */
function findFirstFailure(folder, tests) {
  const config = `export default { test: { include: ${JSON.stringify(tests)}, testTimeout: 120_000 } }\n`
  writeFileSync(join(folder, 'matrix.config.mjs'), config)
  return new Promise((resolve) => {
    const vitest = join(folder, 'node_modules/vitest/vitest.mjs')
    const child = spawn(
      process.execPath,
      [vitest, 'run', '--bail=1', '--root', folder, '--config', join(folder, 'matrix.config.mjs')],
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
      const cell = (/^cell: (.*)$/m.exec(said) ?? /^\s*FAIL\s+(.*)$/m.exec(said))?.[1]
      const otherwise = said.trim().split('\n').slice(-15).join('\n')
      resolve(code === 0 ? null : (cell ?? (code === null ? 'the matrix does not end' : otherwise)))
    })
  })
}

const only = process.argv.slice(2)
const work = [
  ...Object.entries(MUTATIONS).map((each) => [READING, ...each]),
  ...Object.entries(APPLY_MUTATIONS).map((each) => [APPLYING, ...each]),
]
  .filter(([, file]) => only.length === 0 || only.includes(basename(file, '.ts')))
  .flatMap(([{ folder, tests }, file, mutations]) => {
    const path = join(folder, file)
    const text = readFileSync(join(ROOT, path), 'utf8')
    return mutations.map((mutation) => ({
      path,
      tests,
      mutation,
      text: mutate(text, mutation, path),
      text0: text,
    }))
  })
console.log(`Disabling ${work.length} checks, one at a time.`)

const folders = Array.from({ length: WORKERS }, copy)
const survivors = []
try {
  for (const tests of new Set(work.map((each) => each.tests))) {
    const before = await findFirstFailure(folders[0], tests)
    if (before !== null) throw new Error(`A test fails before a check is disabled: ${before}`)
  }
  const left = work.values()
  await Promise.all(
    folders.map(async (folder) => {
      for (const { path, tests, mutation, text, text0 } of left) {
        writeFileSync(join(folder, path), text)
        const cell = await findFirstFailure(folder, tests)
        writeFileSync(join(folder, path), text0)
        const name = `${path}: ${String(mutation[0]).trim().replace(/\s+/g, ' ')} → ${mutation[1].trim().replace(/\s+/g, ' ') || 'nothing'}`
        if (cell === null) survivors.push(name)
        console.log(
          `${name}\n  ${cell === null ? 'SURVIVED: no cell notices it' : cell.slice(0, 300)}`,
        )
      }
    }),
  )
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true })
}
console.log(
  survivors.length === 0
    ? 'The tests notice every missing check.'
    : `The tests do not notice these missing checks:\n${survivors.join('\n')}`,
)
process.exitCode = survivors.length === 0 ? 0 : 1
