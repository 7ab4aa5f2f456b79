// Firecrawl, by the stdio server of its makers.

import { moduleFile } from './packages.ts'
import type { RealServer } from './server.ts'

const NAME = 'firecrawl-mcp'

/** The server. */
export const firecrawl: readonly RealServer[] = [
  {
    name: NAME,
    form: 'a variable of the environment',
    package: { from: 'npm', name: NAME, version: '3.26.0' },
    binding: ({ folder, backend }) => ({
      placement: { type: 'env', variables: { FIRECRAWL_API_KEY: '{credential}' } },
      process: {
        command: process.execPath,
        args: [moduleFile(folder, `${NAME}/dist/index.js`)],
        env: { FIRECRAWL_API_URL: backend },
      },
    }),
    call: (person) => ({
      name: 'firecrawl_scrape',
      arguments: { url: `https://pages.example/of-${person}`, formats: ['markdown'] },
    }),
    answer: (_, echo) => ({ success: true, data: { markdown: echo, metadata: {} } }),
    arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
    places: ['env FIRECRAWL_API_KEY'],
  },
]
