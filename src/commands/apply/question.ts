/** The question on a terminal. Without an answer, nothing is written. */
import type { Snapshot } from '../../core/model/snapshot.ts'
import type { ApplyFacts } from '../../core/report/apply.ts'
import { type ColorOption, choosePaint } from '../../shell/color.ts'
import type { Format } from '../../shell/options.ts'
import type { World } from '../../shell/world.ts'

/** On a terminal: the whole plan, then a word that nobody types by accident. */
export async function askForApproval(
  facts: ApplyFacts,
  { account, server }: Snapshot,
  flags: { readonly format: Format; readonly color: ColorOption },
  world: World,
): Promise<boolean> {
  const { renderProposal } = await import('../../views/text/apply.ts')
  const machine = flags.format === 'json'
  const stream = machine ? world.stderr : world.stdout
  const paint = await choosePaint(flags.color, stream, world)
  await stream.write(renderProposal(facts, paint))
  const risky = facts.proposal?.plan.written.some(({ change }) => change.irreversible) ?? false
  const typeable = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(account.name)
  const word = !risky ? 'yes' : typeable ? account.name : String(account.id)
  const what = !risky ? '"yes"' : typeable ? `the name of the account, "${word}"` : `"${word}"`
  const host = new URL(server).host
  const answer = await world.ask(
    `Write to account ${account.id} on ${host}? Type ${what} to approve: `,
  )
  return answer !== null && answer.trim() === word
}
