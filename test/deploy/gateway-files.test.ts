// The files of the gateway in deploy/: the gateway takes each, with the secrets where the manifests put
// them, and that of the compose file serves with the environment of its service.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { startIssuer } from '../../src/cli/conformance/world/issuer.ts'
import { readConfiguration } from '../../src/cli/gateway/configuration.ts'
import { main } from '../../src/cli/main.ts'
import { sharedPostgres } from '../store/postgres/shared.ts'
import { type Compose, environmentOf } from './compose.ts'
import { manifestsIn } from './kubernetes.ts'

const CHART = 'deploy/helm/onbehalf-gateway'
const SECRET = '0123456789abcdef0123456789abcdef'
const folder = mkdtempSync(join(tmpdir(), 'onbehalf-deploy-'))
beforeAll(async () => {
  mkdirSync(join(folder, 'secrets'))
  for (const name of ['client-secret', 'session-secret', 'search-key'])
    writeFileSync(join(folder, 'secrets', name), SECRET)
  const { database, host, port, user } = await sharedPostgres()
  const url = `postgres://${user}@${host}:${port}/${await database()}?sslmode=disable`
  writeFileSync(join(folder, 'secrets', 'database-url'), url)
  const quiet = { out() {}, note() {}, signal: new AbortController().signal }
  await main(['keys', 'init', '--keyring', join(folder, 'keyring.json')], quiet)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Reads a file of the gateway, with what is mounted there in our folder. */
async function read(text: string, isCheck = true, env: Record<string, string> = {}) {
  const file = join(folder, 'gateway.yaml')
  writeFileSync(
    file,
    text
      .replaceAll('file:/run/secrets/onbehalf/', `file:${folder}/secrets/`)
      .replaceAll(/(?:\/keys|\/app\/data)\/keyring\.json/g, join(folder, 'keyring.json')),
  )
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const configured = await readConfiguration(file, { env, warn, isCheck })
  return { ...configured, warnings }
}

describe('the files of the gateway in deploy/', () => {
  it('that of the ConfigMap is taken', async () => {
    const [map] = manifestsIn(readFileSync('deploy/kubernetes/config.yaml', 'utf8'))
    const files = (map?.data ?? {}) as Readonly<Record<string, string>>
    const { close, listen, warnings } = await read(files['gateway.yaml'] ?? '')
    await close()
    expect(listen).toEqual({ host: '0.0.0.0', port: 8080 })
    expect(warnings).toEqual([])
  })

  it.each(['one-instance', 'two-instances', 'ingress-and-metrics'])(
    'that of the values %s is taken',
    async (name) => {
      const values = parse(readFileSync(`${CHART}/examples/${name}.yaml`, 'utf8'))
      const schema = JSON.parse(readFileSync(`${CHART}/values.schema.json`, 'utf8'))
      const validate = new Ajv().compile(schema)
      expect([validate(values), validate.errors]).toEqual([true, null])
      const { close, warnings } = await read(
        stringify({ ...values.gateway, listen: '0.0.0.0:8080' }),
      )
      await close()
      expect(warnings).toEqual([])
    },
  )

  it('that of the compose file serves with the environment of its service', async () => {
    const compose = parse(readFileSync('deploy/compose/compose.yaml', 'utf8')) as Compose
    const given = {
      GATEWAY_CLIENT_SECRET: SECRET,
      GATEWAY_SESSION_SECRET: SECRET,
      POSTGRES_PASSWORD: 'p-of-this-test',
    }
    const env = environmentOf(compose, 'gateway', {
      ...given,
      ...environmentIn(readFileSync('deploy/compose/env.example', 'utf8')),
    })
    expect(env.DATABASE_URL).toBe(
      'postgres://onbehalf:p-of-this-test@postgres/onbehalf?sslmode=disable',
    )
    const issuer = await startIssuer(0)
    const url = readFileSync(join(folder, 'secrets', 'database-url'), 'utf8')
    const text = readFileSync('deploy/compose/gateway.yaml', 'utf8')
      .replace('http://keycloak.localhost:8180/realms/acme', issuer.origin)
      .replace('audit: stdout', 'audit: { file: audit.jsonl }')
    const { gateway, close } = await read(text, false, { ...env, DATABASE_URL: url })
    try {
      const health = await gateway.fetch(new Request('http://localhost:8080/healthz'))
      expect(health.status).toBe(200)
      const list = (token: string) =>
        gateway.fetch(
          new Request('http://localhost:8080/mcp/Tasks', {
            method: 'POST',
            headers: {
              authorization: `Bearer ${token}`,
              accept: 'application/json, text/event-stream',
              'content-type': 'application/json',
            },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
          }),
        )
      const token = (audience: string) =>
        issuer.token({ subject: 'alice', audience, scope: 'tasks:read' })
      expect((await list(token('somebody-else'))).status).toBe(401)
      // The server is not there, so the answer is about that, and not about who calls.
      expect((await list(token('app'))).status).not.toBe(401)
    } finally {
      await close()
      await issuer.close()
    }
  })
})

/** The settings of a file such as `.env` that have a value. */
function environmentIn(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split('\n')
      .map((line) => /^([A-Z_]+)=(.+)$/.exec(line))
      .filter((match) => match !== null)
      .map(([, name = '', value = '']) => [name, value]),
  )
}
