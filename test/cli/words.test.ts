/** How the words of a command line are read: each is refused, or means one thing. Never a third. */
import { describe, expect, test } from 'vitest'
import { connection, EXACT, run, serve } from './world.ts'

/** Somebody of the policy is missing, which is a warning only: `--strict` decides. */
const WARNED = `${EXACT.replace('agents:\n', 'agents:\n  hedy@acme.com: agent\n')}severity: { agent-missing: warning }\n`

/** What a refused command line says: one text for each thing that is wrong, in order. */
async function refusals(words: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await run(words, { files: { p: EXACT } })
  expect([code, stdout]).toEqual([1, ''])
  const help = ` Run \`rollcall ${words[0]} --help\` for its options.`
  return stderr
    .trimEnd()
    .split('\n\n')
    .map((block) => block.replace(/\s+/g, ' '))
    .map((text) => {
      expect(text.endsWith(help)).toBe(true)
      return text.slice('error: '.length, -help.length)
    })
}

const UNKNOWN = (option: string, command = 'plan') => `rollcall ${command} has no option ${option}.`
const MEANT = (option: string, meant: string) => `${UNKNOWN(option)} Did you mean ${meant}?`
const ALONE = '--strict takes no value. Remove the value.'
const COUNT = (text: string) =>
  `--concurrency has the invalid value "${text}". Give a whole number from 1 to 64.`
const DURATION = (text: string) =>
  `--timeout has the invalid value "${text}". Give a number of seconds, or a number with a unit: 90s, 5m, 1h. The maximum is 24h.`
const RETRY = (text: string) => DURATION(text).replace('--timeout', '--retry-for')
const AGE = (text: string) =>
  `--max-age has the invalid value "${text}". Give a number of seconds, or a number with a unit: 5m, 12h, 7d.`
const FORMATS =
  'Choices: text, json, markdown, github, junit, sarif, html, csv, openmetrics, slack, msteams.'

describe('refused, before anything is read:', () => {
  test.each<readonly [string, ...string[]]>([
    // A flag is there or not: nothing that follows it can switch it off.
    ['plan --strict=yes p', ALONE],
    ['plan --strict= p', ALONE],
    ['plan --strict=true p', ALONE],
    ['plan --strict=false p', ALONE],
    ['plan --strict --strict p', '--strict is given more than once. Give it once.'],
    ['plan --no-strict p', UNKNOWN('--no-strict')],
    // Names are matched letter by letter.
    ['plan --Strict p', MEANT('--Strict', '--strict')],
    ['plan --stric p', MEANT('--stric', '--strict')],
    ['plan --baseUrl=https://chat.acme.com p', MEANT('--baseUrl', '--base-url')],
    ['plan --_ x', UNKNOWN('--_')],
    ['plan --__proto__ x', UNKNOWN('--__proto__')],
    ['plan --toString p', UNKNOWN('--toString')],
    ['plan -p', UNKNOWN('-p')],
    ['plan -format json', ...['-f', '-o', '-r', '-m', '-a', '-t'].map((each) => UNKNOWN(each))],
    ['plan -oFILE', ...['-o', '-F', '-I', '-L', '-E'].map((each) => UNKNOWN(each))],
    ['export -xoFILE', UNKNOWN('-x', 'export')],
    ['plan --help=x', MEANT('--help', '--help')],
    // A value that is wanted and not there; the next option is not one.
    ['plan --format --color never', '--format has no value. Write it as --format VALUE.'],
    ['plan --color=', '--color has no value. Write it as --color VALUE.'],
    ['plan --report', '--report has no value. Write it as --report FORMAT=PATH.'],
    ['plan --report= --report text=x', '--report has no value. Write it as --report FORMAT=PATH.'],
    ['plan --snapshot --strict', '--snapshot has no value. Write it as --snapshot FILE.'],
    ['plan --max-age', '--max-age has no value. Write it as --max-age DURATION.'],
    ['export -o', '-o has no value. Write it as -o FILE.'],
    ['export --output', '--output has no value. Write it as --output FILE.'],
    // Once, under whichever name.
    ['plan --timeout 1m --timeout 2m', '--timeout is given more than once. Give it once.'],
    [
      'plan --base-url http://a --chatwoot-base-url http://b',
      '--chatwoot-base-url is given more than once. Give it once.',
    ],
    ['export -of --output=g', '--output is given more than once. Give it once.'],
    // Values are taken as they are written.
    ['plan --concurrency 1e2', COUNT('1e2')],
    ['plan --concurrency 0x10', COUNT('0x10')],
    ['plan --concurrency 4.0', COUNT('4.0')],
    ['plan --concurrency -1', COUNT('-1')],
    ['plan --concurrency 65', COUNT('65')],
    ['plan --timeout -5', DURATION('-5')],
    ['plan --timeout 2d', DURATION('2d')],
    ['plan --timeout 1h30m', DURATION('1h30m')],
    ['plan --timeout 0', DURATION('0')],
    ['plan --max-age 0', AGE('0')],
    // Not at all is a number of seconds, written as one.
    ['plan --retry-for', '--retry-for has no value. Write it as --retry-for DURATION.'],
    ['plan --retry-for -1', RETRY('-1')],
    ['plan --retry-for 00', RETRY('00')],
    ['plan --retry-for 0.0', RETRY('0.0')],
    ['plan --retry-for none', RETRY('none')],
    ['plan --retry-for 2d', RETRY('2d')],
    ['plan --retry-for 0 --retry-for 0', '--retry-for is given more than once. Give it once.'],
    [
      'plan --today 2026-02-30',
      '--today has the invalid value "2026-02-30". Give a valid date as YYYY-MM-DD.',
    ],
    ['plan --format JSON', `--format has the invalid value "JSON". Did you mean json? ${FORMATS}`],
    [
      'plan --format json,text',
      `--format has the invalid value "json,text". Did you mean json? ${FORMATS}`,
    ],
    ['plan --format toString', `--format has the invalid value "toString". ${FORMATS}`],
    // Everything that is wrong is said, the words in their order and then the values.
    [
      'plan --timeout soon --fromat json --strict=1 --max-bytes 5 --concurrency',
      MEANT('--fromat', '--format'),
      ALONE,
      '--concurrency has no value. Write it as --concurrency N.',
      '--max-bytes has the invalid value "5". Give a whole number from 2000 to 10000000.',
      DURATION('soon'),
    ],
    [
      'plan --concurrency 0 --concurrency',
      '--concurrency is given more than once. Give it once.',
      COUNT('0'),
    ],
  ])('%s', async (words, ...expected) => {
    expect(await refusals(words.split(' '))).toEqual(expected)
  })

  test.each<readonly [readonly string[], string]>([
    [['plan', '--format', ''], '--format has no value. Write it as --format VALUE.'],
    [['plan', '--timeout', ' '], '--timeout has no value. Write it as --timeout DURATION.'],
    [['plan', '--snapshot=\t'], '--snapshot has no value. Write it as --snapshot FILE.'],
    [['plan', '--report', '  '], '--report has no value. Write it as --report FORMAT=PATH.'],
    [['export', '-o', ''], '-o has no value. Write it as -o FILE.'],
    [['plan', '--strict= '], ALONE],
  ])('%j, where a value is empty or blank', async (words, expected) => {
    expect(await refusals(words)).toEqual([expected])
  })

  test.each([
    [['plan', '']],
    [['plan', 'p', ' \t']],
    [['plan', '--', '']],
    [['plan', '--strict', '', 'p']],
    [['list', '']],
    [['review', 'close', '']],
  ])('%j, where a word is empty or blank', async (words) => {
    const { code, stdout, stderr } = await run(words, { files: { p: EXACT } })
    const command = words[1] === 'close' ? 'review close' : words[0]
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(`error: rollcall ${command} has an empty argument.\n`)
  })
})

