/**
 * Makes the answers about inboxes, with keys in the order of Chatwoot and with secrets, so that tests
 * can check that rollcall never shows them. `Channel::Api`, `Channel::Email` and
 * `Channel::WebWidget` are recorded; other channels have the common part and the secrets of the real
 * channel. Does not decide who may see them.
 */
import { compareCodeUnits } from '../core/model/names.ts'
import type { SandboxInbox, SandboxMember, Site } from './state.ts'
import { isSince } from './versions.ts'

type Body = Readonly<Record<string, unknown>>

/** Agents get only the inboxes in which they are members. */
export function makeInboxBodies({ state, account }: Site, caller: SandboxMember): readonly Body[] {
  const sortedByName = isSince(state.version, 4, 0)
  return account.inboxes
    .filter((inbox) => mayRead(inbox, caller))
    .map((inbox) => ({ inbox, key: sortedByName ? inbox.name.toLowerCase() : '' }))
    .sort((a, b) => compareCodeUnits(a.key, b.key) || a.inbox.id - b.inbox.id)
    .map(({ inbox }) => hideSecrets(makeInboxBody(inbox), caller))
}

export function mayRead(inbox: SandboxInbox, caller: SandboxMember): boolean {
  return caller.role === 'administrator' || inbox.members.includes(caller.email)
}

/** Only administrators get these; the other secrets go to everybody who gets the inbox. */
const FOR_ADMINISTRATORS =
  /^(?:hmac_token|secret|imap_\w+|smtp_\w+|account_sid|auth_token|provider_config)$/

function hideSecrets(body: Body, caller: SandboxMember): Body {
  if (caller.role === 'administrator') return body
  return Object.fromEntries(Object.entries(body).filter(([key]) => !FOR_ADMINISTRATORS.test(key)))
}

function makeInboxBody(inbox: SandboxInbox): Body {
  const { id, name, channel_type, enable_auto_assignment } = inbox
  // An existing key keeps its place.
  return { ...makeNewInbox(inbox), ...inbox.fields, id, name, channel_type, enable_auto_assignment }
}

function makeNewInbox({ id, channel_type, name, enable_auto_assignment }: SandboxInbox): Body {
  const widget = channel_type === 'Channel::WebWidget'
  const token = `SECRET-website-token-of-inbox-${id}`
  return {
    id,
    avatar_url: '',
    channel_id: id,
    name,
    channel_type,
    greeting_enabled: false,
    greeting_message: null,
    working_hours_enabled: false,
    enable_email_collect: true,
    csat_survey_enabled: false,
    csat_config: {},
    enable_auto_assignment,
    auto_assignment_config: {},
    out_of_office_message: null,
    working_hours: [0, 1, 2, 3, 4, 5, 6].map(makeWorkingHours),
    timezone: 'UTC',
    callback_webhook_url: null,
    allow_messages_after_resolved: true,
    lock_to_single_conversation: false,
    sender_name_type: 'friendly',
    business_name: null,
    allowed_domains: widget ? '' : null,
    widget_color: widget ? '#1f93ff' : null,
    website_url: widget ? 'https://www.example.com' : null,
    hmac_mandatory: widget || channel_type === 'Channel::Api' ? false : null,
    welcome_title: null,
    welcome_tagline: null,
    web_widget_script: widget ? SCRIPT.replace('TOKEN', token) : null,
    website_token: widget ? token : null,
    selected_feature_flags: widget ? ['attachments', 'emoji_picker', 'end_conversation'] : null,
    reply_time: widget ? 'in_a_few_minutes' : null,
    ...(widget ? makeWidgetFields(id) : {}),
    messaging_service_sid: null,
    phone_number: null,
    ...makeChannelFields(channel_type, id),
    provider: null,
  }
}

function makeWorkingHours(day: number): Body {
  const closed = day === 0 || day === 6
  return {
    day_of_week: day,
    closed_all_day: closed,
    open_hour: closed ? null : 9,
    open_minutes: closed ? null : 0,
    close_hour: closed ? null : 17,
    close_minutes: closed ? null : 0,
    open_all_day: false,
  }
}

function makeWidgetFields(id: number): Body {
  const field = (name: string, type: string, label: string, required: boolean) => {
    return { name, type, label, enabled: false, required, field_type: 'standard' }
  }
  return {
    hmac_token: `SECRET-hmac-token-of-inbox-${id}`,
    pre_chat_form_enabled: false,
    pre_chat_form_options: {
      pre_chat_fields: [
        field('emailAddress', 'email', 'Email Id', true),
        field('fullName', 'text', 'Full name', false),
        field('phoneNumber', 'text', 'Phone number', false),
      ],
      pre_chat_message: 'Share your queries or comments here.',
    },
    continuity_via_email: true,
  }
}

const SCRIPT = "<script>window.chatwootSDK.run({ websiteToken: 'TOKEN' })</script>"

function makeChannelFields(channel: string, id: number): Body {
  const secret = (what: string): string => `SECRET-${what}-of-inbox-${id}`
  switch (channel) {
    case 'Channel::Api':
      return {
        hmac_token: secret('hmac-token'),
        secret: secret('secret'),
        webhook_url: null,
        inbox_identifier: secret('identifier'),
        additional_attributes: {},
      }
    case 'Channel::Email':
      return {
        email: `inbox-${id}@mail.example`,
        forwarding_enabled: false,
        imap_login: 'imap-user',
        imap_password: secret('imap-password'),
        imap_address: 'imap.mail.example',
        imap_port: 993,
        imap_enabled: true,
        imap_enable_ssl: true,
        imap_authentication: 'plain',
        smtp_login: 'smtp-user',
        smtp_password: secret('smtp-password'),
        smtp_address: '',
        smtp_port: 0,
        smtp_enabled: false,
        smtp_domain: '',
        smtp_enable_ssl_tls: false,
        smtp_enable_starttls_auto: true,
        smtp_openssl_verify_mode: 'none',
        smtp_authentication: 'login',
      }
    case 'Channel::TwilioSms':
      return { account_sid: secret('account-sid'), auth_token: secret('auth-token') }
    case 'Channel::Whatsapp':
      return { provider_config: { api_key: secret('api-key') } }
    default:
      return {}
  }
}
