// Builds the chat component for browsers: one module with everything in it, and refuses one that is larger than promised. `node scripts/build-web.mjs [folder]`, default dist.
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, transform } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const outfile = join(resolve(process.argv[2] ?? join(root, 'dist')), 'web', 'onbehalf-chat.js')

/** Bytes of the module, gzipped, its dependencies included. */
const LIMIT = 60_000

/** Style sheets become texts, without what a browser does not need of them. */
const stylesAsText = {
  name: 'styles as text',
  setup(on) {
    on.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true })
      return { contents: code.trim(), loader: 'text' }
    })
  },
}

await build({
  entryPoints: [join(root, 'web', 'index.ts')],
  outfile,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  plugins: [stylesAsText],
  minify: true,
  // Their licences ask to go with them.
  legalComments: 'linked',
  logLevel: 'warning',
})
const size = gzipSync(readFileSync(outfile), { level: 9 }).length
console.log(`onbehalf-chat.js: ${(size / 1000).toFixed(1)} kB gzipped, of at most ${LIMIT / 1000} kB`)
if (size > LIMIT) {
  rmSync(outfile)
  console.error('The chat component is larger than README says. Find out what has grown: npx esbuild --analyze')
  process.exit(1)
}
