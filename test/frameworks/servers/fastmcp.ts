// A key in the query: no server that we found in the registries takes one, so FastMCP serves an app
// of ours.

import { join } from 'node:path'
import { type Package, pythonProgram } from './packages.ts'
import type { RealServer } from './server.ts'

const NAME = 'fastmcp'
const PACKAGE: Package = { from: 'PyPI', name: NAME, version: '4.2.3' }

/** The app. */
export const fastmcp: readonly RealServer[] = [
  {
    name: `an app of ours on ${NAME}`,
    form: 'the query of the URL',
    package: PACKAGE,
    isOurs: true,
    program: ({ folder, port, backend }) => ({
      command: pythonProgram(folder, 'python'),
      args: [join(import.meta.dirname, 'query-server.py')],
      env: { PORT: String(port), BACKEND: backend },
    }),
    binding: () => ({ placement: { type: 'query', name: 'apiKey' } }),
    call: (person) => ({ name: 'search', arguments: { text: `of-${person}` } }),
    arrives: ({ main }) => [`x-api-key: ${main}\n`],
    places: ['query apiKey'],
  },
]
