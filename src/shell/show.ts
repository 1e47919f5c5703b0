/**
 * Turns the result of a command into text: the one place where `--format` chooses a view, both for
 * results and for errors. Loads only the view that is needed.
 */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import type { Paint } from '../views/text/layout.ts'
import { type ColorOption, choosePaint } from './color.ts'
import type { Result, World } from './world.ts'

/** Format → its view. A view returns null if an empty document would look like a good result. */
export type Views<D, F extends string> = Readonly<
  Record<F, (document: D, paint: Paint) => Promise<string | null>>
>

/** The document contains the exit code, because views must not decide it. */
interface Ending {
  readonly exitCode: 0 | 1 | 2
  /** For stderr. */
  readonly notes?: readonly Diagnostic[]
}

/** A command without `--format` has text only. */
export interface FormatChoice<F extends string> {
  readonly format?: F | 'text'
  readonly color: ColorOption
}

/** Loaded late, because not every result is text. */
const loadLayout = () => import('../views/text/layout.ts')

export async function draw<D, F extends string>(
  document: NoInfer<D>,
  views: Views<D, F | 'text'>,
  { format = 'text', color }: FormatChoice<F>,
  world: World,
): Promise<string | null> {
  // Machine formats have no colours, even with --color always.
  const paint = await choosePaint(format === 'text' ? color : 'never', world.stdout, world)
  const text = await views[format](document, paint)
  if (format !== 'text' || text === null) return text
  return (await loadLayout()).hideCommands(text)
}

/** @param file that of -o: it gets the document without colours, which are for a terminal */
export async function show<D, F extends string>(
  document: NoInfer<D> & Ending,
  views: Views<D, F | 'text'>,
  choice: FormatChoice<F>,
  world: World,
  file: { readonly shown: string; readonly write: (text: string) => Promise<void> } | null = null,
): Promise<Result> {
  const { exitCode, notes = [] } = document
  const color = file === null ? choice.color : 'never'
  const output = (await draw(document, views, { ...choice, color }, world)) ?? ''
  if (file === null) return { output, exitCode, notes }
  world.signal.throwIfAborted()
  await file.write(output)
  return { output: `Written: ${(await loadLayout()).shorten(file.shown)}\n`, exitCode, notes }
}

/**
 * Reports errors in a machine format. Returns null for text, and for a view that shows nothing:
 * the errors then go to stderr. People read the HTML page, and stderr too, so HTML shows them in both.
 * @param failed makes the document of a run that failed
 */
export function refuseAs<D, F extends string>(
  views: Views<D, F | 'text'>,
  failed: (diagnostics: readonly Diagnostic[], world: World) => NoInfer<D> & Ending,
) {
  return async (
    diagnostics: readonly Diagnostic[],
    { values }: { readonly values: FormatChoice<F> },
    world: World,
  ): Promise<Result | null> => {
    if (values.format === 'text') return null
    const result = await show(failed(diagnostics, world), views, values, world)
    const notes = values.format === 'html' ? diagnostics : []
    return result.output === '' ? null : { ...result, notes }
  }
}
