/** The two roles that Chatwoot has. */
export type Role = 'administrator' | 'agent'
