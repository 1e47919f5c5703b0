/** The fleet file: what it means, and every error with its place, all in one run. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { parseServerAddress } from '../../src/chatwoot/address.ts'
import { Failure } from '../../src/core/messages/diagnostic.ts'
import { parseFleet } from '../../src/policy/read/fleet.ts'

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../schemas/fleet.schema.json', import.meta.url), 'utf8'),
)

const read = (text: string | Uint8Array) =>
  parseFleet(
    'fleet.yaml',
    typeof text === 'string' ? new TextEncoder().encode(text) : text,
    parseServerAddress,
  )

/** `line:column summary advice` of each error. */
function listErrors(text: string | Uint8Array): readonly string[] {
  try {
    read(text)
    return []
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    for (const { code } of error.diagnostics) expect(code).toBe('settings-fleet-invalid')
    return error.diagnostics.map(
      ({ location, summary, advice }) =>
        `${location?.line}:${location?.column} ${summary} ${advice ?? ''}`,
    )
  }
}

const GOOD = `version: 1
accounts:
  - name: acme
    policy: policies/acme.yaml
    base_url: https://chat.acme.com/
    account: 1
    token_env: ACME_TOKEN
  - name: beta
    policy: policies/beta.yaml
    base_url: https://chat.acme.com/app/accounts/2/dashboard
    account: 2
    token_env: ACME_TOKEN
  - { name: Gamma AG, policy: ../g.yaml, base_url: "https://help.gamma.de", account: 1, token_file: secrets/gamma, ca_file: ca.pem, header_file: headers }
`

