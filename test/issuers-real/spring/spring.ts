// Spring Authorization Server, from Maven Central, as one Java source file.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spring } from 'onbehalf/issuers'
import {
  type Declared,
  type IssuerKind,
  people,
  type RealIssuer,
  type SignedIn,
  TASKS,
} from '../kind.ts'
import { freePort, install, serve } from '../program.ts'
import { revokeAsPage } from '../sign-in.ts'
import { must } from '../tally.ts'

export const springKind: IssuerKind = {
  name: 'Spring Authorization Server',
  declare: declared,
  async install(folder) {
    const libraries = join(folder, 'spring')
    if (existsSync(libraries)) return
    const unfinished = join(folder, 'spring-unfinished')
    rmSync(unfinished, { recursive: true, force: true })
    await install('the libraries of Spring', {
      command: 'mvn',
      args: [
        '-q',
        '-B',
        '-f',
        join(import.meta.dirname, 'pom.xml'),
        'dependency:copy-dependencies',
        `-DoutputDirectory=${unfinished}`,
      ],
      cwd: folder,
      log: join(folder, 'install.log'),
    })
    renameSync(unfinished, libraries)
  },
  start: (folder, data) => startSpring(join(folder, 'spring'), data),
}

const APP_CLIENT = { id: 'app', secret: 'the-secret-of-the-app' } as const

function declared(issuer: string): Declared {
  return {
    issuer,
    preset: (options) => spring({ issuer, ...options }),
    // Its tokens name the client that they were issued to.
    appAudience: 'page',
    app: APP_CLIENT,
    exchange: (resource) => ({
      type: 'exchange',
      scopes: [resource === TASKS ? 'tasks:read' : 'notes:read'],
    }),
    introspect: APP_CLIENT,
  }
}

async function startSpring(libraries: string, data: string): Promise<RealIssuer> {
  mkdirSync(data, { recursive: true })
  const list = join(data, 'people.txt')
  writeFileSync(list, people.map(({ name, password }) => `${name} ${password}\n`).join(''))
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const start = () =>
    serve(
      {
        command: 'java',
        args: [
          '-Xmx256m',
          '-XX:+UseSerialGC',
          '-XX:TieredStopAtLevel=1',
          '-cp',
          join(libraries, '*'),
          join(import.meta.dirname, 'IssuerServer.java'),
          String(port),
          list,
          join(data, 'keys.json'),
        ],
        cwd: data,
        log: join(data, 'server.log'),
      },
      async () => (await fetch(`${issuer}/.well-known/openid-configuration`)).ok,
    )
  let server = await start()
  const page = {
    id: 'page',
    secret: 'the-secret-of-the-page',
    scope: 'openid tasks:read notes:read',
  }
  return {
    ...declared(issuer),
    people,
    page,
    connect: { id: 'connecting', secret: 'the-secret-of-connecting', scopes: ['tasks:read'] },
    // A sign-out there ends the session in the browser only, so the page revokes as well.
    async logOut(signedIn: SignedIn) {
      must(signedIn.refreshToken, 'the page has no refresh token')
      await revokeAsPage({ issuer, page }, signedIn.refreshToken)
    },
    async rotateKeys() {
      const response = await fetch(`${issuer}/rotate-keys`, { method: 'POST' })
      must(response.status === 204, `the keys were not rotated: ${response.status}`)
    },
    stop: () => server.stop(),
    async start() {
      server = await start()
    },
  }
}
