/**
 * Faults that only a reader of the body can see: the honest answer with one thing changed, into
 * something of the wrong type or something that another answer contradicts.
 */
import type { Endpoint, Exchange, Fault } from './faults.ts'

type Body = Record<string, unknown>
/** Changes a parsed body in place. False: it has nothing that could be changed so. */
type Edit = (body: unknown) => boolean

function lie(endpoint: Endpoint, name: string, edit: Edit): Fault {
  return {
    name,
    endpoints: [endpoint],
    apply: ({ response, honest }) => {
      const { status, headers, body } = honest()
      const edited: unknown = JSON.parse(body)
      if (!edit(edited)) return false
      answer(response, status, headers, edited)
      return true
    },
  }
}

function answer(
  response: Exchange['response'],
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): void {
  const text = JSON.stringify(body)
  const length = { 'content-length': Buffer.byteLength(text) }
  response.writeHead(status, { ...headers, ...length }).end(text)
}

const ID = {
  absent: undefined,
  null: null,
  'a string': '7',
  'the number 0': 0,
  negative: -1,
  'a fraction': 1.5,
  'too large': 2 ** 53,
  'an object': {},
}
const TEXT = { absent: undefined, null: null, 'a number': 7, 'a list': [], 'an object': {} }
const FILLED = { ...TEXT, empty: '', blank: ' \t' }
const ROLE = { absent: undefined, 'a number': 1, 'another word': 'owner', 'in capitals': 'Agent' }
const FLAG = { absent: undefined, null: null, 'a string': 'true', 'a number': 1 }
const FLAG_OR_NULL = { absent: undefined, 'a string': 'true', 'a number': 1 }
/** What may be null or absent. */
const OPTIONAL_TEXT = { 'a number': 7, false: false, 'an object': {} }
// 0 is no lie: Chatwoot stores it for a custom role that was sent as a text.
const OPTIONAL_ID = { 'a string': '1', 'a fraction': 1.5, 'an object': {} }
const ACCOUNT = { 'of another account': 2, 'a string': '1', null: null }

/** Decoded fields and what they must not be; `accounts.` are those of the first entry there. */
const FIELDS: Readonly<Record<Endpoint, Readonly<Record<string, Body>>>> = {
  profile: {
    id: ID,
    email: FILLED,
    accounts: { absent: undefined, null: null, 'a number': 7, 'an object': {}, 'a string': '' },
    'accounts.id': ID,
    'accounts.name': TEXT,
    'accounts.role': { ...ROLE, null: null },
    'accounts.custom_role_id': OPTIONAL_ID,
  },
  agents: {
    id: ID,
    email: FILLED,
    name: TEXT,
    role: { ...ROLE, null: null },
    confirmed: FLAG,
    provider: OPTIONAL_TEXT,
    custom_role_id: { ...OPTIONAL_ID, absent: undefined },
    account_id: ACCOUNT,
  },
  teams: {
    id: ID,
    name: FILLED,
    description: OPTIONAL_TEXT,
    allow_auto_assign: FLAG_OR_NULL,
    account_id: ACCOUNT,
  },
  team_members: {
    id: ID,
    email: FILLED,
    role: ROLE,
    confirmed: FLAG,
    custom_role_id: OPTIONAL_ID,
    account_id: ACCOUNT,
  },
  inboxes: {
    id: ID,
    name: FILLED,
    channel_type: FILLED,
    enable_auto_assignment: FLAG_OR_NULL,
    account_id: ACCOUNT,
  },
  inbox_members: {
    id: ID,
    email: FILLED,
    role: ROLE,
    confirmed: FLAG,
    custom_role_id: OPTIONAL_ID,
    account_id: ACCOUNT,
  },
  custom_roles: {
    id: ID,
    name: TEXT,
    description: OPTIONAL_TEXT,
    permissions: { absent: undefined, null: null, 'a string': 'contact_manage' },
  },
}

function wrongTypes(endpoint: Endpoint): readonly Fault[] {
  return Object.entries(FIELDS[endpoint]).flatMap(([field, kinds]) =>
    Object.entries(kinds).map(([kind, value]) => {
      const path = field.split('.')
      const key = path.at(-1) ?? field
      return lie(endpoint, `${field}: ${kind}`, (body) => {
        const entry = path.length > 1 ? accountsIn(body)[0] : (entriesOf(body).at(-1) ?? null)
        if (!entry) return false
        entry[key] = value
        return true
      })
    }),
  )
}

/** The objects of a list, or of a payload; a body that is one object counts as a list of it. */
function entriesOf(body: unknown): Body[] {
  if (Array.isArray(body)) return body
  const { payload } = body as Body
  return Array.isArray(payload) ? payload : [body as Body]
}

function accountsIn(profile: unknown): Body[] {
  return (profile as { accounts: Body[] }).accounts
}

/** Makes the last entry of a list like the first one. */
function likeFirst(endpoint: Endpoint, name: string, change: (first: Body, last: Body) => void) {
  return lie(endpoint, name, (body) => {
    const [first, ...rest] = entriesOf(body)
    const last = rest.at(-1)
    if (first === undefined || last === undefined) return false
    change(first, last)
    return true
  })
}

/** What no two of a list share. Addresses are stored alike whatever their case and blanks. */
const LISTS: readonly (readonly [Endpoint, string, (value: unknown) => string])[] = [
  ['agents', 'email', (value) => ` ${String(value).toUpperCase()}`],
  ['teams', 'name', String],
  ['team_members', 'email', (value) => ` ${String(value).toUpperCase()}`],
  ['inbox_members', 'email', (value) => ` ${String(value).toUpperCase()}`],
]

