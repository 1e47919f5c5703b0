/** `--report sarif=DIR/`: the names of the files in it, one for each account. Knows no SARIF. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { groupBy } from '../core/model/collect.ts'
import type { JudgedAccount } from '../core/report/report.ts'

const PATTERN = /^rollcall-[A-Za-z0-9._-]+-\d+\.sarif$/

export function isSarifName(name: string): boolean {
  return PATTERN.test(name)
}

/** The files of earlier runs. None if there is no such folder. */
export async function listSarifFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter(isSarifName).map((name) => join(folder, name))
}

/** Accounts by the name of their file. Not every system allows the colon of a port in a name. */
export function nameSarifFiles(
  accounts: readonly JudgedAccount[],
): ReadonlyMap<string, readonly JudgedAccount[]> {
  return groupBy(accounts, ({ server, account }) => {
    const host = new URL(server).host.replace(/[^a-z0-9.-]/gi, '_')
    return `rollcall-${host}-${account.id}.sarif`
  })
}
