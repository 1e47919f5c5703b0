/**
 * Builds the Policy from a tree without errors. Only normalises and copies: all checks come before
 * it.
 */

import { isFindingCode } from '../../core/messages/finding-records.ts'
import {
  type CustomRoleSubject,
  formatAddress,
  type GroupSubject,
  type Named,
} from '../../core/model/address.ts'
import { EXPIRES_SOON_DAYS } from '../../core/model/dates.ts'
import { type GroupKind, KINDS } from '../../core/model/kinds.ts'
import type { Located, Location } from '../../core/model/location.ts'
import { normaliseDomain, normaliseEmail, spellEmail, spellName } from '../../core/model/names.ts'
import type {
  Policy,
  PolicyAgent,
  PolicyApply,
  PolicyCustomRole,
  PolicyGroup,
  PolicyRules,
  PolicySection,
  PolicyWaiver,
  WantedCustomRole,
  WantedSeverity,
} from '../../core/model/policy.ts'
import { isStep } from '../../core/model/steps.ts'
import { locate, type SourceText } from './source-text.ts'
import {
  type Entry,
  getEntries,
  getEntry,
  getItems,
  getList,
  getText,
  type TreeNode,
} from './tree.ts'

type Place = (of: Entry | TreeNode) => Location

export function buildPolicy(
  source: SourceText,
  sha256: string,
  root: TreeNode,
  kinds: readonly GroupKind[] = KINDS,
): Policy {
  const place: Place = (of) => locate(source, of.span.start)
  const spellPerson = makeSpeller()
  const scope = getEntry(root, 'scope')?.value
  const ignore = getEntry(scope, 'ignore')?.value
  return {
    path: source.path,
    sha256,
    text: source.text,
    account: locateValue(place, getEntry(root, 'account'), readNumber),
    server: locateValue(place, getEntry(root, 'server'), readOrigin),
    agents: buildSection(place, getEntry(root, 'agents'), (entry) => {
      const email = spellPerson(entry.key)
      return [email, buildAgent(place, email, entry)]
    }),
    customRoles: buildSection(place, getEntry(root, 'custom_roles'), (entry) => {
      const subject = identifyCustomRole(entry)
      return [formatAddress(subject), buildCustomRole(place, subject, entry)]
    }),
    groups: kinds.map((of) => ({
      of,
      section: buildSection(place, getEntry(root, of.section), (entry) => {
        const subject = groupSubject(of, entry)
        return [formatAddress(subject), buildGroup(place, subject, entry, spellPerson)]
      }),
      ignore: buildPatterns(place, getEntry(ignore, of.section)?.value),
    })),
    scope: {
      agents:
        getText(getEntry(scope, 'agents')?.value) === 'administrators' ? 'administrators' : 'all',
      ignore: buildPatterns(place, getEntry(ignore, 'agents')?.value),
    },
    rules: buildRules(place, getEntry(root, 'rules')?.value),
    apply: buildApply(place, getEntry(root, 'apply')?.value, spellPerson),
    severity: buildSeverity(place, getEntry(root, 'severity')?.value),
    waivers: getItems(getEntry(root, 'waivers')?.value).flatMap((item) => buildWaiver(place, item)),
  }
}

/** Uses the first spelling of each person, which is the one under `agents` if it is listed there. */
function makeSpeller(): (written: string) => string {
  const known = new Map<string, string>()
  return (written) => {
    const normal = normaliseEmail(written)
    const spelled = known.get(normal) ?? spellEmail(written.trim())
    known.set(normal, spelled)
    return spelled
  }
}

/** A value with the place of its key; null if the key is missing. */
function locateValue<T>(
  place: Place,
  entry: Entry | undefined,
  read: (node: TreeNode) => T | null,
): Located<T> | null {
  const value = entry === undefined ? null : read(entry.value)
  return entry === undefined || value === null ? null : { value, location: place(entry) }
}

function buildSection<T>(
  place: Place,
  entry: Entry | undefined,
  build: (entry: Entry) => readonly [string, T],
): PolicySection<T> | null {
  if (entry === undefined) return null
  return { location: place(entry), entries: new Map([...getEntries(entry.value)].map(build)) }
}

function buildAgent(place: Place, email: string, entry: Entry): PolicyAgent {
  const { value } = entry
  const role = getText(value) ?? getText(getEntry(value, 'role')?.value)
  return {
    email,
    role: role === 'administrator' ? role : 'agent',
    name: getText(getEntry(value, 'name')?.value),
    customRole: locateValue(place, getEntry(value, 'custom_role'), readCustomRole),
    reason: getText(getEntry(value, 'reason')?.value),
    expires: getText(getEntry(value, 'expires')?.value),
    pendingUntil: getText(getEntry(value, 'pending_until')?.value),
    location: place(entry),
  }
}

/**
 * Which group an entry means: if names may repeat, its key is a name only if the entry has no `name`.
 */
export function groupSubject(of: GroupKind, entry: Entry): GroupSubject {
  const { name, id } = of.repeats === null ? { name: entry.key, id: null } : readNamed(entry)
  return { kind: 'group', of, name: of.spell(name), id }
}

export function identifyCustomRole(entry: Entry): CustomRoleSubject {
  const { name, id } = readNamed(entry)
  return { kind: 'custom-role', name: spellName(name), id }
}

