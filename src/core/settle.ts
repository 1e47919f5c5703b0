/**
 * The words of a policy that would settle a finding: ready to paste, quoted where YAML needs it.
 * Only an offer: whether the account or the policy is wrong is for people to decide.
 */
import type { WantedCustomRole } from './policy.ts'
import type { Role } from './snapshot.ts'

/** What to write, and where in the policy: `agents`, `teams`, or a key below a team. */
export interface Settlement {
  readonly path: readonly string[]
  readonly lines: readonly string[]
}

export interface AgentEntry {
  readonly role: Role
  readonly name?: string | null
  readonly customRole?: WantedCustomRole | null
  readonly reason?: string | null
  readonly pendingUntil?: string | null
}

/** The entry of a person in `agents`: the short form where it says enough. */
export function agentSettlement(email: string, entry: AgentEntry): Settlement {
  const { role, name = null, customRole = null, reason = null, pendingUntil = null } = entry
  const keys = [
    `role: ${role}`,
    ...(name === null ? [] : [`name: ${yamlText(name)}`]),
    ...(customRole === null ? [] : [`custom_role: ${customRoleText(customRole)}`]),
    ...(reason === null ? [] : [`reason: ${yamlText(reason)}`]),
    ...(pendingUntil === null ? [] : [`pending_until: ${pendingUntil}`]),
  ]
  const value = keys.length === 1 ? role : `{ ${keys.join(', ')} }`
  return { path: ['agents'], lines: [`${yamlText(email)}: ${value}`] }
}

function customRoleText(role: WantedCustomRole): string {
  return 'id' in role ? `{ id: ${role.id} }` : yamlText(role.name)
}

/** The entry of a team in `teams`, with the members it has. */
export function teamSettlement(team: string, members: readonly string[]): Settlement {
  return { path: ['teams'], lines: [`${yamlText(team)}: [${members.map(yamlText).join(', ')}]`] }
}

export function memberSettlement(team: string, email: string): Settlement {
  return { path: ['teams', team, 'members'], lines: [`- ${yamlText(email)}`] }
}

export function settingSettlement(
  team: string,
  keys: Readonly<Record<string, string | boolean>>,
): Settlement {
  const lines = Object.entries(keys).map(
    ([key, value]) => `${key}: ${typeof value === 'string' ? yamlText(value) : value}`,
  )
  return { path: ['teams', team], lines }
}

// What every YAML reader takes for this very text, inside brackets too.
const PLAIN = /^[a-z][a-z0-9_]*(?:[ .@+-][a-z0-9_]+)*$/i
// Text in YAML 1.2, something else to older readers and to some editors.
const WORDS = /^(?:true|false|yes|no|on|off|y|n|null)$/i
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** A text as YAML: plain where that is safe, else in double quotes, always on one line. */
export function yamlText(text: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text
  return JSON.stringify(text).replace(UNPRINTABLE, (each) => {
    const code = Number(each.codePointAt(0)).toString(16)
    return each.length > 1 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
  })
}
