/**
 * A kind of group that only the tests have: names may repeat, an id tells them apart, nobody creates,
 * changes or deletes one, and administrators reach it anyway. What the engine does with it, it does
 * with every kind.
 */
import { type GroupKind, TEAM } from '../../src/core/model/kinds.ts'

export const ROOM: GroupKind = {
  label: 'meeting room',
  plural: 'meeting rooms',
  section: 'rooms',
  memberSection: 'room_keys',
  prefix: 'room',
  settings: [
    { key: 'floor', label: 'Floor', type: 'text', usual: '' },
    { key: 'locked', label: 'Locked', type: 'flag', usual: false },
  ],
  codes: TEAM.codes,
  creatable: false,
  updatable: false,
  deletion: null,
  membership: {
    administrator: { needed: false, risk: 'low' },
    agent: { needed: true, risk: 'high' },
  },
  spell: (name) => name.trim(),
  normalise: (name) => name.trim(),
  repeats: 'policy-ambiguous-custom-role',
}
