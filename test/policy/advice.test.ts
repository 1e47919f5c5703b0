/** Following the advice of an error leads to a policy that means what was meant, and checks no less. */
import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../src/policy/read/parse.ts'

function read(text: string): readonly string[] {
  return parsePolicy('p.yaml', Buffer.from(text)).diagnostics.map(({ location, summary, advice }) =>
    `${location?.line}:${location?.column} ${summary} ${advice}`.replaceAll('`', ''),
  )
}

const HEAD = 'version: 1\nagents:\n  ada@acme.com: administrator\n'

describe('a key that belongs elsewhere', () => {
  test.each([
    ['teams: [billing]', '5:5', 'teams', 'billing'],
    ['teams: billing', '5:5', 'teams', 'billing'],
    ['inboxes:\n      - Website', '5:5', 'inboxes', 'Website'],
  ])('the teams and inboxes of a person, as %j, are never ignored', (key, place, section, name) => {
    const errors = read(
      `version: 1\nagents:\n  ada@acme.com:\n    role: administrator\n    ${key}\n`,
    )
    expect(errors).toEqual([
      `${place} The entry of ada@acme.com does not allow the key ${section}. List the person below ${section}: instead, as ${name}: [ada@acme.com], and remove this key.`,
    ])
  })

  test.each([
    ['a section in a group', `${HEAD}inboxes:\n  Website:\n    members: []\n    teams: [x]\n`],
    ['a section in a rule', `${HEAD}rules:\n  agents: [ada@acme.com]\n`],
  ])('%s is not moved to what is ignored', (_, text) => {
    expect(read(text).join()).not.toContain('ignore')
  })

  test('a map does not move to where a number belongs', () => {
    expect(read(`${HEAD}people: { ken@acme.com: agent }\n`).join()).toContain('Remove it.')
    expect(read(`${HEAD}people: 2\n`).join()).toContain('Move it below apply.limits:')
  })

  test('a key with two homes names both', () => {
    expect(read(`${HEAD}rules: { min: 2 }\n`)).toEqual([
      '4:10 rules does not allow the key min. Move it below rules.administrators: or rules.team_members:, and indent it.',
    ])
  })
})

describe('a required key under another name', () => {
  test.each([
    ['teams: { billing: { agents: [ada@acme.com] } }', 'members'],
    ['inboxes: { Website: { agents: [ada@acme.com], channel: email } }', 'members'],
    ['custom_roles: { Clerk: { can: [contact_manage] } }', 'permissions'],
  ])('%s: is renamed, not removed', (section, meant) => {
    const errors = read(`${HEAD}${section}\n`)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain(`Did you mean ${meant}?`)
  })

  test('the role of a person', () => {
    expect(read(`${HEAD}  ken@acme.com: { access: agent }\n`)).toEqual([
      '4:19 The entry of ken@acme.com does not allow the key access. Did you mean role?',
    ])
  })

  test('is not guessed if the value does not fit', () => {
    expect(read(`${HEAD}teams: { billing: { lead: 3 } }\n`)[0]).toContain('Remove it.')
  })
})

describe('a word that begins several known words stands for none of them', () => {
  test.each([
    ['custom_roles: { Clerk: [conversation] }', 'Write one of conversation_manage, '],
    ['apply: { deny: [remove] }', 'Write one of create-custom-role, '],
    ['severity: { team: off }', 'Run rollcall explain for a list'],
  ])('%s', (section, advice) => {
    expect(read(`${HEAD}${section}\n`).join()).toContain(advice)
  })
})

describe('a file that is no policy may contain a token, so no message quotes it', () => {
  const TOKEN = 'sW3eTs3cr3tT0k3nOfAda99'
  test.each([
    ['a token', `${TOKEN}\n`],
    ['a token in quotes', `"${TOKEN}"\n`],
    ['settings', `CHATWOOT_BASE_URL=https://chat.acme.com\nCHATWOOT_API_TOKEN=${TOKEN}\n`],
    ['settings with a comment', `# chat\nexport CHATWOOT_API_TOKEN="${TOKEN}"\n`],
    ['headers', `Authorization: Bearer ${TOKEN}\nX-Key: ${TOKEN}: ${TOKEN}\n`],
    ['a header with a version', `X-Key: ${TOKEN}\nX-Version: 3\n`],
    ['a line without a colon', `Bearer ${TOKEN}\nX-Key: 1\n`],
    ['a list', `- ${TOKEN}\n- [${TOKEN}\n`],
    ['a character that YAML reserves', `@${TOKEN}\n`],
  ])('%s', (_, text) => {
    const { diagnostics } = parsePolicy('p.yaml', Buffer.from(text))
    expect(diagnostics.map(({ code, excerpt }) => [code, excerpt])).toEqual([
      ['policy-nothing-managed', null],
    ])
    expect(JSON.stringify(diagnostics)).not.toContain(TOKEN)
    expect(diagnostics[0]?.advice).toContain('Name a policy.')
  })
})
