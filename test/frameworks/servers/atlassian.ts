// Jira and Confluence, by a server of PyPI that takes each form of `Authorization`.

import { type Package, pythonProgram } from './packages.ts'
import type { Place, Program, RealServer, Recorded } from './server.ts'

const NAME = 'mcp-atlassian'
const PACKAGE: Package = { from: 'PyPI', name: NAME, version: '0.23.1' }

const programBy =
  (transport: string) =>
  ({ folder, port, backend }: Place): Program => {
    return {
      command: pythonProgram(folder, NAME),
      args: ['--transport', transport, '--host', '127.0.0.1', '--port', String(port)],
      env: {
        ATLASSIAN_OAUTH_ENABLE: 'true',
        JIRA_URL: backend,
        JIRA_PASSTHROUGH_HEADERS: 'X-Gateway-Key',
        NO_PROXY: '127.0.0.1',
      },
    }
  }

function answer({ url }: Recorded, echo: string): unknown {
  if (url.includes('/myself'))
    return { accountId: 'a', displayName: 'A', emailAddress: 'a@b.example' }
  const fields = {
    summary: echo,
    description: echo,
    status: { name: 'Open' },
    issuetype: { name: 'Task' },
  }
  const issue = { id: '1', key: 'T-1', self: '', fields }
  return url.includes('/search') ? { issues: [issue], total: 1, isLast: true } : issue
}

const shared: Pick<RealServer, 'name' | 'package' | 'call' | 'answer'> = {
  name: NAME,
  package: PACKAGE,
  call: (person) => ({ name: 'jira_search', arguments: { jql: `text ~ "of-${person}"` } }),
  answer,
}
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** The server, in four ways. */
export const atlassian: readonly RealServer[] = [
  {
    ...shared,
    form: 'Basic, with the person’s email',
    program: programBy('streamable-http'),
    binding: () => ({
      placement: { type: 'header', value: 'Basic {base64:{claim:email}:{credential}}' },
    }),
    arrives: ({ main }, person) => [
      `authorization: Basic ${base64(`${person}@people.example:${main}`)}\n`,
    ],
    places: ['header Authorization'],
  },
  {
    ...shared,
    form: 'Token',
    program: programBy('streamable-http'),
    binding: () => ({ placement: { type: 'header', value: 'Token {credential}' } }),
    arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
    places: ['header Authorization'],
  },
  {
    ...shared,
    form: 'two headers with two keys',
    program: programBy('streamable-http'),
    sources: ['gateway'],
    binding: () => ({
      placement: [
        { type: 'header', value: 'Token {credential}' },
        { type: 'header', name: 'X-Gateway-Key', from: 'gateway' },
      ],
    }),
    arrives: ({ main, gateway }) => [
      `authorization: Bearer ${main}\n`,
      `x-gateway-key: ${gateway}\n`,
    ],
    places: ['header Authorization', 'header X-Gateway-Key'],
  },
  {
    ...shared,
    form: 'Token, over HTTP+SSE of 2024-11-05',
    program: programBy('sse'),
    path: '/sse',
    legacySse: true,
    binding: () => ({ placement: { type: 'header', value: 'Token {credential}' } }),
    arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
    places: ['header Authorization'],
  },
  {
    ...shared,
    form: 'two keys and the email in the environment',
    sources: ['confluence'],
    binding: ({ folder, backend }) => ({
      placement: {
        type: 'env',
        variables: {
          JIRA_USERNAME: '{claim:email}',
          JIRA_API_TOKEN: '{credential}',
          CONFLUENCE_PERSONAL_TOKEN: '{credential:confluence}',
        },
      },
      process: {
        command: pythonProgram(folder, NAME),
        env: { JIRA_URL: backend, CONFLUENCE_URL: `${backend}/wiki`, HOME: folder },
      },
    }),
    arrives: ({ main }, person) => [
      `authorization: Basic ${base64(`${person}@people.example:${main}`)}\n`,
    ],
    places: ['env JIRA_API_TOKEN', 'env CONFLUENCE_PERSONAL_TOKEN'],
  },
]
