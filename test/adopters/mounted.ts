// The doors of docs/mounting, word for word: each web server with the code of its page, and two that
// have no page. No test lives here.

import { join } from 'node:path'
import type { Adopter, Program, Site } from './adopter.ts'
import { proveBeside, proveChat } from './prove.ts'

const script = (...args: string[]): Program => ({ command: process.execPath, args })

const server = () => script('server.js')

/** A program of an installed package, by its path: nothing has to find it. */
const program =
  (path: string, ...args: string[]) =>
  ({ folder }: Site): Program => ({ command: join(folder, 'node_modules', path), args })

/** The app that all of them put behind the door. */
const APP: Adopter['files'] = {
  '../../../docs/mounting.md': 'mounting.md',
  'snippet.mjs': 'snippet.mjs',
  'answer.js': 'answer.js',
}
const writesApp = () => script('snippet.mjs', 'mounting.md', 'js', 'onbehalf.js')

/** Files of a page, each with the number of its code among the page's. */
type Shown = Readonly<Record<string, number>>

/** An app whose files are on a page of docs/mounting. */
export function shownOn(
  page: string,
  {
    name,
    shown = { 'server.js': 1 },
    ...rest
  }: Omit<Adopter, 'files'> & {
    readonly shown?: Shown
    readonly files?: Adopter['files']
  },
): Adopter {
  const writes = Object.entries(shown).map(([file, at]) =>
    script('snippet.mjs', page, 'js', file, String(at)),
  )
  return {
    ...rest,
    name,
    files: { ...APP, [`../../../docs/mounting/${page}`]: page, ...rest.files },
    build: (site) => [writesApp(), ...writes, ...(rest.build?.(site) ?? [])],
  }
}

/** The two servers of a page: the door alone, and with a ChatKit server and an MCP server beside it. */
function aloneAndBeside(page: string, name: string, packages: Adopter['packages']): Adopter[] {
  return [
    shownOn(page, { name, packages, start: server }),
    shownOn(page, {
      name: `${name}, three beside each other`,
      shown: { 'server.js': 2 },
      files: { beside: '.' },
      packages,
      start: server,
      more: proveBeside,
    }),
  ]
}

/** An app of this folder, where no page shows how. */
function ownApp(name: string, from: string, to: string, packages: Adopter['packages']): Adopter {
  return {
    name,
    files: { ...APP, [from]: to },
    packages,
    build: () => [writesApp()],
    start: () => script(to),
  }
}

const next = (...args: string[]) => script('node_modules/next/dist/bin/next', ...args)
const { platform, arch } = process

export const MOUNTED: readonly Adopter[] = [
  shownOn('node.md', { name: 'node:http', packages: {}, start: server }),
  ...aloneAndBeside('express.md', 'Express 5', { express: '^5.3.0' }),
  ...aloneAndBeside('fastify.md', 'Fastify 5', { fastify: '^5.12.0' }),
  ...aloneAndBeside('hono.md', 'Hono', { hono: '^4.13.0', '@hono/node-server': '^2.1.0' }),
  shownOn('nextjs.md', {
    name: 'Next.js 16',
    shown: {
      'app/chat/route.js': 1,
      'app/.well-known/oauth-protected-resource/[[...path]]/route.js': 2,
      'app/chatkit/route.js': 3,
    },
    files: { next: '.', 'beside/chatkit.js': 'chatkit.js' },
    packages: { next: '^16.4.0', react: '^19.0.0', 'react-dom': '^19.0.0' },
    build: () => [next('build')],
    start: ({ port }) => next('start', '-p', String(port), '-H', '127.0.0.1'),
    more: proveChat,
  }),
  shownOn('runtimes.md', {
    name: 'Bun',
    packages: { bun: '^1.3.0' },
    start: program(`@oven/bun-${platform}-${arch}/bin/bun`, 'server.js'),
  }),
  shownOn('runtimes.md', {
    name: 'Deno',
    shown: { 'server.js': 2 },
    packages: { deno: '^2.5.0' },
    start: program(
      `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}/deno`,
      'run',
      '--allow-all',
      '--node-modules-dir=manual',
      'server.js',
    ),
  }),
  shownOn('runtimes.md', {
    name: 'workerd',
    shown: { 'worker.js': 3 },
    files: { 'workerd.capnp': 'workerd.capnp' },
    packages: { workerd: '^1.20260101.0', esbuild: '^0.28.0' },
    build: () => [
      script(
        'node_modules/esbuild/bin/esbuild',
        'worker.js',
        '--bundle',
        '--format=esm',
        '--conditions=workerd,worker',
        '--external:node:*',
        '--outfile=bundle.mjs',
      ),
    ],
    start: (site) =>
      program(
        `@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}/bin/workerd`,
        'serve',
        'workerd.capnp',
        '--socket-addr',
        `http=127.0.0.1:${site.port}`,
      )(site),
  }),
  ownApp('Node, CommonJS', 'node-cjs.cjs', 'server.cjs', {}),
  ownApp('Express 5, in a router', 'express-router.mjs', 'server.mjs', { express: '^5.3.0' }),
]
