// Notion, by a stdio server that takes its key from the environment.

import { moduleFile, type Package } from './packages.ts'
import type { Place, RealServer } from './server.ts'

const NAME = '@notionhq/notion-mcp-server'
const PACKAGE: Package = { from: 'npm', name: NAME, version: '2.5.2' }

const processOf = ({ folder, backend }: Place) => ({
  command: process.execPath,
  args: [moduleFile(folder, `${NAME}/bin/cli.mjs`)],
  env: { BASE_URL: backend },
})
const shared: Pick<RealServer, 'name' | 'package' | 'call' | 'arrives'> = {
  name: NAME,
  package: PACKAGE,
  call: (person) => ({ name: 'API-get-user', arguments: { user_id: `of-${person}` } }),
  arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
}
const leaveToModel = [{ pointer: '/user_id', tool: 'API-get-user' }]

/** The server, in two ways. */
export const notion: readonly RealServer[] = [
  {
    ...shared,
    form: 'a variable of the environment',
    binding: (place) => ({
      placement: { type: 'env', variables: { NOTION_TOKEN: '{credential}' } },
      process: processOf(place),
      leaveToModel,
    }),
    places: ['env NOTION_TOKEN'],
  },
  {
    ...shared,
    form: 'JSON in a variable of the environment',
    binding: (place) => ({
      placement: {
        type: 'env',
        variables: {
          OPENAPI_MCP_HEADERS:
            '{{"Authorization":"Bearer {credential}","Notion-Version":"2026-03-11"}}',
        },
      },
      process: processOf(place),
      leaveToModel,
    }),
    places: ['env OPENAPI_MCP_HEADERS'],
  },
]
