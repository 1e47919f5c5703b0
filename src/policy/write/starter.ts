/** The policy that `rollcall init` writes if there is no account to read yet. */
import { MODELINE } from './yaml.ts'

/** Whether a policy is still as it was written here, with only made-up people and no decisions. */
export function isStarter(text: string): boolean {
  const [, account] = /^account: (\d+)$/m.exec(text) ?? []
  const [, server] = /^server: (\S+)$/m.exec(text) ?? []
  const accountId = account === undefined ? null : Number(account)
  return text.replaceAll('\r\n', '\n') === writeStarter(server ?? null, accountId)
}

/** The made-up people of a starter that a policy still lists. */
export function findMadeUp(text: string): readonly string[] {
  return MADE_UP.filter((email) => new RegExp(`^ *${email}\\s*:`, 'm').test(text))
}

const MADE_UP = ['ada@example.com', 'grace@example.com']

/** Fills in what is known of server and account. The result is a valid policy with made-up people. */
export function writeStarter(origin: string | null, accountId: number | null): string {
  return `${MODELINE}
# Who may be on our Chatwoot account. Replace the made-up people, then run
# \`rollcall validate\` and \`rollcall plan\`. To get the people of your account instead, do not change this
# file: set CHATWOOT_BASE_URL to the URL of your dashboard, set CHATWOOT_API_TOKEN, and run
# \`rollcall init\` again.
version: 1

# The number after /app/accounts/ in the URL of your dashboard.
${accountId === null ? '# account: 1' : `account: ${accountId}`}
# rollcall refuses to compare this policy with any other server.
${origin === null ? '# server: https://chat.example.com' : `server: ${origin}`}

agents:
  # Administrators read everything, change every setting, add and remove people.
  ada@example.com: administrator
  grace@example.com: agent
  # An entry can have more keys:
  # linus@example.com:
  #   role: agent
  #   custom_role: Billing clerk
  #   reason: Holiday cover
  #   pending_until: 2027-01-31   # until then, the invitation may stay open

teams:
  # Everybody in a team is listed above. \`teams: {}\` means that there are none.
  support:
    - ada@example.com
    - grace@example.com
`
}
