// GitLab, by a server over HTTP whose callers bring their own tokens.

import { moduleFile, type Package } from './packages.ts'
import type { Place, Program, RealServer } from './server.ts'

const NAME = '@zereight/mcp-gitlab'
const PACKAGE: Package = { from: 'npm', name: NAME, version: '2.1.64' }

function program({ folder, port, backend }: Place): Program {
  return {
    command: process.execPath,
    args: [moduleFile(folder, `${NAME}/build/index.js`)],
    env: {
      STREAMABLE_HTTP: 'true',
      REMOTE_AUTHORIZATION: 'true',
      GITLAB_API_URL: `${backend}/api/v4`,
      USE_PIPELINE: 'true',
      HOST: '127.0.0.1',
      PORT: String(port),
    },
  }
}

const project = (echo: string) => ({
  id: 1,
  name: 'project',
  description: echo,
  path_with_namespace: 'group/project',
  web_url: 'https://gitlab.example/group/project',
  ssh_url_to_repo: '',
  http_url_to_repo: '',
  default_branch: 'main',
  visibility: 'private',
  created_at: '2026-01-01T00:00:00Z',
  last_activity_at: '2026-01-01T00:00:00Z',
})

/** Of `trigger_pipeline`, and of `approve_merge_request`. */
const HIDDEN = ['token', 'approval_password']

/** The server, in four ways. */
export const gitlab: readonly RealServer[] = [
  {
    name: NAME,
    form: 'Bearer',
    package: PACKAGE,
    program,
    binding: () => ({ placement: { type: 'header' } }),
    call: (person) => ({ name: 'get_project', arguments: { project_id: `of-${person}` } }),
    answer: (_, echo) => project(echo),
    arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
    places: ['header Authorization'],
    hidden: HIDDEN,
  },
  {
    name: NAME,
    form: 'a header of its own',
    package: PACKAGE,
    program,
    binding: () => ({ placement: { type: 'header', name: 'Private-Token' } }),
    call: (person) => ({ name: 'get_project', arguments: { project_id: `of-${person}` } }),
    answer: (_, echo) => project(echo),
    arrives: ({ main }) => [`private-token: ${main}\n`],
    places: ['header Private-Token'],
    hidden: HIDDEN,
  },
  {
    name: NAME,
    form: 'a header, and an argument of a tool (flat) from another source',
    package: PACKAGE,
    program,
    sources: ['trigger'],
    binding: () => ({
      placement: [
        { type: 'header', name: 'Private-Token' },
        {
          type: 'argument',
          parameters: [{ pointer: '/token', value: 'credential', tool: 'trigger_pipeline' }],
          from: 'trigger',
        },
      ],
    }),
    call: (person) => ({
      name: 'trigger_pipeline',
      arguments: { project_id: `of-${person}`, ref: 'main', token: 'a guess of the model' },
    }),
    answer: (_, echo) => ({ id: 7, status: 'created', ref: 'main', web_url: echo }),
    arrives: ({ main, trigger }) => [`private-token: ${main}\n`, `token=${trigger}&`],
    places: ['header Private-Token', 'argument /token'],
    hidden: HIDDEN,
  },
  {
    name: NAME,
    form: 'Bearer, once for each session',
    package: PACKAGE,
    program,
    binding: () => ({ placement: { type: 'session' } }),
    call: (person) => ({ name: 'get_project', arguments: { project_id: `of-${person}` } }),
    answer: (_, echo) => project(echo),
    arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
    places: ['session, once'],
    hidden: HIDDEN,
  },
]
