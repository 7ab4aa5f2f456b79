// The adopters: runtimes, compilers and web frameworks. No test lives here.

import { join } from 'node:path'
import { FRAMEWORKS, type Framework, packagesOf } from '../../src/cli/init/project.ts'
import type { Adopter, Site } from './adopter.ts'
import { MCP_SERVERS } from './mcp-servers.ts'
import { MOUNTED } from './mounted.ts'
import { PAGES } from './pages.ts'
import { PEERS } from './peers.ts'
import { proveBeside, proveInit } from './prove.ts'
import { SESSION_PAGE } from './session-page.ts'

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
    start: () => ({ command: process.execPath, args: ['out/express.js'] }),
    more: proveBeside,
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
  ...MOUNTED,
  typescript('5.9'),
  typescript('7'),
  ...FRAMEWORKS.map(begunWith),
  ...PAGES,
  ...MCP_SERVERS,
  ...PEERS,
  SESSION_PAGE,
]
