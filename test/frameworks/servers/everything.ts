// The reference server of the protocol's authors, which calls nobody: what it gets is recorded.

import { moduleFile, type Package } from './packages.ts'
import type { Place, Program, RealServer } from './server.ts'

const NAME = '@modelcontextprotocol/server-everything'
const PACKAGE: Package = { from: 'npm', name: NAME, version: '2026.8.31' }

const shared: Omit<RealServer, 'form' | 'program'> = {
  name: NAME,
  package: PACKAGE,
  isBackend: true,
  binding: () => ({ placement: { type: 'header' } }),
  call: (person) => ({ name: 'echo', arguments: { message: `of-${person}` } }),
  arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
  places: ['header Authorization'],
  noEcho: 'it does not look at headers',
}
const programIn =
  (mode: string) =>
  ({ folder, port }: Place): Program => ({
    command: process.execPath,
    args: [moduleFile(folder, `${NAME}/dist/index.js`), mode],
    env: { PORT: String(port) },
  })

/** The server, over both transports of HTTP. */
export const everything: readonly RealServer[] = [
  { ...shared, form: 'Bearer, over Streamable HTTP', program: programIn('streamableHttp') },
  {
    ...shared,
    form: 'Bearer, over HTTP+SSE of 2024-11-05',
    program: programIn('sse'),
    path: '/sse',
    legacySse: true,
  },
]
