/**
 * From what a command made to the text that is shown of it: the one place where `--format` chooses
 * a view, for what went well and for errors alike. Loads only the view that is asked for.
 */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import type { Paint } from '../views/text/layout.ts'
import { type ColorOption, choosePaint } from './color.ts'
import type { Result, World } from './world.ts'

/** Format → what shows a document in it; null: withheld, it would read as "fine" and is not. */
export type Views<D, F extends string> = Readonly<
  Record<F, (document: D, paint: Paint) => Promise<string | null>>
>

/** A document knows what the command ends with: no view decides that. */
interface Ending {
  readonly exitCode: 0 | 1 | 2
  /** For stderr. */
  readonly notes?: readonly Diagnostic[]
}

/** A command without `--format` has text only. */
interface Asked<F extends string> {
  readonly format?: F | 'text'
  readonly color: ColorOption
}

export async function draw<D, F extends string>(
  document: NoInfer<D>,
  views: Views<D, F | 'text'>,
  { format = 'text', color }: Asked<F>,
  world: World,
): Promise<string | null> {
  // Documents of machines have no colours, whatever was asked for.
  const paint = await choosePaint(format === 'text' ? color : 'never', world.stdout, world)
  return views[format](document, paint)
}

export async function show<D, F extends string>(
  document: NoInfer<D> & Ending,
  views: Views<D, F | 'text'>,
  asked: Asked<F>,
  world: World,
): Promise<Result> {
  const output = (await draw(document, views, asked, world)) ?? ''
  return { output, exitCode: document.exitCode, notes: document.notes ?? [] }
}

/**
 * How a command tells in a machine format that it could not do its work. Null for people, and where
 * there is nothing to show: they are told on stderr.
 * @param failed what to show of a run that went wrong
 */
export function refuseAs<D, F extends string>(
  views: Views<D, F | 'text'>,
  failed: (
    diagnostics: readonly Diagnostic[],
    world: World,
    format: NoInfer<F> | 'text' | undefined,
  ) => NoInfer<D> & Ending,
) {
  return async (
    diagnostics: readonly Diagnostic[],
    { values }: { readonly values: Asked<F> },
    world: World,
  ): Promise<Result | null> => {
    if (values.format === 'text') return null
    const result = await show(failed(diagnostics, world, values.format), views, values, world)
    return result.output === '' ? null : result
  }
}
