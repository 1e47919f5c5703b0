/** Makes the lines of `rollcall doctor`, from text or from a diagnostic. Does no I/O. */
import { type Diagnostic, Failure } from '../../core/messages/diagnostic.ts'
import { formatLocation } from '../../core/model/location.ts'
import type { Check, CheckName } from '../../core/report/checkup.ts'

/** Checks one after the other, each after the one before it is known. Returns what the next ones need. */
export type Checking<T> = AsyncGenerator<Check, T>

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

function makeMaker(status: Check['status']) {
  return (
    check: CheckName,
    summary: string,
    more: Partial<Pick<Check, 'detail' | 'advice'>> = {},
  ): Check => ({ check, status, summary, detail: null, advice: null, requestId: null, ...more })
}

export const pass = makeMaker('ok')
export const warn = makeMaker('warn')
export const fail = makeMaker('fail')

export function convertDiagnostic(name: CheckName, from: Diagnostic): Check {
  const { severity, summary, detail, advice, requestId, location } = from
  const place = location && `At ${formatLocation(location)}.`
  const why = [place, detail].filter((each) => each !== null).join(' ')
  const status = severity === 'error' ? 'fail' : 'warn'
  return { check: name, status, summary, detail: why || null, advice, requestId }
}
