/** What a view has to know of the repository that holds a policy, to point at a line of it. */

export interface Repository {
  /** The path of a file in the repository, with `/` and not encoded. Null: the file is not in it. */
  readonly uri: (file: string) => string | null
}
