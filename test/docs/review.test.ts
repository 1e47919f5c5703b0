/** Every command block of docs/review.md, run in the order of the page. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connection, EXACT, folder, run, serve } from '../cli/world.ts'

const PAGE = readFileSync(new URL('../../docs/review.md', import.meta.url), 'utf8')

/** What each command ends with when one administrator was removed in the meantime. */
const ENDS: Readonly<Record<string, number>> = {
  'rollcall diff review-2026-11/snapshot.json later.json': 2,
  'rollcall plan --snapshot later.json --max-age 7d': 2,
  'rollcall diff rollcall.yaml proposed.yaml': 2,
}

test('the commands of the page do what it says, one after the other', async () => {
  const proposed = EXACT.replace(/ {2}mallory.*\n/, '')
  const cwd = folder({
    'rollcall.yaml': EXACT,
    'proposed.yaml': proposed,
    'reviewers.txt': 'ada@acme.com\ngrace@acme.com\n',
  })
  const sandbox = await serve()
  const env = { ...connection(sandbox), CHATWOOT_ACCOUNT_ID: '1' }
  const lines = [...PAGE.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  )
  expect(lines.length).toBe(12)
  let hour = 8
  for (const line of lines) {
    const [program, ...words] = line.split(' ')
    if (program === 'cp') {
      const [from = '', to = ''] = words
      writeFileSync(join(cwd, to), filledIn(readFileSync(join(cwd, from), 'utf8')))
      continue
    }
    if (line.startsWith('rollcall snapshot')) {
      const [account] = sandbox.state.accounts
      if (account) account.members = account.members.filter(({ email }) => !email.includes('evil'))
    }
    hour += 1
    const now = () => new Date(Date.UTC(2026, 10, 23, hour))
    const { code, stdout } = await run(words, { env, world: { cwd, now } })
    expect([line, code, stdout !== '']).toEqual([line, ENDS[line] ?? 0, true])
  }
})

/** As a reviewer would: mallory goes, everybody else stays. */
function filledIn(form: string): string {
  return form.replace(/^"([^"]+)"(.*)"","","","",""/gm, (_, email: string, rest: string) => {
    const reviewer = email === 'ada@acme.com' ? 'grace@acme.com' : 'ada@acme.com'
    const decision = email.includes('evil') ? 'remove' : 'keep'
    return `"${email}"${rest}"${decision}","${reviewer}","2026-11-23","","nobody knows what they do"`
  })
}