/** Its key is a name only if the entry has no `name`. */
function readNamed({ key, value }: Entry): Named {
  const id = getEntry(value, 'id')
  return {
    name: getText(getEntry(value, 'name')?.value) ?? key,
    id: id ? readNumber(id.value) : null,
  }
}

function buildCustomRole(place: Place, subject: CustomRoleSubject, entry: Entry): PolicyCustomRole {
  const items = getItems(getList(entry.value, 'permissions'))
  return {
    key: entry.key,
    subject,
    description: locateValue(place, getEntry(entry.value, 'description'), getText),
    permissions: new Map(items.map((item) => [getText(item) ?? '', place(item)])),
    location: place(entry),
  }
}

function buildGroup(
  place: Place,
  subject: GroupSubject,
  entry: Entry,
  spellPerson: (written: string) => string,
): PolicyGroup {
  const { of } = subject
  const members = new Map<string, Location>()
  for (const item of getItems(getList(entry.value, 'members'))) {
    members.set(spellPerson(getText(item) ?? ''), place(item))
  }
  const settings = of.settings.flatMap(({ key, type }) => {
    const read = (node: TreeNode) => (type === 'text' ? getText(node) : readBoolean(node))
    const said = locateValue(place, getEntry(entry.value, key), read)
    return said === null ? [] : [[key, said] as const]
  })
  const key = of.repeats === null ? subject.name : entry.key
  const location = place(entry)
  return { key, subject, settings: Object.fromEntries(settings), members, location }
}

function buildPatterns(place: Place, list: TreeNode | undefined): readonly Located<string>[] {
  return getItems(list).map((item) => ({ value: getText(item) ?? '', location: place(item) }))
}

function buildRules(place: Place, rules: TreeNode | undefined): PolicyRules {
  const administrators = getEntry(rules, 'administrators')?.value
  const domains = (list: TreeNode) => new Set(getItems(list).map((item) => readDomain(item)))
  const days = getEntry(rules, 'expires_soon_days')
  const longest = getEntry(rules, 'waiver_max_days')
  return {
    administrators: {
      min: locateValue(place, getEntry(administrators, 'min'), readNumber),
      max: locateValue(place, getEntry(administrators, 'max'), readNumber),
      requireReason: locateValue(place, getEntry(administrators, 'require_reason'), (node) =>
        readBoolean(node) === true ? true : null,
      ),
    },
    emailDomains: locateValue(place, getEntry(rules, 'email_domains'), domains),
    teamMembers: locateValue(
      place,
      getEntry(getEntry(rules, 'team_members')?.value, 'min'),
      readNumber,
    ),
    waiverMaxDays: longest === undefined ? null : readNumber(longest.value),
    dormantDays: locateValue(place, getEntry(rules, 'dormant_days'), readNumber),
    inviteMaxDays: locateValue(place, getEntry(rules, 'invite_max_days'), readNumber),
    expiresSoonDays: (days && readNumber(days.value)) ?? EXPIRES_SOON_DAYS,
  }
}

function buildApply(
  place: Place,
  apply: TreeNode | undefined,
  spellPerson: (written: string) => string,
): PolicyApply {
  const limits = getEntry(apply, 'limits')?.value
  const limit = (key: string) => locateValue(place, getEntry(limits, key), readNumber)
  return {
    deny: getItems(getEntry(apply, 'deny')?.value).flatMap((item) => {
      const step = getText(item) ?? ''
      return isStep(step) ? [{ value: step, location: place(item) }] : []
    }),
    limits: { people: limit('people'), share: limit('share'), gain: limit('gain') },
    protect: getItems(getEntry(apply, 'protect')?.value).map((item) => ({
      value: spellPerson(getText(item) ?? ''),
      location: place(item),
    })),
  }
}

function buildSeverity(place: Place, severity: TreeNode | undefined): Policy['severity'] {
  const entries = [...getEntries(severity)].flatMap((entry) => {
    const value = readSeverity(getText(entry.value))
    const located = { value, location: place(entry) }
    return isFindingCode(entry.key) && value !== null
      ? [[entry.key, { ...located, value }] as const]
      : []
  })
  return new Map(entries)
}

function buildWaiver(place: Place, item: TreeNode): readonly PolicyWaiver[] {
  const text = (name: string) => getText(getEntry(item, name)?.value) ?? ''
  const finding = text('finding')
  const expires = locateValue(place, getEntry(item, 'expires'), getText)
  if (!isFindingCode(finding) || expires === null) return []
  const [address, reason, owner] = [text('address'), text('reason'), text('owner')]
  return [{ finding, address, reason, owner, expires, location: place(item) }]
}

function readSeverity(text: string | null): WantedSeverity | null {
  return text === 'error' || text === 'warning' || text === 'off' ? text : null
}

function readDomain(item: TreeNode): string {
  return normaliseDomain(getText(item) ?? '')
}

export function readCustomRole(node: TreeNode): WantedCustomRole | null {
  const name = getText(node)
  if (name !== null) return { name: spellName(name) }
  const id = getEntry(node, 'id')
  const value = id === undefined ? null : readNumber(id.value)
  return value === null ? null : { id: value }
}

function readOrigin(node: TreeNode): string | null {
  const text = getText(node)
  return text === null ? null : new URL(text).origin
}

export function readNumber(node: TreeNode): number | null {
  return node.kind === 'scalar' && typeof node.value === 'number' ? node.value : null
}

function readBoolean(node: TreeNode): boolean | null {
  return node.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : null
}
