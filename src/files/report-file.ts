/** Reads the earlier report of `--since`, or reports what is wrong with it and where. */
import { makeFailure } from '../core/messages/diagnostic.ts'
import { describeReason } from '../core/messages/system-reasons.ts'
import type { Location } from '../core/model/location.ts'
import type { EarlierReport } from '../core/report/earlier.ts'
import { parseReport } from '../core/report/parse-report.ts'
import { readNamed, showName } from '../policy/read/named-file.ts'
import type { World } from '../shell/world.ts'
import { parseJsonBytes } from './json-file.ts'
import { getReason } from './whole-file.ts'

const LARGEST = 256 * 1024 * 1024

/**
 * Throws a Failure with one diagnostic.
 * @param optional whether there may be no such file; the answer is then null
 */
export async function readReportFile(
  name: string,
  optional: boolean,
  world: World,
): Promise<EarlierReport | null> {
  const shown = showName(name)
  const fail = (location: Location | null, problem: string) =>
    makeFailure({
      code: 'report-unreadable',
      summary: `The earlier report ${shown} ${problem}.`,
      location,
    })
  let bytes: Uint8Array | null
  try {
    bytes = await readNamed(name, LARGEST, world)
  } catch (error) {
    const reason = getReason(error)
    if (optional && reason === 'ENOENT') return null
    throw fail(null, `cannot be read (${describeReason(reason)})`)
  }
  if (bytes === null) throw fail(null, 'is too large')
  return parseJsonBytes(bytes, shown, fail, parseReport)
}
