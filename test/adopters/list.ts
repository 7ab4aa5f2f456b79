// The adopters: runtimes, compilers and web frameworks. No test lives here.

import { join } from 'node:path'
import { FRAMEWORKS, type Framework, packagesOf } from '../../src/cli/init/project.ts'
import type { Adopter, Site } from './adopter.ts'
import { MCP_SERVERS } from './mcp-servers.ts'
import { PAGES } from './pages.ts'
import { proveExpress, proveInit } from './prove.ts'
import { SESSION_PAGE } from './session-page.ts'

const node = (file: string) => () => ({ command: process.execPath, args: [file] })

/** A program of an installed package, by its path: nothing has to find it. */
const program =
  (path: string, ...args: string[]) =>
  ({ folder }: Site) => ({ command: join(folder, 'node_modules', path), args })

const script = (path: string, ...args: string[]) => ({
  command: process.execPath,
  args: [join('node_modules', path), ...args],
})

/** An app in Express 5, compiled strictly and with the libraries' own types checked. */
function typescript(version: string): Adopter {
  return {
    name: `Express 5 in TypeScript ${version}`,
    files: { 'express.ts': 'express.ts', 'tsconfig.json': 'tsconfig.json' },
    packages: {
      express: '^5.3.0',
      '@types/express': '^5.0.6',
      '@types/node': '^24.0.0',
      typescript: version === '5.9' ? '~5.9.3' : '^7.0.2',
    },
    build: () => [script('typescript/bin/tsc', '-p', '.')],
    start: node('out/express.js'),
    more: proveExpress,
  }
}

const next = (command: string, ...args: string[]) => script('next/dist/bin/next', command, ...args)

/** What `onbehalf init` writes, tested and started as it says. */
function begunWith(framework: Framework): Adopter {
  const { onbehalf: _, ...packages } = packagesOf({
    framework,
    issuer: '',
    servers: [],
    version: '',
  })
  const writes = ({ env }: Site) =>
    script(
      'onbehalf/bin/onbehalf.mjs',
      'init',
      '--framework',
      framework,
      '--issuer',
      env.ISSUER ?? '',
      '--server',
      `Tasks=${env.MCP_URL}`,
    )
  const tests = { command: process.execPath, args: ['--env-file=.env.example', '--test'] }
  return {
    name: `onbehalf init, ${framework}`,
    files: {},
    packages,
    build: (site) => [writes(site), tests, ...(framework === 'next' ? [next('build')] : [])],
    start: ({ port }) =>
      framework === 'next'
        ? next('start', '-p', String(port), '-H', '127.0.0.1')
        : { command: process.execPath, args: ['--env-file=.env.example', 'server.js'] },
    prove: proveInit,
  }
}

export const ADOPTERS: readonly Adopter[] = [
  {
    name: 'Node, ES modules',
    files: { 'app.mjs': 'app.mjs', 'node-esm.mjs': 'server.mjs' },
    packages: {},
    start: node('server.mjs'),
  },
  {
    name: 'Node, CommonJS',
    files: { 'app.mjs': 'app.mjs', 'node-cjs.cjs': 'server.cjs' },
    packages: {},
    start: node('server.cjs'),
  },
  typescript('5.9'),
  typescript('7'),
  {
    name: 'Express 5, in a router',
    files: { 'app.mjs': 'app.mjs', 'express-router.mjs': 'server.mjs' },
    packages: { express: '^5.3.0' },
    start: node('server.mjs'),
  },
  {
    name: 'Fastify 5',
    files: { 'app.mjs': 'app.mjs', 'fastify.mjs': 'server.mjs' },
    packages: { fastify: '^5.12.0' },
    start: node('server.mjs'),
  },
  {
    name: 'Hono',
    files: { 'app.mjs': 'app.mjs', 'hono.mjs': 'server.mjs' },
    packages: { hono: '^4.13.0', '@hono/node-server': '^2.1.0' },
    start: node('server.mjs'),
  },
  {
    name: 'Next.js 16',
    files: { 'app.mjs': 'app.mjs', next: '.' },
    packages: { next: '^16.4.0', react: '^19.0.0', 'react-dom': '^19.0.0' },
    build: () => [next('build')],
    start: ({ port }) => next('start', '-p', String(port), '-H', '127.0.0.1'),
  },
  {
    name: 'Bun',
    files: { 'app.mjs': 'app.mjs', 'bun.mjs': 'server.mjs' },
    packages: { bun: '^1.3.0' },
    start: program(`@oven/bun-${process.platform}-${process.arch}/bin/bun`, 'server.mjs'),
  },
  {
    name: 'Deno',
    files: { 'app.mjs': 'app.mjs', 'deno.mjs': 'server.mjs' },
    packages: { deno: '^2.5.0' },
    start: program(
      `@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}/deno`,
      'run',
      '--allow-all',
      '--node-modules-dir=manual',
      'server.mjs',
    ),
  },
  {
    name: 'workerd',
    files: {
      'app.mjs': 'app.mjs',
      'workerd.mjs': 'worker.mjs',
      'workerd.capnp': 'workerd.capnp',
    },
    packages: { workerd: '^1.20260101.0', esbuild: '^0.28.0' },
    build: ({ origin, env }) => [
      script(
        'esbuild/bin/esbuild',
        'worker.mjs',
        '--bundle',
        '--format=esm',
        '--conditions=workerd,worker',
        '--external:node:*',
        `--define:SETTINGS=${JSON.stringify({ ...env, ORIGIN: origin })}`,
        '--outfile=bundle.mjs',
      ),
    ],
    start: ({ port, folder }) => ({
      command: join(
        folder,
        `node_modules/@cloudflare/workerd-${process.platform}-${process.arch === 'x64' ? '64' : process.arch}/bin/workerd`,
      ),
      args: ['serve', 'workerd.capnp', '--socket-addr', `http=127.0.0.1:${port}`],
    }),
  },
  ...FRAMEWORKS.map(begunWith),
  ...PAGES,
  ...MCP_SERVERS,
  SESSION_PAGE,
]