describe('a fleet file', () => {
  test('lists accounts with their policies, servers and tokens', () => {
    const { accounts, path, sha256 } = read(GOOD)
    expect([path, sha256.length]).toEqual(['fleet.yaml', 64])
    const short = accounts.map((each) => [
      each.name,
      each.policy.value,
      each.server.value.baseUrl,
      each.account.value,
      `${each.token.from} ${each.token.value}`,
      each.caFile?.value ?? null,
      each.headerFile?.value ?? null,
      `${each.location.line}:${each.location.column}`,
    ])
    expect(short).toEqual([
      [
        'acme',
        'policies/acme.yaml',
        'https://chat.acme.com',
        1,
        'token_env ACME_TOKEN',
        null,
        null,
        '3:11',
      ],
      [
        'beta',
        'policies/beta.yaml',
        'https://chat.acme.com',
        2,
        'token_env ACME_TOKEN',
        null,
        null,
        '8:11',
      ],
      [
        'Gamma AG',
        '../g.yaml',
        'https://help.gamma.de',
        1,
        'token_file secrets/gamma',
        'ca.pem',
        'headers',
        '13:13',
      ],
    ])
  })

  test.each<readonly [string, string, readonly string[]]>([
    [
      'that is empty',
      '',
      ['1:1 The fleet file is empty. Begin with `version: 1`, then list `accounts`.'],
    ],
    [
      'that is a list',
      '- a',
      ['1:1 The fleet file must be a map with `version` and `accounts`, not a list.'],
    ],
    ['without accounts', 'version: 1', ['1:1 The fleet file needs the key `accounts`.']],
    [
      'with no accounts',
      'version: 1\naccounts: []',
      ['2:11 `accounts` must be a list of accounts, not an empty list.'],
    ],
    ['with accounts without a value', 'version: 1\naccounts:', ['2:1 `accounts` has no value.']],
    [
      'of another version',
      GOOD.replace('version: 1', 'version: 2'),
      ['1:10 `version` must be the number 1, not the number 2.'],
    ],
    [
      'without a version',
      GOOD.replace('version: 1\n', ''),
      ['1:1 The fleet file needs the key `version`.'],
    ],
    [
      'that is a policy',
      'version: 1\naccount: 1\nteams: {}\nagents: {}\n',
      ['4:1 This is a policy, not a fleet file. Leave out --fleet'],
    ],
    [
      'with a section of a policy',
      `${GOOD}teams: {}\n`,
      ['14:1 The fleet file does not allow the key `teams`. Remove it.'],
    ],
    [
      'with a misspelt key',
      GOOD.replace('accounts:', 'acounts:'),
      ['2:1 The fleet file does not allow the key `acounts`. Did you mean `accounts`?'],
    ],
    [
      'with a key twice',
      GOOD.replace('    account: 2\n', '    account: 2\n    name: x\n'),
      ['12:5 The key `name` already exists at 8:5. Keep one of them'],
    ],
    [
      'with two documents',
      `${GOOD}---\n{}\n`,
      [
        '14:1 A second YAML document begins here, but a fleet file must contain only one. Remove the `---`',
      ],
    ],
    [
      'with an alias',
      GOOD.replace('acme\n', '&a acme\n').replace('beta\n', '*a\n'),
      ['3:11 `&a` is a YAML anchor. A fleet file must not use anchors.'],
    ],
    [
      'with a merge key',
      GOOD.replace('    account: 2\n', '    account: 2\n    <<: {}\n'),
      [
        '12:5 `<<` is a YAML merge key. A fleet file must not use merge keys. Write the merged keys out.',
      ],
    ],
    [
      'with a tag',
      GOOD.replace('acme\n', '!x acme\n'),
      ['3:11 `!x` is a YAML tag. A fleet file must not use tags.'],
    ],
    [
      'with a conflict of git',
      `<<<<<<< ours\n${GOOD}`,
      ['1:1 This line is a conflict marker of git'],
    ],
    [
      'with a key that is indented too far',
      GOOD.replace('    policy: policies/beta', '     policy: policies/beta'),
      [
        '8:5 `name` is not indented correctly. Indent all accounts alike: `- name:` first, and the other keys',
      ],
    ],
    [
      'with a key that is not indented enough',
      GOOD.replace('    policy: policies/beta', '   policy: policies/beta'),
      ['9:1 This is not valid YAML: Sequence item without - indicator.'],
    ],
    [
      'with a bracket that is not closed',
      'accounts: [a\nversion: 1\n',
      ['1:11 The bracket `[` is not closed.'],
    ],
    [
      'with an account that is text',
      `${GOOD}  - acme\n`,
      ['14:5 Account 4 must be a map, not the text `acme`.'],
    ],
    [
      'with an account without keys',
      'version: 1\naccounts: [{}]',
      [
        '2:12 Account 1 needs the key `name`.',
        '2:12 Account 1 needs the key `policy`.',
        '2:12 Account 1 needs the key `base_url`.',
        '2:12 Account 1 needs the key `account`.',
        '2:12 Account 1 needs the key `token_env` or `token_file`.',
      ],
    ],
    [
      'with wrong values',
      'version: 1\naccounts:\n  - { name: 7, policy: "-", base_url: chat.acme.com, account: "1", token_env: s3cr3t-T0ken }',
      [
        '3:13 `name` of account 1 must be text of 1 to 64 characters, not the number 7.',
        '3:24 `policy` of account 1 must be the path of a file, not the text `-`.',
        '3:39 `base_url` of account 1 must be the URL of a server, not the text `chat.acme.com`.',
        '3:63 `account` of account 1 must be a positive whole number, not the text `1`.',
        '3:79 `token_env` of account 1 must be the name of an environment variable. Write',
      ],
    ],
    [
      'with a key without a value',
      GOOD.replace('token_env: ACME_TOKEN\n  - name: beta', 'token_env:\n  - name: beta'),
      [
        '7:5 `token_env` of account 1 (`acme`) has no value. Write the name of the variable that contains the token, never the token itself.',
      ],
    ],
    [
      'with both ways to give a token',
      GOOD.replace('account: 1\n', 'account: 1\n    token_file: t\n'),
      ['7:5 Account 1 (`acme`) has both `token_env` and `token_file`.'],
    ],
    [
      'with a misspelt key of an account',
      GOOD.replace('    token_env', '    token_ev'),
      ['7:5 Account 1 (`acme`) does not allow the key `token_ev`. Did you mean `token_env`?'],
    ],
    [
      'with a token in it',
      GOOD.replace('token_env: ACME_TOKEN', 'token: s3cr3t'),
      ['7:5 Account 1 (`acme`) does not allow the key `token`.'],
    ],
    [
      'with a token and no space before it',
      GOOD.replace('token_env: ACME_TOKEN', 'token_env:s3cr3t'),
      ['7:5 There is no colon and space in this line. Write a key as'],
    ],
    [
      'with a name that has a colon',
      GOOD.replace('name: acme', 'name: acme: eu'),
      ['3:11 This is not valid YAML: Nested mappings'],
    ],
    [
      'without a space after a dash',
      GOOD.replace('- name: acme', '-name: acme'),
      ['3:3 There is no space after the `-` in this line. Write a space'],
    ],
    ['that is a token', 's3cr3tT0kenOfAda1234', ['1:1 The fleet file must be a map with']],
    [
      'with a URL that cannot be used',
      GOOD.replace('https://help', 'https://user:pass@help'),
      [
        '13:52 `base_url` of account 3 (`Gamma AG`): The base URL contains a user name or a password',
      ],
    ],
    [
      'with the dashboard of another account',
      GOOD.replace('accounts/2/', 'accounts/3/'),
      [
        '11:14 Account 2 (`beta`) has `account: 2`, but its `base_url` is the dashboard of account 3.',
      ],
    ],
    [
      'with a name twice',
      GOOD.replace('name: beta', 'name: ACME'),
      ['8:11 The name `ACME` is already used at 3:11 as `acme`.'],
    ],
    [
      'with the same name twice',
      GOOD.replace('name: beta', 'name: acme'),
      ['8:11 The name `acme` is already used at 3:11.'],
    ],
    [
      'with an account twice',
      GOOD.replace('account: 2\n', 'account: 1\n').replace('/app/accounts/2/dashboard', ''),
      ['11:14 `beta` is the same account as `acme`: account 1 on https://chat.acme.com.'],
    ],
    [
      'with one variable for two servers',
      GOOD.replace('token_file: secrets/gamma', 'token_env: ACME_TOKEN'),
      ['13:100 `Gamma AG` has the same `token_env` as `acme`, but is on another server.'],
    ],
    [
      'with one file for two servers',
      GOOD.replace(/token_env: ACME_TOKEN/g, 'token_file: ./secrets/../secrets/gamma'),
      ['13:101 `Gamma AG` has the same `token_file` as `acme`, but is on another server.'],
    ],
    [
      'with two sets of headers for one server',
      GOOD.replace('account: 2\n', 'account: 2\n    header_file: h\n'),
      ['12:18 `beta` has a different `header_file` from `acme`, which is on the same server.'],
    ],
    [
      'with authorities for half of a server',
      GOOD.replace('account: 1\n', 'account: 1\n    ca_file: h\n'),
      ['9:5 `beta` has a different `ca_file` from `acme`, which is on the same server.'],
    ],
  ])('%s is refused, with the place', (_, text, says) => {
    const errors = listErrors(text)
    expect(errors.map((each, at) => each.slice(0, says[at]?.length))).toEqual(says)
  })

  test.each([
    [
      'for the name of its variable',
      'token_env: ACME_TOKEN',
      'token_env: aTokenOfChatwootXXXXXX24',
    ],
    ['with a character no name has', 'token_env: ACME_TOKEN', 'token_env: 9-aTokenOfChatwoot'],
    ['under a key of its own', 'token_env: ACME_TOKEN', 'token: aTokenOfChatwoot'],
    ['in a URL', 'https://help', 'https://user:aTokenOfChatwoot@help'],
    ['in a line that is not YAML', 'token_env: ACME_TOKEN', 'token_env: "aTokenOfChatwoot'],
    ['in a file that is not UTF-8', 'token_env: ACME_TOKEN', 'token: aTokenOfChatwoot \ufffd'],
    [
      'in a file with control characters',
      'token_env: ACME_TOKEN',
      'token: aTokenOfChatwoot \u0007',
    ],
  ])('with a token %s is refused, and no message shows it', (_, key, wrong) => {
    const text = GOOD.replace(key, wrong)
    const bytes = Buffer.from(text.replaceAll('\ufffd', '\u0080'), 'latin1')
    try {
      read(wrong.includes('\ufffd') ? bytes : text)
      expect.unreachable()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      expect(error.diagnostics).not.toEqual([])
      expect(JSON.stringify(error.diagnostics)).not.toContain('aTokenOfChatwoot')
    }
  })

  test('that is no text is refused', () => {
    expect(listErrors(new Uint8Array([0xff, 0xfe, 0x41]))[0]).toContain(
      'The fleet file is not valid UTF-8',
    )
    expect(listErrors('version: 1\u0000')[0]).toContain('1:11 This is not a text file')
  })

  test('shows every error of every account at once, in the order of the file', () => {
    const text = GOOD.replace('version: 1', 'version: 3')
      .replace('policy: policies/beta.yaml', 'polcy: x')
      .replace('account: 1, token_file', 'account: 0, token_file')
    expect(listErrors(text).map((each) => each.split(' ')[0])).toEqual(['1:10', '9:5', '13:86'])
  })
})