describe('understood:', () => {
  const verdictOf = async (...words: readonly string[]) => {
    const env = connection(await serve())
    const { code, stdout } = await run(['plan', '--format', 'json', ...words], {
      files: { p: WARNED, 'rollcall.yaml': WARNED, '--strict': WARNED },
      env,
    })
    const { strict, accounts } = JSON.parse(stdout)
    return [code, strict, accounts.map((each: { policy: { path: string } }) => each.policy.path)]
  }

  test.each([
    [['p'], [0, false, ['p']]],
    [
      ['--strict', 'p'],
      [2, true, ['p']],
    ],
    [
      ['p', '--strict'],
      [2, true, ['p']],
    ],
    [['--strict'], [2, true, ['rollcall.yaml']]],
    // What follows a flag is a policy, which is not there: no verdict.
    [
      ['--strict', 'false', 'p'],
      [1, true, ['false', 'p']],
    ],
    // Behind `--` there are no options.
    [
      ['p', '--', '--strict'],
      [1, false, ['p', '--strict']],
    ],
    [
      ['--', '--strict'],
      [0, false, ['--strict']],
    ],
  ])('plan %j has the exit code, strictness and policies %j', async (words, expected) => {
    expect(await verdictOf(...words)).toEqual(expected)
  })

  test('`-` alone is standard input, as a policy or as the value of an option', async () => {
    const files = { p: EXACT }
    const { stdout } = await run(['plan', '--snapshot', '-', 'p'], { files, stdin: '{' })
    expect(stdout).toContain('error: The snapshot <stdin> ')
    const { code } = await run(['validate', '-'], { stdin: EXACT })
    expect(code).toBe(0)
  })

  test.each([
    [['-o', 'FILE'], 'FILE'],
    [['-oFILE'], 'FILE'],
    [['-o=FILE'], '=FILE'],
    [['-o', '-x'], '-x'],
    [['--output', 'FILE'], 'FILE'],
    [['--output=--x'], '--x'],
  ])('export %j writes %s', async (words, file) => {
    const env = { ...connection(await serve()), CHATWOOT_ACCOUNT_ID: '1' }
    const { code, stdout } = await run(['export', ...words], { env })
    expect([code, stdout]).toEqual([0, `Written: ${file}\n`])
  })

  test('a list holds every value that it is given', async () => {
    const words = ['--report', 'jsn=a', '--report=text=', '--report', 'csv=-']
    const { code, stderr } = await run(['plan', ...words], { files: { p: EXACT } })
    expect([code, stderr.match(/--report has the invalid value "[^"]*"/g)]).toEqual([
      1,
      ['jsn=a', 'text=', 'csv=-'].map((each) => `--report has the invalid value "${each}"`),
    ])
  })
})
