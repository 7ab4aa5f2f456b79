// A key in a cookie and in the path of the URL: no server that we found in the registries takes one
// there, so FastMCP serves an app of ours.

import { join } from 'node:path'
import { type Package, pythonProgram } from './packages.ts'
import type { Place, Program, RealServer } from './server.ts'

const NAME = 'fastmcp'
const PACKAGE: Package = { from: 'PyPI', name: NAME, version: '4.2.3' }

const shared: Pick<RealServer, 'name' | 'package' | 'isOurs' | 'call' | 'arrives'> = {
  name: `an app of ours on ${NAME}`,
  package: PACKAGE,
  isOurs: true,
  call: (person) => ({ name: 'search', arguments: { text: `of-${person}` } }),
  arrives: ({ main }) => [`x-api-key: ${main}\n`],
}
const programWith =
  (keyIn: 'cookie' | 'path') =>
  ({ folder, port, backend }: Place): Program => ({
    command: pythonProgram(folder, 'python'),
    args: [join(import.meta.dirname, 'key-server.py')],
    env: { PORT: String(port), BACKEND: backend, KEY_IN: keyIn },
  })

/** The app, in two ways. */
export const fastmcp: readonly RealServer[] = [
  {
    ...shared,
    form: 'a cookie',
    program: programWith('cookie'),
    binding: () => ({ placement: { type: 'cookie', name: 'session' } }),
    places: ['cookie session'],
  },
  {
    ...shared,
    form: 'the path of the URL',
    program: programWith('path'),
    path: '/u/{credential}/mcp',
    binding: () => ({ placement: { type: 'path' } }),
    places: ['path'],
  },
]
