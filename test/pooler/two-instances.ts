// Two instances of an app that keeps sign-ins, over PostgreSQL behind PgBouncer, and a real browser:
// signed in at one, it goes on at the other, also after the first was killed in the middle of an answer.

import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { borrowBrowser, builtComponent } from '../browser/borrow.ts'
import { SESSION_PAGE } from '../browser/session-app.ts'
import { kill, type Program, start } from '../end-to-end/program.ts'
import { type RunningProvider, startProvider } from '../oauth/connection/provider.ts'
import { groundForTest } from '../store/ground.ts'
import { sharedPostgres } from '../store/postgres/shared.ts'
import { startPgBouncer } from './pgbouncer.ts'

const HOST = '127.0.0.1'
let browser: Browser

beforeAll(async () => {
  browser = await borrowBrowser()
}, 180_000)
afterAll(() => browser?.close())

/** What stands before the instances: one address for the browser, and the instance that gets all. */
async function balancer(): Promise<{ readonly origin: string; sendTo(port: number): void }> {
  const component = await builtComponent()
  let port = 0
  function pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, url: path, headers } = incoming
    const sent = ask({ host: HOST, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
      answer.on('error', () => outgoing.destroy())
    })
    sent.on('error', () => outgoing.destroy())
    incoming.pipe(sent)
  }
  const server = createServer((incoming, outgoing) => {
    const files: Readonly<Record<string, readonly [string, string]>> = {
      '/': ['text/html; charset=utf-8', SESSION_PAGE],
      '/onbehalf-chat.js': ['text/javascript', component],
    }
    const file = files[incoming.url ?? '']
    if (file) outgoing.writeHead(200, { 'content-type': file[0] }).end(file[1])
    else pass(incoming, outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  onTestFinished(() => server.close().closeAllConnections())
  return {
    origin: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    sendTo(next) {
      port = next
    },
  }
}

interface Instance {
  readonly program: Program
  readonly port: number
}

async function instance(settings: object): Promise<Instance> {
  const program = start(process.execPath, [
    '--conditions=onbehalf-source',
    '--disable-warning=ExperimentalWarning',
    'test/pooler/session-instance.ts',
    JSON.stringify(settings),
  ])
  onTestFinished(() => kill(program))
  const { port } = z.object({ port: z.number() }).parse(JSON.parse(await program.firstLine))
  return { program, port }
}

async function say(page: Page, text: string): Promise<void> {
  const field = page.locator('onbehalf-chat').getByRole('textbox')
  await field.fill(text)
  await field.press('Enter')
}

const shown = (page: Page, text: string) =>
  page.locator('onbehalf-chat').getByText(text, { exact: true }).first().waitFor()

const refreshed = ({ issued }: RunningProvider) =>
  issued.filter(([kind]) => kind === 'access_token').length

it('a person signs in at one instance, goes on at the other, and stays signed in when the first is killed', async () => {
  const postgres = await sharedPostgres()
  const pooler = await startPgBouncer(process.env.ONBEHALF_PGBOUNCER ?? '', 'transaction', postgres)
  onTestFinished(() => pooler.close())
  const { origin, sendTo } = await balancer()
  const provider = await startProvider({
    resource: `${origin}/chatkit`,
    redirectUri: `${origin}/auth/callback`,
  })
  onTestFinished(() => provider.stop())
  const settings = {
    origin,
    issuer: provider.issuer,
    keyring: groundForTest().keyring,
    pooler: {
      host: HOST,
      port: pooler.port,
      user: postgres.user,
      database: await postgres.database(),
    },
    direct: { host: postgres.host, port: postgres.port },
  }
  const first = await instance({ ...settings, name: 'first', aheadMs: 0 })
  // On its clock the token of the first one is near its end.
  const second = await instance({ ...settings, name: 'second', aheadMs: 280_000 })
  const context = await browser.newContext({ extraHTTPHeaders: { 'x-person': 'alice' } })
  context.setDefaultTimeout(30_000)
  onTestFinished(() => context.close())

  sendTo(first.port)
  const page = await context.newPage()
  await page.goto(origin)
  await page.locator('#person').getByText('alice').waitFor()
  await say(page, 'hello')
  await shown(page, 'first told alice: hello')
  expect(refreshed(provider)).toBe(1)

  sendTo(second.port)
  await say(page, 'and you')
  await shown(page, 'second told alice: and you')
  expect(refreshed(provider)).toBe(2)

  sendTo(first.port)
  await say(page, 'slowly')
  await shown(page, 'first told alice: slowly')
  await kill(first.program)
  sendTo(second.port)
  await page.locator('onbehalf-chat .banner').getByRole('button', { name: 'Try again' }).click()
  await shown(page, 'second told alice: slowly')
  // One person, one sign-in, and one refresh of it, whatever instance was asked.
  expect(refreshed(provider)).toBe(2)
  await page.goto(`${origin}/auth/page`)
  await page.getByRole('listitem').first().waitFor()
  expect(await page.getByRole('listitem').count()).toBe(1)
})
