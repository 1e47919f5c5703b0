/**
 * Requests that write and go wrong: the catalogue of faults.ts on every one of them, where the server
 * has acted, has not, or acts when the client no longer waits. Also what other administrators do in
 * between. Knows nothing of what a client should make of it.
 */
import { CRASH } from '../../src/sandbox/answers.ts'
import type { SandboxOptions, SandboxRequest } from '../../src/sandbox/server.ts'
import type { SandboxState } from '../../src/sandbox/state.ts'
import { ask } from './ask.ts'
import { type Exchange, FAULT_REQUEST_ID, FAULTS } from './faults.ts'
import { LIES } from './lies.ts'

type Intercept = NonNullable<SandboxOptions['intercept']>

/** Every request that changes who may do what. */
export const WRITES = [
  'POST agents',
  'PATCH agents',
  'DELETE agents',
  'POST teams',
  'PATCH teams',
  'DELETE teams',
  'POST team_members',
  'PATCH team_members',
  'DELETE team_members',
  'POST inbox_members',
  'PATCH inbox_members',
  'DELETE inbox_members',
  'POST custom_roles',
  'PATCH custom_roles',
  'DELETE custom_roles',
] as const
export type Write = (typeof WRITES)[number]

/** Null: it only reads, or no server knows it. */
export function writeOf({ method, path }: Pick<SandboxRequest, 'method' | 'path'>): Write | null {
  const name = path.split('?', 1)[0]?.match(/[a-z_]+(?=(\/\d+)?$)/)?.[0]
  return WRITES.find((write) => write === `${method} ${name}`) ?? null
}

/** Whether the server does what it was asked: no, before the fault, or some requests later. */
export const MOMENTS = ['never', 'before', 'later'] as const
export type Moment = (typeof MOMENTS)[number]

export interface WriteFault {
  readonly name: string
  readonly apply: (exchange: Exchange) => boolean
  /** Every time costs seconds of computing. */
  readonly costly?: true
}

export interface SwitchedWrite {
  readonly fault: WriteFault
  readonly moment: Moment
  readonly write: Write
  /** How many answers go wrong; Infinity: for good. */
  readonly times: number
}

/** Of `later`: the server acts just before it answers this many requests after the fault. */
export const LATER = 3

/** Switches faults on; on one kind of request they follow each other. */
export function withWriteFaults(...switched: readonly SwitchedWrite[]): Intercept {
  const left = switched.map(({ times }) => times)
  const late: { requests: number; readonly act: () => void }[] = []
  return (request, response, _state, honest) => {
    for (const each of late) {
      each.requests -= 1
      if (each.requests === 0) each.act()
    }
    const write = writeOf(request)
    const index = switched.findIndex((each, i) => each.write === write && left[i] !== 0)
    const found = switched[index]
    if (found === undefined) return false
    response.setHeader('x-request-id', FAULT_REQUEST_ID)
    // What a proxy has to send of a server that did not answer.
    const answer = found.moment === 'before' ? honest() : CRASH
    if (!found.fault.apply({ request, response, honest: () => answer })) return false
    if (found.moment === 'later') late.push({ requests: LATER, act: honest })
    left[index] = (left[index] ?? 0) - 1
    return true
  }
}

/** The true answer with one value changed, where it has the key. */
function lie(name: string, key: string, value: unknown): WriteFault {
  return {
    name,
    apply: ({ response, honest }) => {
      const { status, headers, body } = honest()
      const spoilt = body.replace(
        new RegExp(`"${key}":("[^"]*"|[^,}\\]]*)`, 'g'),
        `"${key}":${JSON.stringify(value)}`,
      )
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(spoilt) })
      response.end(spoilt)
      return true
    },
  }
}

const LYING: readonly WriteFault[] = [
  lie('the answer has another id', 'id', 999),
  lie('the answer has another address', 'email', 'somebody.else@acme.com'),
  lie('the answer has another role', 'role', 'administrator'),
  lie('the answer has another custom role', 'custom_role_id', 99),
  lie('the answer has another name', 'name', 'another'),
]

/** The catalogue without what only a list that was read can get wrong. */
export const WRITE_FAULTS: readonly WriteFault[] = [
  ...FAULTS.filter((fault) => !LIES.includes(fault)),
  ...LYING,
]

/** The first that answers decides. */
export function inTurn(...intercepts: readonly Intercept[]): Intercept {
  return async (...exchange) => {
    for (const intercept of intercepts) if (await intercept(...exchange)) return true
    return false
  }
}

/**
 * Somebody else was quicker by less than a request: what `rival` does is done, this request fails with
 * 500, and nothing of it is stored. Once.
 */
export function withLostRace(write: Write, rival: (state: SandboxState) => void): Intercept {
  let lost = false
  return (request, response, state) => {
    if (lost || writeOf(request) !== write) return false
    lost = true
    rival(state)
    response.writeHead(CRASH.status, CRASH.headers).end(CRASH.body)
    return true
  }
}

/** Inviting and changing an agent are two commits: the second one, of the custom role, fails. Once. */
export function withHalfDone(write: 'POST agents' | 'PATCH agents'): Intercept {
  let done = false
  return (request, response, state, honest) => {
    if (done || writeOf(request) !== write) return false
    done = true
    const members = () => state.accounts.flatMap((account) => account.members)
    const before = new Map(members().map((member) => [member, member.custom_role_id]))
    honest()
    for (const member of members()) member.custom_role_id = before.get(member) ?? null
    response.writeHead(CRASH.status, CRASH.headers).end(CRASH.body)
    return true
  }
}

export interface RivalRequest {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/**
 * A second administrator, whose requests the server answers just before some of the first one's.
 * @param choose what is sent before the request of this number, counted without the rival's
 */
export function withRival(
  token: string,
  choose: (number: number, state: SandboxState, request: SandboxRequest) => RivalRequest | null,
): Intercept {
  let number = 0
  return async (request, _response, state) => {
    if (request.headers['api-access-token'] === token) return false
    const rival = choose(number, state, request)
    number += 1
    if (rival === null) return false
    const { method, path, body } = rival
    const headers = { 'api-access-token': token, 'content-type': 'application/json' }
    const { port } = new URL(`http://${request.headers.host}`)
    await ask({ port: Number(port) }, path, headers, method, JSON.stringify(body))
    return false
  }
}
