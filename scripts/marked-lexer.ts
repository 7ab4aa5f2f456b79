// For esbuild: of `marked` the lexer alone. The page is built from its tokens; the renderer to HTML is a third of the package, and a bundler cannot
// leave it out by itself, because the module hangs its functions on one another as it is loaded.
import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** The renderer: everything from it on builds on the lexer, and nothing before it looks at it. */
const REST = /var \w+=class\{options;parser;constructor\(/
const LEXER = /\bexport\{.*\b(\w+) as Lexer\b/

/** @throws Error (and so the build) when `marked` is no longer built as it was: then this has to be looked at anew. */
export const markedLexer: Plugin = {
  name: 'marked-lexer',
  setup(build) {
    build.onLoad({ filter: /[\\/]marked[\\/]lib[\\/]marked\.esm\.js$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8')
      const [rest, lexer] = [REST.exec(code)?.index, LEXER.exec(code)?.[1]]
      if (rest === undefined || lexer === undefined)
        throw new Error('marked is built in another way: look at scripts/marked-lexer.ts')
      return { contents: `${code.slice(0, rest)}\nexport { ${lexer} as Lexer }`, loader: 'js' }
    })
  },
}
