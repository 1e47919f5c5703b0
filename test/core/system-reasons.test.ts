import { expect, test } from 'vitest'
import { describeReason } from '../../src/core/messages/system-reasons.ts'

test.each([
  ['ENOENT', 'no such file or folder'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a folder'],
  ['EXDEV', 'the system reports EXDEV'],
  ['ERR_FS_FILE_TOO_LARGE', 'the system reports ERR_FS_FILE_TOO_LARGE'],
  ['it is not a file', 'it is not a file'],
  ['constructor', 'constructor'],
])('the reason %s is shown as "%s"', (reason, shown) => {
  expect(describeReason(reason)).toBe(shown)
})
