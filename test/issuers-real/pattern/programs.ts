// The programs of that app: its sign-in, its MCP servers, its chat server, the proxy of its page, and
// a model that is listened to.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { startModelProvider } from '../../examples/chat-completions.ts'
import { PAGE_REDIRECT, people } from '../kind.ts'
import { freePort, type Server, serve } from '../program.ts'

/** The page's client. */
export const CLIENT = 'taskflow-sso-public-client'
/** The whole chat server of the app. */
export const APP: string = join(import.meta.dirname, 'app.ts')

/** Where the programs are, and what is to be stopped at the end. */
export interface Place {
  /** Where things are installed. */
  readonly folder: string
  /** Where they may write. */
  readonly data: string
  readonly running: Server[]
}

/** Starts Better Auth with two people, and gives the issuer identifier. */
export async function startSso({ folder, data, running }: Place): Promise<string> {
  mkdirSync(data, { recursive: true })
  const settings = { people: people.slice(0, 2), clientId: CLIENT, redirectUri: PAGE_REDIRECT }
  writeFileSync(join(data, 'settings.json'), JSON.stringify(settings))
  const program = join(folder, 'better-auth-1.4.4', 'sso-server.mjs')
  copyFileSync(join(import.meta.dirname, 'sso-server.mjs'), program)
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const start = {
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', program, String(port), data],
    cwd: data,
    log: join(data, 'sso.log'),
  }
  const metadata = `${issuer}/.well-known/openid-configuration`
  running.push(await serve(start, async () => (await fetch(metadata)).ok))
  return issuer
}

/** Starts one of the MCP servers, and gives its URL. */
export async function startPython(
  { folder, data, running }: Place,
  kind: 'header' | 'argument',
  issuer: string,
): Promise<string> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/mcp`
  const start = {
    command: join(folder, 'python', 'bin', 'python'),
    args: [join(import.meta.dirname, 'python', `${kind}_server.py`)],
    cwd: data,
    env: { ISSUER: issuer, PORT: String(port), PYTHONDONTWRITEBYTECODE: '1' },
    log: join(data, `${kind}.log`),
  }
  running.push(await serve(start, async () => (await fetch(url)).status > 0))
  return url
}

/** Starts the chat server, and gives its URL and the file of its log. */
export async function startApp(
  { data, running }: Place,
  env: Readonly<Record<string, string>>,
): Promise<{ url: string; log: string }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/chatkit`
  const log = join(data, `app-${port}.log`)
  const start = {
    command: process.execPath,
    args: ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning', APP],
    cwd: join(import.meta.dirname, '../../..'),
    env: { ...env, PORT: String(port) },
    log,
  }
  running.push(await serve(start, async () => (await fetch(url)).status > 0))
  return { url, log }
}

/** The page's own server: it has the token in a cookie that no script can read. */
export function startCookieProxy(place: Place, chat: string): Promise<string> {
  return listen(place, async (request, response) => {
    const [, token = ''] = /taskflow_id_token=([^;]+)/.exec(request.headers.cookie ?? '') ?? []
    const answer = await fetch(chat, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        'x-user-id': String(request.headers['x-user-id'] ?? ''),
      },
      body: (await request.toArray()).join(''),
    })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.end(await answer.text())
  })
}

/** Starts a model. `heard` gets all that it is told. */
export async function startModel(
  place: Place,
  heard: string[],
): Promise<Readonly<Record<string, string>>> {
  const model = await startModelProvider()
  place.running.push({ stop: model.close })
  const url = await listen(place, async (request, response) => {
    const body = (await request.toArray()).join('')
    heard.push(body)
    const to = `${model.env.OPENAI_BASE_URL}${request.url}`
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(to, { method: 'POST', headers, body })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    response.end(await answer.text())
  })
  return { ...model.env, OPENAI_BASE_URL: url }
}

async function listen({ running }: Place, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  running.push({ stop: () => new Promise<void>((resolve) => void server.close(() => resolve())) })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
