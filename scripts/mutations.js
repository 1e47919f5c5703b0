/**
 * The checks of the read and of `apply` that `npm run mutate` disables, one at a time, with the tests
 * that should notice. It is long because there are many checks.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))

/** What notices a missing check: of a read, and of `apply`. The quickest come first. */
const READING = {
  folder: 'src/chatwoot',
  tests: [
    'test/chatwoot/read.test.ts',
    'test/chatwoot/refusals.test.ts',
    'test/reliability/matrix.test.ts',
  ],
}
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
const removeFromRecord = (code, shown) => [new RegExp(`(?<='${code}': \\{\n.*), '${shown}'`), '']

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
    ["requireDistinct(agents, ['id', 'email']", "requireDistinct(agents, ['email']"],
    ["requireDistinct(agents, ['id', 'email']", "requireDistinct(agents, ['id']"],
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
      "readFlagOrNull(each, 'enable_auto_assignment')",
      "readField(each, 'enable_auto_assignment') !== false",
    ],
    removeText("requireDistinct(entries, ['id'], 'payload', refuse)"),
    [
      "description: readTextOrNull(each, 'description') ?? ''",
      "description: readField(each, 'description') ?? ''",
    ],
    ["readFlagOrNull(each, 'allow_auto_assign')", "readField(each, 'allow_auto_assign') !== false"],
    ["requireDistinct(teams, ['id', 'name']", "requireDistinct(teams, ['name']"],
    ["requireDistinct(teams, ['id', 'name']", "requireDistinct(teams, ['id']"],
    [
      "role: readField(each, 'role') === null ? null : readRole(each),",
      "role: readField(each, 'role') ?? null,",
    ],
    [
      "confirmed: readFlag(each, 'confirmed'),\n      customRoleId:",
      "confirmed: readField(each, 'confirmed') !== false,\n      customRoleId:",
    ],
    ["requireDistinct(members, ['id', 'email']", "requireDistinct(members, ['email']"],
    ["requireDistinct(members, ['id', 'email']", "requireDistinct(members, ['id']"],
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
    removeText("requireDistinct(roles, ['id'], 'custom_roles', refuse)"),
    ["spellEmail(readFilledText(entry, 'email'))", "readFilledText(entry, 'email')"],
    ["if (given === 'administrator' || given === 'agent') return given", 'return given'],
    ["if (typeof given === 'number' && Number.isSafeInteger(given)) return given", 'return given'],
    disableCondition('account !== undefined && account !== accountId'),
    ['if (first !== undefined) refuse(', 'if (false) refuse('],
  ],
  'body-object.ts': [
    ["typeof value !== 'object' || value === null ||", 'value === null ||'],
    ['value === null || Array.isArray(value)', 'Array.isArray(value)'],
    [' || Array.isArray(value)) {', ') {'],
    ['Number.isSafeInteger(given) && given > 0', 'given > 0'],
    ['Number.isSafeInteger(given) && given > 0', 'Number.isSafeInteger(given)'],
    [
      "typeof given === 'string' ? given : refuseField(entry, key, 'a string')",
      "true ? given : refuseField(entry, key, 'a string')",
    ],
    ["given.trim() === '' ? refuseField(entry, key, 'text that is not blank') : given", 'given'],
    ["given.trim() === ''", "given === ''"],
    [
      'isAbsent(entry, key) ? null : readText(entry, key)',
      'isAbsent(entry, key) ? null : readField(entry, key)',
    ],
    ["typeof given === 'boolean' ? given :", 'true ? given :'],
    ['Array.isArray(value)\n    ? value', 'true\n    ? value'],
  ],
  'check-lists.ts': [
    disableCondition('account === null'),
    disableCondition('agent === undefined && !roster.byId.has(profile.id)'),
    [' && !roster.byId.has(profile.id)', ''],
    disableCondition('agent?.id !== profile.id'),
    disableCondition('agent.role !== account.role'),
    ['customRoleId !== undefined && differs', 'false'],
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
    ['target.origin === asked.origin', 'true'],
    ['to === from', '[to, from].length === 2'],
    [' && kept', ' && kept !== null'],
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
    [/\n.*await guard\('agents'.*\n/, '\n'],
    ['await guard(of.plural,', 'void (of.plural,'],
    ['await guard(`${of.label} members`', 'void (`${of.label} members`'],
    [/\n.*await guard\('custom roles'.*\n/, '\n'],
    ["if (hasOnly(error, (code) => code === 'server-error')) duringDeletion.add(error)", ''],
  ],
  '../core/messages/diagnostic-records.ts': [
    ...['read-contradiction', 'read-caller-missing', 'read-paging'].map((code) =>
      removeFromRecord(code, 'lists that disagree'),
    ),
    ...['token-refused', 'server-not-found'].map((code) =>
      removeFromRecord(code, 'a part that is not shown'),
    ),
  ],
  'outage.ts': [['const TRIES = 3', 'const TRIES = 1']],
  'client.ts': [
    ['const REDIRECTS = 3', 'const REDIRECTS = 0'],
    ['throw reason === deadline', 'throw false'],
    ['if (refusal !== null) throw', 'throw'],
    ['status !== null, id', 'false, id'],
  ],
}

/** The same for guards, executor and command of `apply`, by their path in src/. */
const APPLY_MUTATIONS = {
  'core/apply/guards.ts': [
    ['if (left >= fewest) return null', 'return null'],
    ['!isLoweringAdministrators(write, expected)', 'true'],
    ['if (!takes || journals === null || journals.given) return []', 'return []'],
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
      'guardWaiting',
      'warnOfSamlAdministrators',
      'warnOfSamlRemovals',
    ].map((guard) => removeText(`  ${guard},\n`)),
    [' &&\n      customRoleId === null &&\n', ' &&\n'],
    ['      confirmed &&\n      customRoleId', '      customRoleId'],
    [' &&\n      email !== caller.email\n', '\n'],
    ['!isOver(entry.expires, today) &&', ''],
    ['if (lowest >= fewest) return []', 'return []'],
    ['.filter((email) => !named.has(email))', ''],
    ['Math.min(countAdministrators(before, policy, today), wanted)', 'wanted'],
    ['Math.max(1, policy.rules.administrators.min?.value ?? 1)', '1'],
    ['Math.max(1, Math.floor((people * percent) / 100))', 'Math.floor((people * percent) / 100)'],
    ['losing.length <= limit', 'losing.length < limit'],
    ['gaining.length <= most', 'gaining.length < most'],
    ['planned > limit', 'planned >= limit'],
    ['Math.min(option, own ?? option)', 'option'],
    ['confirmed && email !== caller.email && scope', 'email !== caller.email && scope'],
    ['confirmed && email !== caller.email && scope', 'confirmed && scope'],
    [' && scope.hasPerson(email)', ''],
    ['...changes.written, ...changes.keptBack]', '...changes.written]'],
    ['!(named.has(gone.email) && named.has(person.email)) &&', ''],
    ['(named.has(gone.email) && named', '(named'],
    ['listComing(steps)', 'listComing(changes.written)'],
    ['listComing(changes.written))', 'listComing([]))'],
    ['(renamed ||', '('],
    [' || isAlike(person.email, gone.email))', ')'],
    ["    [ghosts, 'was removed and is still in', WAIT_FOR_SERVER],\n", ''],
    ["    [removedLately, 'was removed in the last 24 hours, according to', undefined],\n", ''],
    ["    [removedElsewhere, 'is removed on another account by', KEEP_FIRST],\n", ''],
    ["    [leaving, 'is removed by', REMOVE_FIRST],\n", ''],
    ['.map((agent) => ({ ...agent, confirmed: true }))', ''],
    disableCondition('!journals.given'),
  ],
  'core/apply/approval.ts': [[' || touched.has(email)', '']],
  'core/apply/decide.ts': [
    ['new Set([...gain, ...lose, ...named])', 'new Set(named)'],
    ['new Set([...gain, ...lose, ...named])', 'new Set([...gain, ...lose])'],
    ["denied !== undefined) return { kind: 'denied'", "false) return { kind: 'denied'"],
    ["missing !== undefined) return { kind: 'waits'", "false) return { kind: 'waits'"],
    [': onlyTakes && gain.size > 0', ': false'],
    [
      "needs: 'address' }, terms.allowances) !== null) return null",
      "needs: 'address' }, terms.allowances) !== null) {}",
    ],
    ['.some(({ excess }) => excess.length > 0)', '.some(() => false)'],
    ['excess > (without.get(key)?.excess ?? Number.POSITIVE_INFINITY)', 'false'],
    ['emptied.has(each.change) ? [REASONS.empties] : []', ''],
    ['compareStates(allowed, next).gain.size > 0', 'false'],
    ['{ ...write, ...NO_CUSTOM_ROLE }', 'write'],
    ['...(known ? [] : [REASONS[foreign]]),', ''],
    ['...(saml && STEPS[step].ofIdentity ? [REASONS.saml] : []),', ''],
    ['/^[!-~]+@[^@]*$/.test(invited)', 'true'],
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
    [" || answer === 'accepted'", ''],
    ['[...maybe, ...unfinished]', 'maybe'],
    [' || at < since', ''],
  ],
  'core/apply/results.ts': [
    ['!isDone(status) && isNeededBy', "status !== 'done' && isNeededBy"],
    ["  if (outcomes.includes('unknown')) return 'unknown'\n", ''],
    ["  if (outcomes.includes('half-done')) return 'partly-done'\n", ''],
  ],
  'core/apply/answers.ts': [
    ['status > 500 || status === 408', 'status === 408'],
    ['status > 500 || status === 408', 'status > 500'],
    ["status === 402 && kind === 'invite'", 'status === 402'],
    ['isSameText(listAffected(write, now), listAffected(write, expected)) &&', ''],
    [
      ' &&\n    isSameText(findPermissions(write, expected, now), findPermissions(write, expected, expected))',
      '',
    ],
    ['have.id === id && ', ''],
    ['  if (now.agents.some((each) => each.id === id && each.email !== email)) return false\n', ''],
    [' && have.confirmed === want.confirmed', ''],
    ['  if (have.role !== want.role) return false\n', ''],
    ['return have.customRoleId === want.customRoleId', 'return true'],
    ['return had !== undefined && had.name === has?.name', 'return true'],
    [' && (id === null || each.id === id)', ''],
    ['hasSameRights(have, now, want, wanted) ? null : {', '{'],
    [
      "REFUSALS.has(answer)) return { next: noSeat ?? 'go-on'",
      "!noSeat && REFUSALS.has(answer)) return { next: 'go-on'",
    ],
    ['!TWO_PARTS.has(write.kind) || ', ''],
    removeText("if (answer === 'lost' && !lateOver) return { next: 'look-again' }"),
    ["answer === 'token' ? 'not-done' : 'unknown'", "'unknown'"],
    ["REFUSALS.has(answer) ? 'done-by-others' : 'done'", "'done'"],
    ["answer === 'rate-limit' && sent === 1 ? 'send-again' : 'stop'", "'stop'"],
    ["answer === 'lost' ? 'unknown' : 'not-done'", "'not-done'"],
  ],
  'commands/apply/execute.ts': [
    disableCondition('!ownerCanSee'),
    ['adoptRead(expected, before.state)', 'expected'],
    ['current === expected ? null', 'current === expected || write !== step.writes[0] ? null'],
    ['.slice(0, seats)', ''],
    disableCondition('!isAsPlanned(write, expected, before.state)'),
    ["hidden = decision.outcome !== 'done' &&", 'hidden = false &&'],
    removeText('if (!isDone(result.outcome)) break'),
    ['problem === null ? writer.send(made, requestId) : null', 'writer.send(made, requestId)'],
    ['await pause(MINUTE - (now % MINUTE) + SLACK_MS)', ''],
    ["decision.outcome === 'done' ? findConfirmed(write, now) : null", 'null'],
    ['full && isInvitation(step) ? NO_SEAT : describeExcess(step)', 'describeExcess(step)'],
    ['NO_SEAT : describeExcess(step)', 'NO_SEAT : describeExcess(step) && null'],
  ],
  'commands/apply/other-policies.ts': [
    ['policy.server !== null && policy.server.value !== origin', 'false'],
    ['if (!mayRemove(policy, newcomers, today)) continue', ''],
    ['removed === null || removed instanceof Failure', 'removed instanceof Failure'],
  ],
  'commands/apply/recording.ts': [['await journal.discard()', 'await journal.close()']],
  'commands/apply/show.ts': [
    ['return answer !== null && answer.trim() === word', 'return answer !== null'],
  ],
  'core/apply/transition.ts': [[" && write.kind !== 'add-member'", '']],
  'commands/apply/reread.ts': [
    [' : findHeldRole(write, expected)', ' : null'],
    ['normaliseEmail(storedAs(key)) === stored', 'true'],
    ["role === 'administrator' }", 'role !== null }'],
  ],
  'commands/apply/index.ts': [
    ['if (!answer) return', 'if (false) return'],
    disableCondition('changed.length > 0'),
    ['...again.proposed.diagnostics.filter(isError), ', ''],
    ['if (stops.some(isError)) return', 'if (false) return'],
    ['differs : checkUnused(given, used)', 'differs : []'],
  ],
}

function mutate(text, [anchor, replacement], file) {
  const count = text.split(anchor).length - 1
  if (count !== 1) {
    throw new Error(
      `${file} contains this text ${count} times, but it must appear once: ${anchor}\n` +
        'The code has changed: correct the table in scripts/mutations.js.',
    )
  }
  return text.replace(anchor, () => replacement)
}

/** Every file with one check disabled. Throws if the code has changed and a check is not there. */
export function listMutations() {
  return [
    ...Object.entries(MUTATIONS).map((each) => [READING, ...each]),
    ...Object.entries(APPLY_MUTATIONS).map((each) => [APPLYING, ...each]),
  ].flatMap(([{ folder, tests }, file, mutations]) => {
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
}
