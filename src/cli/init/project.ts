// What `onbehalf init` writes: the files of a small app, by the web framework. The code is in
// templates/init.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The web frameworks that an app can be begun with. */
export const FRAMEWORKS = ['node', 'express', 'fastify', 'hono', 'next'] as const
export type Framework = (typeof FRAMEWORKS)[number]

/** A server that the app calls: its name among the `servers`, and its URL. */
export interface NamedServer {
  readonly name: string
  readonly url: string
}

/** What the person chose. */
export interface Choice {
  readonly framework: Framework
  readonly issuer: string
  readonly servers: readonly NamedServer[]
  /** The version of onbehalf, for a new package.json. */
  readonly version: string
}

/** A file's path in the project, and its text. */
export type Files = Readonly<Record<string, string>>

/** The packages of a framework, as package.json has them. */
const PACKAGES: Readonly<Record<Framework, Readonly<Record<string, string>>>> = {
  node: {},
  express: { express: '^5.3.0' },
  fastify: { fastify: '^5.12.0' },
  hono: { '@hono/node-server': '^2.1.0', hono: '^4.13.0' },
  next: { next: '^16.4.0', react: '^19.0.0', 'react-dom': '^19.0.0' },
}

/** The packages that the app needs. */
export function packagesOf({ framework, version }: Choice): Readonly<Record<string, string>> {
  return {
    '@modelcontextprotocol/client': '^2.4.0',
    onbehalf: `^${version}`,
    ...PACKAGES[framework],
  }
}

/**
 * Every file of the app.
 *
 * @param templates The folder of the templates.
 */
export function filesOf(choice: Choice, templates: string): Files {
  const common = filesIn(join(templates, 'common'))
  return {
    'package.json': packageJson(choice),
    '.env.example': environment(choice),
    ...common,
    'onbehalf.js': (common['onbehalf.js'] ?? '').replace(NO_URLS, () => urlsOf(choice)),
    ...filesIn(join(templates, choice.framework)),
  }
}

function filesIn(folder: string): Files {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  )
}

/** How the template has the servers before somebody named them. */
const NO_URLS = 'export const urls = {}'

function urlsOf({ servers }: Choice): string {
  const lines = servers.map((server) => `  ${keyOf(server)}: process.env.${variableOf(server)},\n`)
  return `export const urls = {\n${lines.join('')}}`
}

/** The environment variable with the URL of a server. */
function variableOf({ name }: NamedServer): string {
  return `${name.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}_URL`
}

function packageJson(choice: Choice): string {
  const start =
    choice.framework === 'next'
      ? { build: 'next build', start: 'next start' }
      : { start: 'node --env-file=.env server.js' }
  const project = {
    name: 'assistant',
    private: true,
    type: 'module',
    scripts: { ...start, test: 'node --env-file=.env.example --test' },
    dependencies: packagesOf(choice),
  }
  return `${JSON.stringify(project, undefined, 2)}\n`
}

function environment({ issuer, servers }: Choice): string {
  return [
    '# Copy this file to .env, which is not for a repository.',
    '',
    '# The server that people sign in with, and this app as it is registered there.',
    `ISSUER=${issuer}`,
    'CLIENT_ID=assistant',
    'CLIENT_SECRET=change-me',
    '',
    '# This app: the audience of the access tokens that its page sends.',
    'RESOURCE=http://localhost:3000/chat',
    '',
    '# The MCP servers that are called in the name of whoever asks.',
    ...servers.map((server) => `${variableOf(server)}=${server.url}`),
    '',
    'PORT=3000',
    '',
  ].join('\n')
}

function keyOf({ name }: NamedServer): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
}
