/** `rollcall review verify`: checks that a review is unchanged. */

import { concludeVerify, type VerifiedReview } from '../../core/review/results.ts'
import { define } from '../../shell/command.ts'
import { color } from '../../shell/options.ts'
import { show, type Views } from '../../shell/show.ts'
import { inspect, readFolderName } from './folder.ts'

const VIEWS: Views<VerifiedReview, 'text'> = {
  text: async (verified, paint) =>
    (await import('../../views/review.ts')).renderVerified(verified, paint),
}

export const command = define('review verify', {
  positional: '<dir>',
  describe: 'Check that no file of a review was changed, removed or added',
  options: { color },
  examples: {
    'rollcall review verify review': 'Check every file against the manifest',
    'rollcall review verify review --color never': 'The same without colours, for a log',
  },
  run: async ({ positionals, values }, world) => {
    const folder = readFolderName(positionals)
    const { files, manifestSha256: manifest, problems } = await inspect(folder, world)
    return show(concludeVerify({ folder, files, manifest, problems }), VIEWS, values, world)
  },
})
