// Says how the libraries of the chat component are bundled: from their sources, without what the
// component does not use. The build and the tests of the content share these options, so that what
// is tested is what is published.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions, Plugin } from 'esbuild'

const dompurify = fileURLToPath(new URL('../node_modules/dompurify', import.meta.url))
const { version } = JSON.parse(readFileSync(join(dompurify, 'package.json'), 'utf8'))

/**
 * Keeps only the lexer of marked. The rest hangs on the function `marked`, and a bundler does not
 * remove properties of a function.
 */
const lexerOnly: Plugin = {
  name: 'the lexer of marked',
  setup(on) {
    on.onLoad({ filter: /\/marked\.esm\.js$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8')
      const named = (exported: string) => new RegExp(`(\\w+) as ${exported}\\b`).exec(code)?.[1]
      const rest = new RegExp(
        `var \\w+=new ${named('Marked')};function ${named('marked')}\\(`,
      ).exec(code)?.index
      if (rest === undefined) throw new Error('marked is built in another way than before')
      return { contents: `${code.slice(0, rest)}export{${named('Lexer')} as Lexer}` }
    })
  },
}

/**
 * Empties DOMPurify's own lists. The component says itself what it allows, so DOMPurify never asks
 * for its defaults. It does not need the names within SVG and MathML either: neither root is
 * allowed, and its content goes with it. If the component forgot its list, the empty ones would
 * allow nothing.
 */
const ownListOnly: Plugin = {
  name: 'no lists of DOMPurify but ours',
  setup(on) {
    on.onLoad({ filter: /\/dompurify\/src\/(?:attrs|tags)\.ts$/ }, ({ path }) => {
      const lists = /freeze\(\[[^\]]*\]/g
      const code = readFileSync(path, 'utf8')
      if (!code.match(lists)?.length)
        throw new Error('DOMPurify keeps its lists in another way than before')
      return { contents: code.replace(lists, 'freeze([]'), loader: 'ts', resolveDir: dirname(path) }
    })
  },
}

/** Options of esbuild. */
export const libraries: Required<Pick<BuildOptions, 'alias' | 'define' | 'drop' | 'plugins'>> = {
  // This is DOMPurify's source. What DOMPurify ships built is for the browsers of ten years ago.
  alias: { dompurify: join(dompurify, 'src', 'purify.ts') },
  define: { VERSION: JSON.stringify(version) },
  // Only the libraries write to the console; the component tells the page by events.
  drop: ['console'],
  plugins: [lexerOnly, ownListOnly],
}
