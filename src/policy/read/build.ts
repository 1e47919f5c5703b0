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
  getNumber,
  getText,
  getValue,
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
  const scope = getValue(root, 'scope')
  const ignore = getValue(scope, 'ignore')
  return {
    path: source.path,
    sha256,
    text: source.text,
    account: locateValue(place, root, 'account', getNumber),
    server: locateValue(place, root, 'server', readOrigin),
    agents: buildSection(place, root, 'agents', (entry) => {
      const email = spellPerson(entry.key)
      return [email, buildAgent(place, email, entry)]
    }),
    customRoles: buildSection(place, root, 'custom_roles', (entry) => {
      const subject = identifyCustomRole(entry)
      return [formatAddress(subject), buildCustomRole(place, subject, entry)]
    }),
    groups: kinds.map((of) => ({
      of,
      section: buildSection(place, root, of.section, (entry) => {
        const subject = makeGroupSubject(of, entry)
        return [formatAddress(subject), buildGroup(place, subject, entry, spellPerson)]
      }),
      ignore: buildPatterns(place, getValue(ignore, of.section)),
    })),
    scope: {
      agents: getText(getValue(scope, 'agents')) === 'administrators' ? 'administrators' : 'all',
      ignore: buildPatterns(place, getValue(ignore, 'agents')),
    },
    rules: buildRules(place, getValue(root, 'rules')),
    apply: buildApply(place, getValue(root, 'apply'), spellPerson),
    severity: buildSeverity(place, getValue(root, 'severity')),
    waivers: getItems(getValue(root, 'waivers')).flatMap((item) => buildWaiver(place, item)),
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
  map: TreeNode | undefined,
  key: string,
  read: (node: TreeNode) => T | null,
): Located<T> | null {
  const entry = getEntry(map, key)
  const value = entry === undefined ? null : read(entry.value)
  return entry === undefined || value === null ? null : { value, location: place(entry) }
}

function buildSection<T>(
  place: Place,
  root: TreeNode,
  key: string,
  build: (entry: Entry) => readonly [string, T],
): PolicySection<T> | null {
  const entry = getEntry(root, key)
  if (entry === undefined) return null
  return { location: place(entry), entries: new Map([...getEntries(entry.value)].map(build)) }
}

function buildAgent(place: Place, email: string, entry: Entry): PolicyAgent {
  const { value } = entry
  const role = getText(value) ?? getText(getValue(value, 'role'))
  return {
    email,
    role: role === 'administrator' ? role : 'agent',
    name: getText(getValue(value, 'name')),
    customRole: locateValue(place, value, 'custom_role', readCustomRole),
    reason: getText(getValue(value, 'reason')),
    expires: getText(getValue(value, 'expires')),
    pendingUntil: getText(getValue(value, 'pending_until')),
    location: place(entry),
  }
}

/** If names may repeat, the key of an entry is a name only if the entry has no `name`. */
export function makeGroupSubject(of: GroupKind, entry: Entry): GroupSubject {
  const { name, id } = of.repeats === null ? { name: entry.key, id: null } : readNamed(entry)
  return { kind: 'group', of, name: of.spell(name), id }
}

export function identifyCustomRole(entry: Entry): CustomRoleSubject {
  const { name, id } = readNamed(entry)
  return { kind: 'custom-role', name: spellName(name), id }
}

/** Its key is a name only if the entry has no `name`. */
function readNamed({ key, value }: Entry): Named {
  return { name: getText(getValue(value, 'name')) ?? key, id: getNumber(getValue(value, 'id')) }
}

function buildCustomRole(place: Place, subject: CustomRoleSubject, entry: Entry): PolicyCustomRole {
  const items = getItems(getList(entry.value, 'permissions'))
  return {
    key: entry.key,
    subject,
    description: locateValue(place, entry.value, 'description', getText),
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
    const said = locateValue(place, entry.value, key, read)
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
  const administrators = getValue(rules, 'administrators')
  const domains = (list: TreeNode) =>
    new Set(getItems(list).map((item) => normaliseDomain(getText(item) ?? '')))
  return {
    administrators: {
      min: locateValue(place, administrators, 'min', getNumber),
      max: locateValue(place, administrators, 'max', getNumber),
      requireReason: locateValue(place, administrators, 'require_reason', (node) =>
        readBoolean(node) === true ? true : null,
      ),
    },
    emailDomains: locateValue(place, rules, 'email_domains', domains),
    teamMembers: locateValue(place, getValue(rules, 'team_members'), 'min', getNumber),
    waiverMaxDays: getNumber(getValue(rules, 'waiver_max_days')),
    dormantDays: locateValue(place, rules, 'dormant_days', getNumber),
    inviteMaxDays: locateValue(place, rules, 'invite_max_days', getNumber),
    expiresSoonDays: getNumber(getValue(rules, 'expires_soon_days')) ?? EXPIRES_SOON_DAYS,
  }
}

function buildApply(
  place: Place,
  apply: TreeNode | undefined,
  spellPerson: (written: string) => string,
): PolicyApply {
  const limits = getValue(apply, 'limits')
  const limit = (key: string) => locateValue(place, limits, key, getNumber)
  return {
    deny: getItems(getValue(apply, 'deny')).flatMap((item) => {
      const step = getText(item) ?? ''
      return isStep(step) ? [{ value: step, location: place(item) }] : []
    }),
    limits: { people: limit('people'), share: limit('share'), gain: limit('gain') },
    protect: getItems(getValue(apply, 'protect')).map((item) => ({
      value: spellPerson(getText(item) ?? ''),
      location: place(item),
    })),
  }
}

function buildSeverity(place: Place, severity: TreeNode | undefined): Policy['severity'] {
  const entries = [...getEntries(severity)].flatMap((entry) => {
    const value = readSeverity(getText(entry.value))
    return isFindingCode(entry.key) && value !== null
      ? [[entry.key, { value, location: place(entry) }] as const]
      : []
  })
  return new Map(entries)
}

function buildWaiver(place: Place, item: TreeNode): readonly PolicyWaiver[] {
  const text = (name: string) => getText(getValue(item, name)) ?? ''
  const finding = text('finding')
  const expires = locateValue(place, item, 'expires', getText)
  if (!isFindingCode(finding) || expires === null) return []
  const [address, reason, owner] = [text('address'), text('reason'), text('owner')]
  return [{ finding, address, reason, owner, expires, location: place(item) }]
}

function readSeverity(text: string | null): WantedSeverity | null {
  return text === 'error' || text === 'warning' || text === 'off' ? text : null
}

export function readCustomRole(node: TreeNode): WantedCustomRole | null {
  const name = getText(node)
  if (name !== null) return { name: spellName(name) }
  const id = getNumber(getValue(node, 'id'))
  return id === null ? null : { id }
}

function readOrigin(node: TreeNode): string | null {
  const text = getText(node)
  return text === null ? null : new URL(text).origin
}

function readBoolean(node: TreeNode): boolean | null {
  return node.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : null
}
