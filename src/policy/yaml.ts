/**
 * The YAML library, by `require`: as an import, Node would read each of its many files a second
 * time, only to find what they export. Nothing but names here.
 */
import { createRequire } from 'node:module'

export const { Composer, CST, isAlias, isMap, isScalar, isSeq, Lexer, Parser } = createRequire(
  import.meta.url,
)('yaml') as typeof import('yaml')
