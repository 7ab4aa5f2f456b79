// Compiles an app that imports every subpath from what is built, without skipLibCheck. Then checks
// which packages the declarations name: an app has our dependencies, and not what we build with.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
)
const compiler = [join(modules, 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.published.json']
const compiled = spawnSync(process.execPath, [...compiler, '--listFiles'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
})
if (compiled.status !== 0) fail(compiled.stdout + compiled.stderr)
const declarations = compiled.stdout
  .split('\n')
  .filter((file) => file.startsWith(join(root, 'dist')))
if (declarations.length === 0) fail('tsc listed no declaration in dist')
const problems = declarations.flatMap((file) =>
  packagesIn(readFileSync(file, 'utf8'))
    .filter((name) => !appHasTypesOf(name))
    .map((name) => `${relative(root, file)} names ${name}, whose types an app does not have`),
)
if (problems.length > 0) fail(problems.join('\n'))

/** The packages that a declaration imports. */
function packagesIn(text) {
  const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)]
  const bare = specifiers
    .map(([, name]) => name)
    .filter((name) => !/^(\.|node:|onbehalf)/.test(name))
  return bare.map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
}

/** Types from `@types` do not come with a package. Every app of React's has React's all the same. */
function appHasTypesOf(name) {
  if (name === 'react') return true
  const declared = name in dependencies || name in peerDependencies
  return declared && !existsSync(join(modules, '@types', name))
}

function fail(message) {
  console.error(message.trimEnd())
  process.exit(1)
}
