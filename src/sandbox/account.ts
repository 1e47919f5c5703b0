/**
 * Makes the answers about an account, its teams and its custom roles, with keys in the order of
 * Chatwoot. Does not decide who may see them.
 */
import type { SandboxCustomRole, SandboxState, SandboxTeam, SandboxUser, Site } from './state.ts'
import { isSince } from './versions.ts'

type Body = Readonly<Record<string, unknown>>

export function makeAccountBody(site: Site): Body {
  const { state, account } = site
  return {
    settings: {},
    created_at: account.created_at,
    domain: account.domain,
    features: listFeatures(site),
    id: account.id,
    locale: 'en',
    name: account.name,
    support_email: account.support_email,
    status: account.status,
    cache_keys: { label: '0000000000', inbox: '0000000000', team: '0000000000' },
    latest_chatwoot_version: null,
    ...(state.edition === 'enterprise' ? { subscribed_features: [] } : {}),
  }
}

/** The features of a new account, with premium features in the order of Chatwoot. */
const FEATURES = (
  'inbound_emails channel_email channel_facebook help_center agent_bots macros ' +
  'agent_management team_management inbox_management labels custom_attributes automations ' +
  'canned_responses integrations voice_recorder channel_website campaigns reports crm ' +
  'auto_resolve_conversations audit_logs captain_integration custom_roles chatwoot_v4 ' +
  'contact_chatwoot_support_team channel_instagram captain_integration_v2 assignment_v2 ' +
  'channel_tiktok captain_tasks api_and_webhooks'
).split(' ')
const OFF_BY_DEFAULT = new Set([
  'audit_logs',
  'captain_integration',
  'captain_integration_v2',
  'custom_roles',
])

/** Only enabled features appear, always as true. */
function listFeatures(site: Site): Body {
  const names = new Set([...FEATURES, ...Object.keys(site.account.features)])
  return Object.fromEntries(
    [...names].filter((name) => isOn(site, name)).map((name) => [name, true]),
  )
}

/** @param feature a feature of the server, or one in the `features` of the account */
export function isOn({ state, account }: Site, feature: string): boolean {
  const known = feature !== 'api_and_webhooks' || isSince(state.version, 4, 16)
  const byDefault = known && FEATURES.includes(feature) && !OFF_BY_DEFAULT.has(feature)
  return account.features[feature] ?? byDefault
}

export function makeTeamBody(
  { state, account }: Site,
  team: SandboxTeam,
  caller: SandboxUser,
): Body {
  return {
    id: team.id,
    ...listTeamSettings(state, team),
    account_id: account.id,
    is_member: team.members.includes(caller.email) || team.members.includes(caller.id),
  }
}

export function listTeamSettings({ version }: SandboxState, team: SandboxTeam) {
  const { name, description, allow_auto_assign } = team
  const icon = isSince(version, 4, 16) ? { icon: '', icon_color: '' } : {}
  return { name, description, allow_auto_assign, ...icon }
}

export function makeCustomRoleBody(role: SandboxCustomRole): Body {
  return {
    id: role.id,
    name: role.name,
    description: role.description,
    permissions: role.permissions,
    created_at: role.created_at,
    updated_at: role.updated_at,
  }
}
