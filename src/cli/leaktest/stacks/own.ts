// Our own stack as a target: one process with everything that onbehalf publishes for a server.

import type { BroughtServer, PlantedSecret, Target } from '../config/target.ts'
import { isStarted, KIT, KIT_SERVERS, servers, variants } from './own-variants.ts'
import { program } from './program.ts'

const PEOPLE = ['alice', 'bob'] as const

const chat = 'http://127.0.0.1:{port}/chatkit'
const secrets = keys()

/** The target. */
export const own: Target = {
  name: 'onbehalf',
  start: {
    command: ['{node}', program('own-server')],
    env: {
      PORT: '{port}',
      KIT_PORT: '{port.2}',
      DIR: '{dir}',
      ISSUER: '{issuer}',
      NOW: '{now}',
      SEED: '{seed}',
      OPENAI_BASE_URL: '{model}',
      OPENAI_API_KEY: '{model.key}',
      OPENAI_MODEL: 'worst',
      CLIENT_SECRET: '{secret.client}',
      API: '{api}',
      API_ECHO: '{api.echo}',
      ...Object.fromEntries(servers.map(({ name }) => [`MCP_${name}`, `{mcp.${name}}`])),
      ...Object.fromEntries(Object.keys(secrets).map((name) => [name, `{secret.${name}}`])),
    },
    ready: { line: 'is ready' },
  },
  chat: {
    url: chat,
    wire: 'chatkit',
    variants: [...variants.map(({ name }) => name), KIT],
  },
  people: [
    { name: PEOPLE[0], scope: 'tools' },
    { name: PEOPLE[1], scope: 'tools' },
  ],
  mcp: Object.fromEntries(servers.map((server) => [server.name, brought(server)])),
  secrets: { client: { kind: 'client secret' }, ...secrets },
  sinks: [
    { kind: 'database', path: '{dir}/chat.db' },
    { kind: 'database', path: '{dir}/sealed.db' },
    { kind: 'log', path: '{dir}/app.log' },
    { kind: 'audit', path: '{dir}/audit.log' },
  ],
  // Nothing in brotli data says what it is. SECURITY.md says so.
  notRemoved: ['brotli, base64'],
  fingerprints: ['fingerprint'],
  // By the source `own`, a server is meant to get the token that the person signed in with.
  entitled: [
    ...servers
      .filter((server) => server.own)
      .map(({ name }) => ({ secret: 'chat token', sink: `inbox ${name}` })),
    // A process that takes its credential from its environment or its arguments has it there.
    ...[...new Set(variants.filter(isStarted).flatMap((variant) => variant.servers))].flatMap(
      (name) => [
        { secret: `static key for ${name}`, sink: 'environment' },
        { secret: `access token for ${name}`, sink: 'environment' },
      ],
    ),
  ],
}

function brought({
  name,
  hostile,
  argument,
  session,
  place,
}: (typeof servers)[number]): BroughtServer {
  const reached = variants.filter((variant) => variant.servers.includes(name))
  return {
    ...(hostile ? { hostile } : {}),
    ...(argument ? { argument: 'access_token' } : {}),
    ...(session ? { session } : {}),
    ...(place === undefined ? {} : { place }),
    variants: [
      ...reached.map((variant) => variant.name),
      ...(KIT_SERVERS.includes(name) ? [KIT] : []),
    ],
  }
}

/** A static key for each person and server, and one of the deployment for each; of every shape. */
function keys(): Readonly<Record<string, PlantedSecret>> {
  const entries = servers
    .filter((server) => !server.own)
    .flatMap(({ name, argument }): [string, PlantedSecret][] => {
      const kind = `static key for ${name}`
      const mine = `KEY_alice_${name}`
      return [
        [mine, { kind, owner: 'alice', shape: argument ? 'odd' : 'key', for: [name] }],
        [
          `KEY_bob_${name}`,
          { kind, owner: 'bob', shape: argument ? 'short' : `prefix:${mine}`, for: [name] },
        ],
        [`KEY_all_${name}`, { kind: `${kind}, of the deployment`, shape: 'opaque', for: [name] }],
      ]
    })
  return Object.fromEntries(entries)
}
