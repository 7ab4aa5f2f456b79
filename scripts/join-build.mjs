// Joins what tsc built into one module for each subpath, and one module for the code that several
// of them share. Node takes longer to find and load a hundred files than to run them. Code that no
// subpath needs is left out (the queries that the statements were compiled from). Declarations stay
// as they are, packages stay outside, and the maps lead to the source. `node scripts/join-build.mjs
// [folder]`, default dist.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const folder = resolve(process.argv[2] ?? join(root, 'dist'))

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const published = Object.values(exports).flatMap(
  (target) => target['onbehalf-source']?.match(/^\.\/src\/(.+)\.ts$/)?.[1] ?? [],
)
// The program is started by bin/, not imported by a subpath. It starts the stacks that it tests.
const programs = [
  'main',
  ...['own', 'own-stdio', 'literal'].map((name) => `leaktest/stacks/${name}-server`),
]
const entries = [...published, ...programs.map((name) => `cli/${name}`)].map((name) =>
  join(folder, `${name}.js`),
)

const { metafile } = await build({
  entryPoints: entries,
  outdir: folder,
  outbase: folder,
  allowOverwrite: true,
  bundle: true,
  splitting: true,
  chunkNames: 'shared/[hash]',
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  metafile: true,
  logLevel: 'warning',
})

const kept = new Set(Object.keys(metafile.outputs).map((path) => resolve(path)))
for (const name of readdirSync(join(root, 'src'), { recursive: true })) {
  const module = join(folder, name.replace(/\.ts$/, '.js'))
  if (!name.endsWith('.ts') || kept.has(module)) continue
  for (const path of [module, `${module}.map`]) rmSync(path, { force: true })
}
for (const entry of entries)
  if (!kept.has(entry)) throw new Error(`${relative(root, entry)} was not written`)
