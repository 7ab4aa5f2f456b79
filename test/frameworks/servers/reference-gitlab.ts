// GitLab again, by the reference server of the protocol's authors, over stdio.

import { moduleFile } from './packages.ts'
import type { RealServer } from './server.ts'

const NAME = '@modelcontextprotocol/server-gitlab'

const ISSUE = {
  id: 1,
  iid: 1,
  project_id: 1,
  title: 'milk',
  state: 'opened',
  author: { username: 'a', id: 1, name: 'A', avatar_url: '', web_url: '' },
  assignees: [],
  labels: [],
  milestone: null,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  closed_at: null,
  web_url: '',
}

/** The server. */
export const referenceGitlab: readonly RealServer[] = [
  {
    name: NAME,
    form: 'a variable of the environment',
    package: { from: 'npm', name: NAME, version: '2025.4.25' },
    binding: ({ folder, backend }) => ({
      placement: { type: 'env', variables: { GITLAB_PERSONAL_ACCESS_TOKEN: '{credential}' } },
      process: {
        command: process.execPath,
        args: [moduleFile(folder, `${NAME}/dist/index.js`)],
        env: { GITLAB_API_URL: `${backend}/api/v4` },
      },
    }),
    call: (person) => ({
      name: 'create_issue',
      arguments: { project_id: `of-${person}`, title: 'milk' },
    }),
    answer: (_, echo) => ({ ...ISSUE, description: echo }),
    arrives: ({ main }) => [`authorization: Bearer ${main}\n`],
    places: ['env GITLAB_PERSONAL_ACCESS_TOKEN'],
  },
]
