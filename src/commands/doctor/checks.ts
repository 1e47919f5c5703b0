/** Makes the lines of `rollcall doctor`, from text or from a diagnostic. Does no I/O. */
import { type Diagnostic, Failure } from '../../core/messages/diagnostic.ts'
import { formatLocation } from '../../core/model/location.ts'
import type { Check, CheckName } from '../../core/report/checkup.ts'

export type Add = (...checks: readonly Check[]) => void

/** Returns a failure as a value, so that the next check can still run. */
export async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly failure: Diagnostic }> {
  try {
    return { value: await work() }
  } catch (error) {
    const [failure] = error instanceof Failure ? error.diagnostics : []
    if (failure === undefined) throw error
    return { failure }
  }
}

export function makeCheck(
  name: CheckName,
  status: Check['status'],
  summary: string,
  more: Partial<Pick<Check, 'detail' | 'advice'>> = {},
): Check {
  return { check: name, status, summary, detail: null, advice: null, requestId: null, ...more }
}

export function pass(name: CheckName, summary: string): Check {
  return makeCheck(name, 'ok', summary)
}

export function convertDiagnostic(name: CheckName, from: Diagnostic): Check {
  const { severity, summary, detail, advice, requestId, location } = from
  const place = location === null ? [] : [`At ${formatLocation(location)}.`]
  const why = [...place, ...(detail === null ? [] : [detail])].join(' ')
  return {
    check: name,
    status: severity === 'error' ? 'fail' : 'warn',
    summary,
    detail: why === '' ? null : why,
    advice,
    requestId,
  }
}
