// Makes a folder with the unpacked package installable on its own, for the image: `node
// runtime-packages.mjs FOLDER`. Its package.json then names what the gateway runs with, in the versions
// that package-lock.json has, and nothing else.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What the gateway uses beside its own dependencies. Here they are known as devDependencies. */
const RUNTIME = [
  'undici',
  'pg',
  '@opentelemetry/api',
  '@opentelemetry/exporter-metrics-otlp-http',
  '@opentelemetry/exporter-prometheus',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/sdk-trace',
]

const [folder = ''] = process.argv.slice(2)
const root = join(import.meta.dirname, '..')
const {
  devDependencies,
  dependencies,
  workspaces,
  optionalDependencies,
  peerDependencies,
  peerDependenciesMeta,
  overrides,
  scripts,
  ...described
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const runtime = Object.fromEntries(RUNTIME.map((name) => [name, devDependencies[name]]))
writeFileSync(
  join(folder, 'package.json'),
  `${JSON.stringify({ ...described, dependencies: { ...dependencies, ...runtime } }, null, 2)}\n`,
)
copyFileSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'))
mkdirSync(join(folder, 'deploy'), { recursive: true })
copyFileSync(join(root, 'deploy', 'health.mjs'), join(folder, 'deploy', 'health.mjs'))
