// Keycloak, from Maven Central's distribution, in its development mode, with the settings that its
// documentation gives for token exchange: one client for each MCP server, named by its URL.

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { keycloak } from 'onbehalf/issuers'
import { type Declared, type IssuerKind, people, type RealIssuer, TASKS } from '../kind.ts'
import { freePort, install, type Server, serve } from '../program.ts'
import { must } from '../tally.ts'
import { APP_CLIENT, fillRealm, importRealm, REALM, rotateKeys } from './realm.ts'

const VERSION = '26.7.3'

/** Enough for one realm; the default is 70 % of the machine. */
const MEMORY = '-Xms64m -Xmx512m'

export const keycloakKind: IssuerKind = {
  name: 'Keycloak',
  declare: declared,
  async install(folder) {
    const home = join(folder, `keycloak-${VERSION}`)
    if (existsSync(home)) return
    const archives = join(folder, 'archives')
    mkdirSync(archives, { recursive: true })
    const log = join(folder, 'install.log')
    await install(`Keycloak ${VERSION}`, {
      command: 'mvn',
      args: [
        '-q',
        '-B',
        'dependency:copy',
        `-Dartifact=org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`,
        `-DoutputDirectory=${archives}`,
      ],
      cwd: folder,
      log,
    })
    // The tool of the JDK is there wherever Keycloak can run.
    const unpacked = join(folder, 'unpacked')
    mkdirSync(unpacked, { recursive: true })
    await install('jar, of a JDK', {
      command: 'jar',
      args: ['xf', join(archives, `keycloak-quarkus-dist-${VERSION}.zip`)],
      cwd: unpacked,
      log,
    })
    renameSync(join(unpacked, `keycloak-${VERSION}`), home)
    rmSync(archives, { recursive: true })
  },
  start: async (folder) => startKeycloak(join(folder, `keycloak-${VERSION}`)),
}

/** Its own tokens name the app's client, those of a server the client that is named by its URL. */
function declared(issuer: string): Declared {
  return {
    issuer,
    preset: (options) => keycloak({ issuer, ...options }),
    appAudience: APP_CLIENT.id,
    app: APP_CLIENT,
    exchange: (resource) => ({
      type: 'exchange',
      scopes: resource === TASKS ? ['tasks:read'] : ['notes:read'],
      audience: resource,
    }),
    introspect: APP_CLIENT,
  }
}

async function startKeycloak(home: string): Promise<RealIssuer> {
  rmSync(join(home, 'data'), { recursive: true, force: true })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const issuer = `${url}/realms/${REALM}`
  const start = () =>
    serve(
      {
        command: 'sh',
        args: [
          join(home, 'bin', 'kc.sh'),
          'start-dev',
          `--http-port=${port}`,
          '--http-host=127.0.0.1',
          `--hostname=${url}`,
          '--cache=local',
        ],
        cwd: home,
        env: {
          JAVA_OPTS_KC_HEAP: MEMORY,
          KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
          KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin',
        },
        log: join(home, 'server.log'),
      },
      async () => (await fetch(`${url}/realms/master`)).ok,
    )
  let server: Server = await start()
  await fillRealm(url)
  const documented = `${url}/realms/documented`
  await importRealm(url, 'documented')

  return {
    ...declared(issuer),
    people,
    page: { id: 'page', scope: 'openid tasks:read notes:read' },
    connect: { id: 'connecting', scopes: ['tasks:read'] },
    documented: {
      ...declared(documented),
      app: { id: 'app', secret: 'change-me-app' },
      tasksClient: { id: TASKS, secret: 'change-me-tasks' },
      page: { id: 'page', scope: 'openid tasks:read notes:read' },
    },
    async logOut({ refreshToken }) {
      must(refreshToken, 'the page has no refresh token')
      const response = await fetch(`${issuer}/protocol/openid-connect/logout`, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'page', refresh_token: refreshToken }),
      })
      must(response.status === 204, `the logout answered ${response.status}`)
    },
    rotateKeys: () => rotateKeys(url),
    stop: () => server.stop(),
    async start() {
      server = await start()
    },
  }
}
