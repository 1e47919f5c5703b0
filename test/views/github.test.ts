/** The log of a GitHub Actions job: what the runner takes for a command, and what it must not. */
import { describe, expect, test } from 'vitest'
import { renderGithub } from '../../src/views/github.ts'
import { renderPlain } from '../../src/views/text/lines.ts'
import { HOSTILE, named, REPORTS } from './reports.ts'

const HERE = { uri: (file: string) => file }
const cases = Object.entries(REPORTS)

interface Command {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly data: string
}

/** As the runner reads a log: `::name key=value,…::data` after any white space, or `##[` anywhere. */
function commandsIn(log: string): Command[] {
  return log.split('\n').flatMap((line) => {
    if (line.includes('##[')) return [{ name: '##[', properties: {}, data: line }]
    const [, name = '', properties = '', data = ''] =
      /^\s*::([^ :]+)(?: ([^:]*))?::(.*)$/.exec(line) ?? []
    if (name === '')
      return line.trimStart().startsWith('::') ? [{ name: '?', properties: {}, data: line }] : []
    const decoded = properties
      .split(',')
      .filter(Boolean)
      .map((each) => {
        const [key = '', ...value] = each.split('=')
        return [key, decode(value.join('='))] as const
      })
    return [{ name, properties: Object.fromEntries(decoded), data: decode(data) }]
  })
}

function decode(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}

describe('github', () => {
  test.each(cases.filter(([name]) => name !== 'two-thousand-findings'))(
    '%s reads as the golden file',
    async (name, report) => {
      // Lines that stand there in the text report, which has a golden file of its own, are left out.
      const text = renderPlain(report).split('\n')
      const lines = renderGithub(report, HERE).split('\n')
      const own = lines.filter((line, n) => line !== text[n])
      await expect(own.join('\n')).toMatchFileSnapshot(`golden/${name}.github.txt`)
    },
  )

  test.each(cases)('%s: every command is one of ours', (_name, report) => {
    for (const { name, properties } of commandsIn(renderGithub(report, HERE))) {
      expect(['error', 'warning']).toContain(name)
      expect(Object.keys(properties)).toContain('title')
    }
  })

  test('a finding is put at its line, with what it means and what to do', () => {
    const [first] = commandsIn(renderGithub(named('drift-of-every-kind'), HERE))
    expect(first?.name).toBe('error')
    expect(first?.properties).toMatchObject({ file: 'rollcall.yaml', line: '3', col: '1' })
    expect(first?.data).toMatch(
      /^agent\/mallory@evil\.example: administrator, not in the policy; in billing\. If nobody/,
    )
  })

  test('a diagnostic is put at its line, or nowhere where it has none', () => {
    const errors = commandsIn(renderGithub(named('invalid-policy'), HERE))
    expect(errors.map(({ properties }) => properties['line'])).toEqual(['6', '7', '9'])
    const [usage] = commandsIn(renderGithub(named('wrong-usage'), HERE))
    expect(usage?.properties).toEqual({ title: 'usage-option' })
    expect(usage?.data).toBe('--fromat is not an option of rollcall plan.')
  })

  test('critical findings stand before why other accounts have no verdict', () => {
    const [, none, drift] = named('several-accounts').accounts
    const accounts = [...Array(20).fill(none), drift]
    const commands = commandsIn(renderGithub({ ...named('several-accounts'), accounts }, HERE))
    const errors = commands.filter(({ name }) => name === 'error')
    expect(errors.slice(0, 4).map(({ data }) => data)).toEqual(
      Array(4).fill(expect.stringMatching(/: administrator, not in the policy/)),
    )
    // The place of a shared policy does not say which account it is.
    expect(errors[0]?.data).toMatch(/^Account 3 "[^"]+" on chat\.acme\.com: agent\//)
    expect(errors[4]?.properties).toEqual({ title: 'network-refused' })
  })

  test('a policy that is not in the repository has no line there', () => {
    const commands = commandsIn(renderGithub(named('drift-of-every-kind'), { uri: () => null }))
    expect(commands.every(({ properties }) => Object.keys(properties).join() === 'title')).toBe(
      true,
    )
  })

  test('at most ten errors and ten warnings, and the last says how many more', () => {
    const commands = commandsIn(renderGithub(named('two-thousand-findings'), HERE))
    expect(commands.length).toBe(10)
    expect(commands[9]?.data).toContain('(And 1990 more: see the log of this step.)')
    expect(commands[8]?.data).not.toContain('more, see')
  })

  test('the worst findings of all accounts come first', () => {
    const report = named('several-accounts')
    const messages = commandsIn(renderGithub(report, HERE)).map(({ data }) => data)
    const firstHigh = messages.findIndex((text) => text.includes('agent, not in the policy'))
    const lastCritical = messages.findLastIndex((text) =>
      text.includes('administrator, not in the policy'),
    )
    expect(lastCritical).toBeLessThan(firstHigh)
  })

  test.each([
    '::error::pwn',
    '   ::set-output name=x::y',
    '\u00a0::add-mask::a',
    'x ##[command]y',
    '%0A::error::pwn',
    'a,line=1::b',
    HOSTILE,
  ])('a name cannot begin a command: %j', (name) => {
    const report = named('drift-of-every-kind')
    const [account] = report.accounts
    const path = `${name}.yaml`
    const location = { file: path, line: 1, column: 1 }
    const told = {
      ...account,
      policy: { path, sha256: null },
      account: { id: 1, name },
      findings: account?.findings.map((each) => ({
        ...each,
        address: name,
        location,
        summary: `${name} ${name} ${name}`,
      })),
    }
    const commands = commandsIn(renderGithub({ ...report, accounts: [told as never] }, HERE))
    expect(new Set(commands.map((each) => each.name))).toEqual(new Set(['error', 'warning']))
    expect(commands.length).toBe(10 + 3)
    for (const { properties } of commands) {
      expect(Object.keys(properties).sort()).toEqual(['col', 'file', 'line', 'title'])
      expect(properties['line']).toBe('1')
    }
  })
})
