// Grafana, by the server that its makers publish on PyPI.

import { type Package, pythonProgram } from './packages.ts'
import type { Place, Program, RealServer } from './server.ts'

const NAME = 'mcp-grafana'
const PACKAGE: Package = { from: 'PyPI', name: NAME, version: '2.1.1' }

function program({ folder, port, backend }: Place): Program {
  return {
    command: pythonProgram(folder, NAME),
    args: ['-t', 'streamable-http', '-address', `127.0.0.1:${port}`],
    env: { GRAFANA_URL: backend },
  }
}

/** The server, by its own header. */
export const grafana: readonly RealServer[] = [
  {
    name: NAME,
    form: 'a header of its own',
    package: PACKAGE,
    program,
    binding: () => ({ placement: { type: 'header', name: 'X-Grafana-API-Key' } }),
    call: (person) => ({ name: 'search_dashboards', arguments: { query: `of-${person}` } }),
    answer: (_, echo) => [{ id: 1, uid: 'a', title: echo, type: 'dash-db', url: '/d/a', tags: [] }],
    arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
    places: ['header X-Grafana-API-Key'],
  },
]