describe('the schema of the fleet file', () => {
  const fits = new Ajv2020({ strict: true, strictRequired: false }).compile(SCHEMA)

  test('has the keys that rollcall reads, each explained with an example', () => {
    const { properties } = SCHEMA.$defs.account
    for (const each of [...Object.values(SCHEMA.properties), ...Object.values(properties)]) {
      expect(each).toMatchObject({ title: /./, description: /\.$/, examples: [expect.anything()] })
    }
    for (const example of SCHEMA.examples) expect(listErrors(stringify(example))).toEqual([])
  })

  test('accepts a value exactly if rollcall does', () => {
    const good = parse(GOOD).accounts[2]
    const anyValue = fc.oneof(
      fc.constantFrom(
        null,
        true,
        0,
        -1,
        1.5,
        7,
        2 ** 53,
        '',
        ' ',
        'a',
        ' a',
        '-',
        'a\u0007b',
        'a\ud800',
        'x'.repeat(64),
      ),
      fc.constantFrom(
        '😀'.repeat(64),
        'x'.repeat(65),
        'A_1',
        '1A',
        'aVariableOfTwentyFour242',
        'aVariableOfTwentyFour2424',
        'A_VARIABLE_OF_TWENTYFOUR',
        'https://x.de',
        'HTTP://x.de',
        'http:x',
        [],
        {},
      ),
      fc.string(),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(SCHEMA.$defs.account.properties)),
        anyValue,
        (key, value) => {
          const { token_file, ...rest } = good
          const account = { ...rest, ...(key === 'token_env' ? {} : { token_file }), [key]: value }
          const document = { version: 1, accounts: [account] }
          const refused = listErrors(stringify(document, { lineWidth: 0 }))
          // An address can be wrong in more ways than a pattern knows.
          const more = refused.filter((each) => !/: The base URL/.test(each))
          expect([fits(document), more]).toEqual([more.length === 0, more])
        },
      ),
      { numRuns: 500 },
    )
  })
})
