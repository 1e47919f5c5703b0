/** Names → bytes and identities, on real files. */
import { linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { identifyFile, makeReader, readNamed } from '../../src/policy/read/named-file.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'rollcall-named-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  writeFileSync(join(path, 'a.txt'), 'abc')
  return path
}

const input = (cwd: string) => ({ cwd, stdin: Readable.from(['abc']) })

test('one file is one, whatever name or link leads to it', async () => {
  const cwd = folder()
  const a = await identifyFile(join(cwd, 'a.txt'))
  symlinkSync('a.txt', join(cwd, 'link'))
  linkSync(join(cwd, 'a.txt'), join(cwd, 'hard'))
  symlinkSync('.', join(cwd, 'here'))
  for (const name of ['link', 'hard', './a.txt', 'here/here/a.txt', 'x/../a.txt']) {
    expect(await identifyFile(join(cwd, name)), name).toBe(a)
  }
  writeFileSync(join(cwd, 'b.txt'), 'abc')
  expect(await identifyFile(join(cwd, 'b.txt'))).not.toBe(a)
})

test('names that are not there yet are one where a file system could take them for one', async () => {
  const cwd = folder()
  symlinkSync('.', join(cwd, 'here'))
  const one = await identifyFile(join(cwd, 'new/Caf\u00e9.json'))
  expect(await identifyFile(join(cwd, 'here/NEW/cafe\u0301.JSON'))).toBe(one)
  expect(await identifyFile(join(cwd, 'new/cafe.json'))).not.toBe(one)
})

test('a text of exactly the limit is read, one byte more is not', async () => {
  const cwd = folder()
  for (const name of ['a.txt', '-', '/dev/stdin']) {
    expect((await readNamed(name, 3, input(cwd)))?.toString(), name).toBe('abc')
    expect(await readNamed(name, 2, input(cwd)), name).toBeNull()
  }
})

test('standard input is opened only if it is named', async () => {
  const cwd = folder()
  const world = {
    cwd,
    get stdin(): never {
      throw new Error('opened')
    },
  }
  expect((await readNamed('a.txt', 3, world))?.toString()).toBe('abc')
  await expect(readNamed('-', 3, world)).rejects.toThrow('opened')
})

test('what several accounts need is read once', async () => {
  const read = makeReader(input(folder()))
  const texts = await Promise.all([read('-', 10), read('-', 10)])
  expect(texts.map(String)).toEqual(['abc', 'abc'])
})
