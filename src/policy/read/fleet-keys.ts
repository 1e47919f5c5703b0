/** The keys of an account in a fleet file: what each accepts, and the words for it. */
import { isStdin } from './named-file.ts'
import { getText, type TreeNode } from './tree.ts'

interface Key {
  readonly expected: string
  readonly advice: string
  readonly accepts: (node: TreeNode) => boolean
  readonly required?: true
  /** Whether messages must not quote the wrong value. */
  readonly secret?: true
}

const acceptText = (pattern: RegExp, longest: number) => (node: TreeNode) => {
  const text = getText(node)
  return text !== null && pattern.test(text) && [...text].length <= longest
}

const makePathKey = (advice: string): Key => ({
  expected: 'the path of a file',
  advice: `${advice} Paths are relative to the fleet file.`,
  accepts: (node) => acceptText(/\S/, 4_096)(node) && !isStdin(getText(node) ?? ''),
})

/** The keys of one account, in the order of messages. */
export const FLEET_KEYS: Readonly<Record<string, Key>> = {
  name: {
    expected: 'text of 1 to 64 characters',
    advice: 'Write a short name, for example acme, in quotes if it is a number.',
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a name must not contain any
    accepts: acceptText(/^(?!.*[\u0000-\u001f\u007f-\u009f\ud800-\udfff])\S(?:.*\S)?$/u, 64),
    required: true,
  },
  policy: { ...makePathKey('Write the path of its policy.'), required: true },
  base_url: {
    expected: 'the URL of a server',
    advice: 'Write it like https://chat.acme.com.',
    accepts: acceptText(/^https?:\/\/\S+$/i, Number.POSITIVE_INFINITY),
    required: true,
  },
  account: {
    expected: 'a positive whole number',
    advice: 'Write the number that follows /app/accounts/ in the URL of the dashboard.',
    accepts: (node) =>
      node.kind === 'scalar' && Number.isSafeInteger(node.value) && Number(node.value) > 0,
    required: true,
  },
  token_env: {
    expected: 'the name of an environment variable',
    advice: 'Write the name of the variable that contains the token, never the token itself.',
    // Not 24 letters of both cases and digits: a token of Chatwoot looks like that.
    accepts: acceptText(/^(?!(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9]{24}$)[A-Za-z_][A-Za-z0-9_]*$/, 256),
    secret: true,
  },
  token_file: makePathKey('Write the path of the file that contains the token.'),
  ca_file: makePathKey('Write the path of a file with certificates in PEM format.'),
  header_file: makePathKey('Write the path of a file with one `Name: value` per line.'),
}
