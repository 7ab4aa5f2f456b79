// Apify, by the stdio server of its makers.

import { moduleFile } from './packages.ts'
import type { RealServer } from './server.ts'

const NAME = '@apify/actors-mcp-server'

/** The server. */
export const apify: readonly RealServer[] = [
  {
    name: NAME,
    form: 'a variable of the environment',
    package: { from: 'npm', name: NAME, version: '0.16.0' },
    binding: ({ folder, backend }) => ({
      placement: { type: 'env', variables: { APIFY_TOKEN: '{credential}' } },
      process: {
        command: process.execPath,
        args: [moduleFile(folder, `${NAME}/dist/stdio.js`), '--tools', 'storage'],
        env: { APIFY_API_BASE_URL: backend, TELEMETRY_ENABLED: 'false' },
      },
    }),
    call: (person) => ({ name: 'get-dataset', arguments: { datasetId: `of-${person}` } }),
    answer: (_, echo) => ({ data: { id: 'd', name: echo, userId: 'u', itemCount: 0 } }),
    arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
    places: ['env APIFY_TOKEN'],
  },
]
