/**
 * Tree → Policy, for a tree in which nothing is wrong. Only normalises and copies: whatever could
 * be refused has been refused before.
 */

import { isFindingCode } from '../../core/messages/finding-records.ts'
import { addressOf, type GroupSubject } from '../../core/model/address.ts'
import { EXPIRES_SOON_DAYS } from '../../core/model/dates.ts'
import { type GroupKind, KINDS } from '../../core/model/kinds.ts'
import type { Located, Location } from '../../core/model/location.ts'
import { normaliseDomain, normaliseEmail, spellEmail } from '../../core/model/names.ts'
import type {
  Policy,
  PolicyAgent,
  PolicyGroup,
  PolicyRules,
  PolicySection,
  PolicyWaiver,
  WantedCustomRole,
  WantedSeverity,
} from '../../core/model/policy.ts'
import { locate, type SourceText } from './text.ts'
import {
  type Entry,
  entriesOf,
  entryOf,
  itemsOf,
  membersOf,
  type TreeNode,
  textOf,
} from './tree.ts'

type Place = (of: Entry | TreeNode) => Location

export function buildPolicy(
  source: SourceText,
  sha256: string,
  root: TreeNode,
  kinds: readonly GroupKind[] = KINDS,
): Policy {
  const place: Place = (of) => locate(source, of.span.start)
  const spellPerson = oneSpelling()
  const scope = entryOf(root, 'scope')?.value
  const ignore = entryOf(scope, 'ignore')?.value
  return {
    path: source.path,
    sha256,
    text: source.text,
    account: located(place, entryOf(root, 'account'), numberOf),
    server: located(place, entryOf(root, 'server'), originOf),
    agents: section(place, entryOf(root, 'agents'), (entry) => {
      const email = spellPerson(entry.key)
      return [email, buildAgent(place, email, entry)]
    }),
    groups: kinds.map((of) => ({
      of,
      section: section(place, entryOf(root, of.section), (entry) => {
        const subject = groupSubject(of, entry)
        return [addressOf(subject), buildGroup(place, subject, entry, spellPerson)]
      }),
      ignore: buildPatterns(place, entryOf(ignore, of.section)?.value),
    })),
    scope: {
      agents:
        textOf(entryOf(scope, 'agents')?.value) === 'administrators' ? 'administrators' : 'all',
      ignore: buildPatterns(place, entryOf(ignore, 'agents')?.value),
    },
    rules: buildRules(place, entryOf(root, 'rules')?.value),
    severity: buildSeverity(place, entryOf(root, 'severity')?.value),
    waivers: itemsOf(entryOf(root, 'waivers')?.value).flatMap((item) => buildWaiver(place, item)),
  }
}

/** Everybody as they are spelled first, which is under `agents` if they are listed there. */
function oneSpelling(): (written: string) => string {
  const known = new Map<string, string>()
  return (written) => {
    const normal = normaliseEmail(written)
    const spelled = known.get(normal) ?? spellEmail(written.trim())
    known.set(normal, spelled)
    return spelled
  }
}

/** A statement at the place of its key; null when there is no such key. */
function located<T>(
  place: Place,
  entry: Entry | undefined,
  read: (node: TreeNode) => T | null,
): Located<T> | null {
  const value = entry === undefined ? null : read(entry.value)
  return entry === undefined || value === null ? null : { value, location: place(entry) }
}

function section<T>(
  place: Place,
  entry: Entry | undefined,
  build: (entry: Entry) => readonly [string, T],
): PolicySection<T> | null {
  if (entry === undefined) return null
  return { location: place(entry), entries: new Map([...entriesOf(entry.value)].map(build)) }
}

function buildAgent(place: Place, email: string, entry: Entry): PolicyAgent {
  const { value } = entry
  const role = textOf(value) ?? textOf(entryOf(value, 'role')?.value)
  return {
    email,
    role: role === 'administrator' ? role : 'agent',
    name: textOf(entryOf(value, 'name')?.value),
    customRole: located(place, entryOf(value, 'custom_role'), customRoleOf),
    reason: textOf(entryOf(value, 'reason')?.value),
    expires: textOf(entryOf(value, 'expires')?.value),
    pendingUntil: textOf(entryOf(value, 'pending_until')?.value),
    location: place(entry),
  }
}

