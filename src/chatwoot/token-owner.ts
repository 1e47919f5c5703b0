/**
 * Decodes the owner of the token, for `rollcall doctor`. Takes no other field, because a profile
 * contains the token as plain text.
 */
import { readField } from './read-field.ts'
import type { Decode } from './reply.ts'

/** The owner of a token and their accounts. All texts are untrusted. */
export interface Owner {
  readonly email: string
  readonly accounts: readonly {
    readonly id: number
    readonly name: string
    /** Null: Chatwoot stores this if somebody sends it an empty role. */
    readonly role: string | null
    readonly suspended: boolean
  }[]
}

/** Of `GET /api/v1/profile`. */
export const decodeOwner: Decode<Owner> = (body, refuse) => {
  const email = readField(body, 'email')
  const accounts = readField(body, 'accounts')
  if (typeof email !== 'string') return refuse('profile.email should be text')
  if (!Array.isArray(accounts)) return refuse('profile.accounts should be a list')
  return {
    email,
    accounts: accounts.map((each: unknown, index) => {
      const [id, name, role = null] = ['id', 'name', 'role'].map((key) => readField(each, key))
      const named = typeof id === 'number' && typeof name === 'string'
      if (!named || (role !== null && typeof role !== 'string')) {
        return refuse(`profile.accounts[${index}] should have an id, a name and a role`)
      }
      return { id, name, role, suspended: readField(each, 'status') === 'suspended' }
    }),
  }
}
