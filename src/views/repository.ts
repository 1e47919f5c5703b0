/** What a view must know about the repository of a policy to link to its lines. */

export interface Repository {
  /** The path of a file in the repository, with `/` and not encoded. Null: the file is not in it. */
  readonly uri: (file: string) => string | null
}
