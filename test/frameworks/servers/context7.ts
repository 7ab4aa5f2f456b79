// Context7: over stdio with its key as an argument of the program, and over HTTP with a header.

import { moduleFile, type Package } from './packages.ts'
import type { Place, RealServer } from './server.ts'

const NAME = '@upstash/context7-mcp'
const PACKAGE: Package = { from: 'npm', name: NAME, version: '4.1.1' }

const fileIn = ({ folder }: Place) => moduleFile(folder, `${NAME}/dist/index.js`)
const shared: Pick<RealServer, 'name' | 'package' | 'call' | 'answer' | 'arrives'> = {
  name: NAME,
  package: PACKAGE,
  call: (person) => ({
    name: 'resolve-library-id',
    arguments: { query: `of-${person}`, libraryName: 'zod' },
  }),
  answer: (_, echo) => ({
    results: [{ id: '/colinhacks/zod', title: 'zod', description: echo, totalSnippets: 1 }],
  }),
  arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
}

/** The server, in two ways. */
export const context7: readonly RealServer[] = [
  {
    ...shared,
    form: 'an argument of the program',
    binding: (place) => ({
      placement: { type: 'args', args: ['--api-key={credential}'] },
      process: {
        command: process.execPath,
        args: [fileIn(place)],
        env: { CONTEXT7_API_URL: place.backend },
      },
    }),
    places: ['args'],
  },
  {
    ...shared,
    form: 'a header of its own',
    program: (place) => ({
      command: process.execPath,
      args: [fileIn(place), '--transport', 'http', '--port', String(place.port)],
      env: { CONTEXT7_API_URL: place.backend },
    }),
    binding: () => ({ placement: { type: 'header', name: 'X-Context7-API-Key' } }),
    places: ['header X-Context7-API-Key'],
  },
]