/** Which group an entry means: where names may repeat, its key is only a name if it says no other. */
export function groupSubject(of: GroupKind, { key, value }: Entry): GroupSubject {
  const said = of.repeats === null ? undefined : entryOf(value, 'id')
  const name = of.repeats === null ? null : textOf(entryOf(value, 'name')?.value)
  return { kind: 'group', of, name: of.spell(name ?? key), id: said ? numberOf(said.value) : null }
}

function buildGroup(
  place: Place,
  subject: GroupSubject,
  entry: Entry,
  spellPerson: (written: string) => string,
): PolicyGroup {
  const { of } = subject
  const members = new Map<string, Location>()
  for (const item of itemsOf(membersOf(entry.value))) {
    members.set(spellPerson(textOf(item) ?? ''), place(item))
  }
  const settings = of.settings.flatMap(({ key, type }) => {
    const read = (node: TreeNode) => (type === 'text' ? textOf(node) : booleanOf(node))
    const said = located(place, entryOf(entry.value, key), read)
    return said === null ? [] : [[key, said] as const]
  })
  const key = of.repeats === null ? subject.name : entry.key
  const location = place(entry)
  return { key, subject, settings: Object.fromEntries(settings), members, location }
}

function buildPatterns(place: Place, list: TreeNode | undefined): readonly Located<string>[] {
  return itemsOf(list).map((item) => ({ value: textOf(item) ?? '', location: place(item) }))
}

function buildRules(place: Place, rules: TreeNode | undefined): PolicyRules {
  const administrators = entryOf(rules, 'administrators')?.value
  const domains = (list: TreeNode) => new Set(itemsOf(list).map((item) => domainOf(item)))
  const days = entryOf(rules, 'expires_soon_days')
  const longest = entryOf(rules, 'waiver_max_days')
  return {
    administrators: {
      min: located(place, entryOf(administrators, 'min'), numberOf),
      max: located(place, entryOf(administrators, 'max'), numberOf),
      requireReason: located(place, entryOf(administrators, 'require_reason'), (node) =>
        booleanOf(node) === true ? true : null,
      ),
    },
    emailDomains: located(place, entryOf(rules, 'email_domains'), domains),
    teamMembers: located(place, entryOf(entryOf(rules, 'team_members')?.value, 'min'), numberOf),
    waiverMaxDays: longest === undefined ? null : numberOf(longest.value),
    expiresSoonDays: (days && numberOf(days.value)) ?? EXPIRES_SOON_DAYS,
  }
}

function buildSeverity(place: Place, severity: TreeNode | undefined): Policy['severity'] {
  const entries = [...entriesOf(severity)].flatMap((entry) => {
    const value = wantedSeverity(textOf(entry.value))
    const located = { value, location: place(entry) }
    return isFindingCode(entry.key) && value !== null
      ? [[entry.key, { ...located, value }] as const]
      : []
  })
  return new Map(entries)
}

function buildWaiver(place: Place, item: TreeNode): readonly PolicyWaiver[] {
  const text = (name: string) => textOf(entryOf(item, name)?.value) ?? ''
  const finding = text('finding')
  const expires = located(place, entryOf(item, 'expires'), textOf)
  if (!isFindingCode(finding) || expires === null) return []
  const [address, reason, owner] = [text('address'), text('reason'), text('owner')]
  return [{ finding, address, reason, owner, expires, location: place(item) }]
}

function wantedSeverity(text: string | null): WantedSeverity | null {
  return text === 'error' || text === 'warning' || text === 'off' ? text : null
}

function domainOf(item: TreeNode): string {
  return normaliseDomain(textOf(item) ?? '')
}

function customRoleOf(node: TreeNode): WantedCustomRole | null {
  const name = textOf(node)
  if (name !== null) return { name }
  const id = entryOf(node, 'id')
  const value = id === undefined ? null : numberOf(id.value)
  return value === null ? null : { id: value }
}

function originOf(node: TreeNode): string | null {
  const text = textOf(node)
  return text === null ? null : new URL(text).origin
}

function numberOf(node: TreeNode): number | null {
  return node.kind === 'scalar' && typeof node.value === 'number' ? node.value : null
}

function booleanOf(node: TreeNode): boolean | null {
  return node.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : null
}
