// The program `onbehalf doctor` at a real issuer, with the page's token, the app's client and an MCP
// server that listens.

import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { people, type SignInPlace, TASKS } from '../kind.ts'
import { outputOf } from '../program.ts'
import { mcpServer } from '../servers.ts'
import { signIn } from '../sign-in.ts'
import { must, type Tally } from '../tally.ts'

const MAIN = join(import.meta.dirname, '../../../src/cli/main.ts')

/** Shows that the doctor finds what works. */
export async function doctorSteps(real: SignInPlace, tally: Tally, name: string): Promise<void> {
  await tally.step(`${name}: the doctor says that it works`, async () => {
    const [person] = people
    must(person, 'there are people')
    const { accessToken, idToken = '' } = await signIn(real, person)
    const issuer = real.preset({ audience: TASKS })
    const audit = { record: () => {} }
    const port: { url: string } = { url: '' }
    const listener = createAdaptorServer({
      fetch: (request) => mcpServer(issuer, port.url, { audit, now: Date.now })(request),
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    port.url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`
    try {
      const exchange = ['--client-id', real.app.id, '--client-secret-env', 'CLIENT_SECRET']
      const { code, output } = await outputOf({
        command: process.execPath,
        args: [
          '--conditions=onbehalf-source',
          '--disable-warning=ExperimentalWarning',
          MAIN,
          'doctor',
          ...['--issuer', real.issuer, '--token-env', 'TOKEN', '--scopes', 'tasks:read'],
          ...(real.appAudience ? ['--audience', real.appAudience] : []),
          ...(real.ownTokens ? [] : ['--server', port.url, '--target', TASKS, ...exchange]),
        ],
        env: { TOKEN: accessToken, CLIENT_SECRET: real.app.secret },
      })
      must(code === 0, `it ended with ${code}: ${output}`)
      for (const secret of [accessToken, idToken, real.app.secret])
        must(!output.includes(secret.slice(-20)), 'it printed a secret')
    } finally {
      listener.close()
    }
    return undefined
  })
}
