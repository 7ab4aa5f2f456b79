// Builds the chat component for browsers: one module with everything in it, and beside it one for
// formulas, diagrams, the colours of code, charts, the menu, a long history, what people seldom do,
// and each language, which it loads when it needs them. Refuses a module that is larger than README promises.
// `node scripts/build-web.mjs [folder]`, default dist.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, transform } from 'esbuild'
import { minify } from 'terser'
import { manifest } from './custom-elements.mjs'
import { libraries } from './web-libraries.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = join(resolve(process.argv[2] ?? join(root, 'dist')), 'web')
const name = 'onbehalf-chat.js'

/** Bytes of the module, gzipped, its dependencies included. */
const LIMIT = 70_000

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

/** The element is defined once, so the module for React takes it from the file beside it. */
const componentBeside = {
  name: 'the component beside it',
  setup(on) {
    on.onResolve({ filter: /^\.\.\/index\.ts$/ }, () => ({ path: `./${name}`, external: true }))
  },
}

/** The modules that are loaded when an answer needs them, with the libraries in each. */
const RICH = {
  draw: [],
  formula: ['katex'],
  diagram: ['beautiful-mermaid', '@dagrejs/dagre', '@dagrejs/graphlib'],
  code: ['highlight.js'],
}
const besideName = (kind) => `onbehalf-chat-${kind}.js`

/** Each module that is loaded later stands beside it: `rich/code.ts`, `locales/de.ts`, `menu/index.ts`. */
const loadedLater = {
  name: 'what is loaded later',
  setup(on) {
    on.onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined
      const source = join(resolveDir, path)
      const short = path.endsWith('/index.ts') ? basename(dirname(source)) : basename(source, '.ts')
      return { path: `./${besideName(short)}`, external: true }
    })
  },
}

const { outputFiles } = await build({
  // gzip looks back 32 kB, so similar code has to stand together: the libraries, the modules that
  // draw, the rest.
  stdin: {
    contents: `${['marked', 'dompurify', './web/view/frame.ts']
      .map((module) => `import '${module}'`)
      .join(';')};export * from './web/index.ts'`,
    resolveDir: root,
  },
  write: false,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  ...libraries,
  plugins: [stylesAsText, loadedLater, ...libraries.plugins],
  minify: true,
  legalComments: 'none',
  logOverride: { 'ignored-bare-import': 'silent' },
  logLevel: 'warning',
})
// Its shorter names are a twentieth of the size.
const { code } = await minify(outputFiles[0].text, { module: true, ecma: 2020 })
const licences = ['marked', 'dompurify', ...Object.values(RICH).flat()].map(
  (one) => `${one}\n\n${readFileSync(join(root, 'node_modules', one, 'LICENSE'), 'utf8')}`,
)
const module = `/*! Contains marked (MIT) and DOMPurify (Apache-2.0): ${name}.LICENSES.txt */\n${code}\n`
const size = gzipSync(module, { level: 9 }).length
console.log(`${name}: ${(size / 1000).toFixed(1)} kB gzipped, of at most ${LIMIT / 1000} kB`)
mkdirSync(folder, { recursive: true })
rmSync(join(folder, name), { force: true })
if (size > LIMIT) {
  console.error(
    'The chat component is larger than README says. Find out what has grown: npx esbuild --analyze',
  )
  process.exit(1)
}
writeFileSync(join(folder, name), module)
for (const [kind, inside] of Object.entries(RICH)) {
  const { outputFiles: files } = await build({
    entryPoints: [join(root, 'web', 'rich', `${kind}.ts`)],
    write: false,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    plugins: [stylesAsText, loadedLater],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  const notice = `/*! Contains ${inside.join(', ')}: ${name}.LICENSES.txt */\n`
  const rich = (inside.length > 0 ? notice : '') + files[0].text
  const kilobytes = (gzipSync(rich, { level: 9 }).length / 1000).toFixed(1)
  console.log(`${besideName(kind)}: ${kilobytes} kB gzipped`)
  writeFileSync(join(folder, besideName(kind)), rich)
}
const web = (...path) => join(root, 'web', ...path)
const locales = readdirSync(web('locales')).map((file) => file.replace('.ts', ''))
const others = [
  [web('menu', 'index.ts'), besideName('menu')],
  [web('history', 'index.ts'), besideName('history')],
  [web('tools', 'index.ts'), besideName('tools')],
  [web('content', 'widget', 'chart', 'index.ts'), besideName('chart')],
  ...['edit-message', 'read-aloud', 'record', 'title-field'].map((name) => [
    web('view', `${name}.ts`),
    besideName(name),
  ]),
  [web('official', 'index.ts'), besideName('official')],
  ...locales.map((language) => [web('locales', `${language}.ts`), besideName(language)]),
]
await build({
  entryPoints: others.map(([source, file]) => ({ in: source, out: file.replace('.js', '') })),
  outdir: folder,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  plugins: [stylesAsText, componentBeside],
  logLevel: 'warning',
})
await build({
  entryPoints: [join(root, 'web', 'react', 'index.ts')],
  outfile: join(folder, 'react.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  external: ['react'],
  plugins: [componentBeside],
  // React on a server must not run it there.
  banner: { js: "'use client'" },
  logLevel: 'warning',
})
writeFileSync(join(folder, 'custom-elements.json'), manifest(root))
writeFileSync(join(folder, `${name}.LICENSES.txt`), licences.join('\n\n'))