const DUPLICATES: readonly Fault[] = [
  ...LISTS.flatMap(([endpoint, name, otherwise]) => [
    likeFirst(endpoint, 'an id twice', (first, last) => {
      last['id'] = first['id']
    }),
    likeFirst(endpoint, `the same ${name}`, (first, last) => {
      last[name] = otherwise(first[name])
    }),
  ]),
  likeFirst('inboxes', 'an id twice', (first, last) => {
    last['id'] = first['id']
  }),
  lie('custom_roles', 'an id twice', (body) => {
    const list = entriesOf(body)
    list.push({ ...list[0], name: 'Another' })
    return true
  }),
  lie('profile', 'the account twice', (body) => {
    const accounts = accountsIn(body)
    accounts.push({ ...accounts[0] })
    return true
  }),
]

/** Changes the first entry of a list, or what `of` finds. */
function change(
  endpoint: Endpoint,
  name: string,
  changed: Body,
  of: (body: unknown) => Body | undefined = (body) => entriesOf(body)[0],
): Fault {
  return lie(endpoint, name, (body) => {
    const entry = of(body)
    return entry !== undefined && Object.assign(entry, changed) === entry
  })
}

/** Takes everybody of this name out of the agent list. */
function without(name: string, email: RegExp): Fault {
  return lie('agents', name, (body) => {
    const list = entriesOf(body)
    const index = list.findIndex((each) => email.test(String(each['email'])))
    return index >= 0 && list.splice(index, 1).length === 1
  })
}

const ofAccount = (body: unknown) => accountsIn(body)[0]

/** Each of them is honest enough alone; together with the other lists it cannot be true. */
const CONTRADICTIONS: readonly Fault[] = [
  change('profile', 'the id of nobody', { id: 999 }),
  change('profile', 'the id of somebody else', { id: 2 }),
  change('profile', 'the address of nobody', { email: 'nobody@acme.com' }),
  change('profile', 'the address of somebody else', { email: 'grace@acme.com' }),
  change('profile', 'another role', { role: 'agent' }, ofAccount),
  change('profile', 'another custom role', { custom_role_id: 9 }, ofAccount),
  lie('profile', 'not on the account', (body) => accountsIn(body).splice(0, 1).length === 1),
  lie('profile', 'no custom roles', (body) => {
    for (const each of accountsIn(body)) delete each['custom_role_id']
    return true
  }),
  without('without the owner of the token', /^ada@/),
  without('without a member of a team', /^grace@/),
  lie('agents', 'no custom roles', (body) => {
    for (const each of entriesOf(body)) delete each['custom_role_id']
    return true
  }),
  lie('teams', 'a team that is not there', (body) => {
    const list = entriesOf(body)
    list.push({ ...list[0], id: 999, name: 'nowhere' })
    return true
  }),
  lie('inboxes', 'an inbox that is not there', (body) => {
    const list = entriesOf(body)
    list.push({ ...list[0], id: 999, name: 'nowhere' })
    return true
  }),
  // In a team, this is a ghost.
  change('inbox_members', 'a stranger of no role', {
    id: 999,
    email: 'nobody@acme.com',
    role: null,
  }),
  ...(['team_members', 'inbox_members'] as const).flatMap((endpoint) => [
    change(endpoint, 'a member of another id', { id: 999 }),
    change(endpoint, 'a member of another address', { email: 'nobody@acme.com' }),
    change(endpoint, 'a stranger', { id: 999, email: 'nobody@acme.com' }),
    change(endpoint, 'a member of another role', { role: 'administrator' }, (body) =>
      entriesOf(body).find((each) => each['role'] === 'agent'),
    ),
    change(endpoint, 'a member of no role', { role: null }),
    change(endpoint, 'a member of no role and another id', { role: null, id: 999 }),
    change(endpoint, 'a member of no role and another address', {
      role: null,
      email: 'nobody@acme.com',
    }),
    change(endpoint, 'a member otherwise confirmed', { confirmed: false }),
    change(endpoint, 'a member of another custom role', { custom_role_id: 9 }),
  ]),
]

/** The day a server pages its lists: of a longer list, what `second` leaves of the rest. */
function paged(name: string, size: number, second: (rest: Body[]) => Body[]): Fault {
  const pageOf = (path: string) => new URL(path, 'http://sandbox').searchParams.get('page')
  return {
    name,
    endpoints: ['agents', 'teams', 'team_members', 'inboxes', 'inbox_members', 'custom_roles'],
    apply: ({ request, response, honest }) => {
      const { status, headers, body } = honest()
      const parsed = JSON.parse(body)
      const list = entriesOf(parsed)
      if (list.length <= size) return false
      const page = pageOf(request.path) === '2' ? second(list.slice(size)) : list.slice(0, size)
      answer(response, status, headers, Array.isArray(parsed) ? page : { payload: page })
      return true
    },
  }
}

/** Of an account with more of everything than a page has. */
export const PAGES: readonly Fault[] = [
  paged('pages of 15', 15, (rest) => rest.slice(0, 15)),
  paged('pages of 15, the second one empty', 15, () => []),
]

/** The same, for the length of every usual page. */
export function pagesOf(size: number): Fault {
  return { ...paged(`pages of ${size}`, size, (rest) => rest), endpoints: ['agents'] }
}

export const LIES: readonly Fault[] = [
  ...(Object.keys(FIELDS) as Endpoint[]).flatMap(wrongTypes),
  ...DUPLICATES,
  ...CONTRADICTIONS,
]
