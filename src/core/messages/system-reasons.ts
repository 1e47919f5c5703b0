/** What the codes of the operating system mean, in words for messages. */

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EAI_AGAIN', 'no name server answered'],
  ['EBUSY', 'it is in use'],
  ['EDQUOT', 'your disk quota is used up'],
  ['EEXIST', 'it already exists'],
  ['EFBIG', 'it would be too large for the file system'],
  ['EIO', 'the disk reports an error'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its links lead in a circle'],
  ['EMFILE', 'too many files are open'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ENFILE', 'too many files are open'],
  ['ENOENT', 'no such file or folder'],
  ['ENOSPC', 'no space left on the disk'],
  ['ENOTDIR', 'a part of its path is not a folder'],
  ['ENOTFOUND', 'no such name'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
])

/** @param reason a code such as `ENOENT`, or a reason that is in words already and stays */
export function describeReason(reason: string): string {
  return (
    REASONS.get(reason) ?? (/^E[A-Z\d_]+$/.test(reason) ? `the system reports ${reason}` : reason)
  )
}
