// Apify, by the server of its makers: over stdio, and over HTTP as it runs on their platform.

import { moduleFile, type Package } from './packages.ts'
import type { Place, RealServer } from './server.ts'

const NAME = '@apify/actors-mcp-server'
const PACKAGE: Package = { from: 'npm', name: NAME, version: '0.16.0' }

const fileIn = ({ folder }: Place, name: string) => moduleFile(folder, `${NAME}/dist/${name}`)
const shared: Pick<RealServer, 'name' | 'package' | 'call' | 'answer' | 'arrives'> = {
  name: NAME,
  package: PACKAGE,
  call: (person) => ({ name: 'get-dataset', arguments: { datasetId: `of-${person}` } }),
  answer: (_, echo) => ({ data: { id: 'd', name: echo, userId: 'u', itemCount: 0 } }),
  arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
}

/** The server, in two ways. */
export const apify: readonly RealServer[] = [
  {
    ...shared,
    form: 'a variable of the environment',
    binding: (place) => ({
      placement: { type: 'env', variables: { APIFY_TOKEN: '{credential}' } },
      process: {
        command: process.execPath,
        args: [fileIn(place, 'stdio.js'), '--tools', 'storage'],
        env: { APIFY_API_BASE_URL: place.backend, TELEMETRY_ENABLED: 'false' },
      },
    }),
    places: ['env APIFY_TOKEN'],
  },
  {
    ...shared,
    form: 'the query of the URL',
    program: (place) => ({
      command: process.execPath,
      args: [fileIn(place, 'dev_server.js')],
      env: { APIFY_API_BASE_URL: place.backend, PORT: String(place.port) },
    }),
    // Its other settings are parameters of the query, too.
    path: '/?tools=storage&telemetry-enabled=false',
    binding: () => ({ placement: { type: 'query', name: 'token' } }),
    places: ['query token'],
  },
]
