/**
 * The settings of an apply: it has its own token, and its account must also come from the settings.
 */
import type { ConnectionFlags } from '../../connect/account.ts'
import { type ResolvedSettings, resolveSettings } from '../../connect/settings.ts'
import { makeDiagnostic } from '../../core/messages/diagnostic.ts'
import type { Policy } from '../../core/model/policy.ts'
import { makeReader } from '../../policy/read/named-file.ts'
import type { World } from '../../shell/world.ts'

export async function resolveOwnSettings(
  policy: Policy | null,
  flags: ConnectionFlags,
  world: World,
): Promise<ResolvedSettings> {
  const variables = { name: 'CHATWOOT_APPLY_TOKEN', perAccount: false }
  const read = makeReader(world)
  const settings = await resolveSettings(policy, flags, world, read, variables)
  if (settings.connection === null) return settings
  const own = await resolveSettings(null, flags, world, read, variables)
  if (own.accountId !== null) return settings
  const { accountId } = settings.connection
  const problem = makeDiagnostic({
    code: 'settings-missing',
    summary: `Only the policy says that this is account ${accountId}. To write, apply needs the account from your settings too.`,
    advice: `Set CHATWOOT_ACCOUNT_ID=${accountId}, or give --account-id ${accountId}.`,
  })
  return { ...settings, connection: null, problems: [problem] }
}
