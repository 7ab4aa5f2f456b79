// The sign-ins of an app as it is found in the field: the page has an ID token or an opaque access
// token of Better Auth's older plugin, directly or behind a proxy with a cookie, and the MCP server,
// in Python, takes that token by header or as an argument. Nothing of theirs is changed.

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { startModelProvider } from '../../examples/chat-completions.ts'
import { installPackages } from '../better-auth/better-auth.ts'
import { PAGE_REDIRECT, type PageClient, people, type SignedIn } from '../kind.ts'
import { freePort, install, type Server, serve } from '../program.ts'
import { signIn } from '../sign-in.ts'
import { must, type Tally } from '../tally.ts'

/** The whole server of the app may have so many lines, without comments. */
const MAX_LINES = 30

const CLIENT = 'taskflow-sso-public-client'
const APP = join(import.meta.dirname, 'app.ts')
const PAGE: PageClient = { id: CLIENT, scope: 'openid profile email' }
const PACKAGES = { 'better-auth': '1.4.4' }
const PYTHON = ['mcp==1.23.1', 'PyJWT[crypto]==2.15.1', 'httpx==0.28.1']

export const PATTERN = 'The app of the pattern'

/**
 * Gets Better Auth and the Python packages.
 *
 * @throws NotAvailable when they cannot be had.
 */
export async function installPattern(folder: string): Promise<void> {
  await installPackages(folder, 'better-auth-1.4.4', PACKAGES)
  const place = join(folder, 'python')
  if (existsSync(join(place, 'complete'))) return
  const log = join(folder, 'install.log')
  const make = { command: 'python3', args: ['-m', 'venv', place], cwd: folder, log }
  await install('Python', make)
  const pip = ['install', '--quiet', '--disable-pip-version-check', ...PYTHON]
  await install('packages of Python', { ...make, command: join(place, 'bin', 'pip'), args: pip })
  writeFileSync(join(place, 'complete'), '')
}

/** Shows each sign-in with each MCP server. */
export async function patternSteps(folder: string, data: string, tally: Tally): Promise<void> {
  const running: Stoppable[] = []
  await tally.step(`${PATTERN}: started, and ended`, async () => {
    try {
      const lines = readFileSync(APP, 'utf8').split('\n')
      const code = lines.filter((line) => !/^(?:\/\/.*)?$/.test(line)).length
      must(code <= MAX_LINES, `the app has ${code} lines`)
      const issuer = await startSso(join(folder, 'better-auth-1.4.4'), data, running)
      const model = await startModelProvider()
      running.push({ stop: model.close })
      const [first, second] = await Promise.all(
        people.slice(0, 2).map((person) => signIn({ issuer, page: PAGE }, person)),
      )
      must(first && second, 'there are two people')
      for (const kind of ['header', 'argument'] as const) {
        const url = await startPython(folder, data, kind, issuer, running)
        const chat = await startApp(data, running, {
          ...model.env,
          ISSUER: issuer,
          CLIENT,
          MCP_URL: url,
          ...(kind === 'argument' ? { ARGUMENTS: 'yes' } : {}),
        })
        const proxy = await startCookieProxy(chat, running)
        const both = [first, second] as const
        await chatStep(tally, `${kind}, an ID token as bearer`, chat, both, bearer('idToken'))
        await chatStep(
          tally,
          `${kind}, an opaque token by userinfo`,
          chat,
          both,
          bearer('accessToken'),
        )
        await chatStep(
          tally,
          `${kind}, an ID token in a cookie`,
          proxy,
          both,
          ({ idToken = '' }) => ({
            cookie: `taskflow_id_token=${idToken}`,
          }),
        )
      }
    } finally {
      for (const program of running.reverse()) await program.stop()
    }
    return undefined
  })
}

type Stoppable = Pick<Server, 'stop'>
type Headers = Readonly<Record<string, string>>
type Present = (signedIn: SignedIn) => Headers

const bearer =
  (name: 'idToken' | 'accessToken'): Present =>
  (signedIn) => ({ authorization: `Bearer ${signedIn[name]}` })

/** A person adds a task by the chat and reads it; another one does not; a forged token gets nowhere. */
async function chatStep(
  tally: Tally,
  title: string,
  chat: string,
  [first, second]: readonly [SignedIn, SignedIn],
  present: Present,
): Promise<void> {
  await tally.step(`${PATTERN}: ${title}`, async () => {
    const task = `Water plant ${crypto.randomUUID().slice(0, 8)}`
    // TaskFlow's stand-in for a model does not understand a list of one, as this server gives it.
    await say(chat, present(first), 'Add a task to buy soil')
    const added = await say(chat, present(first), `Add a task to ${task.toLowerCase()}`)
    must(added.status === 200, `the chat answered ${added.status}: ${added.text}`)
    const listed = await say(chat, present(first), "What's pending?")
    must(listed.text.includes(task), `the task is not listed: ${listed.text.slice(-800)}`)
    const other = await say(chat, present(second), "What's pending?")
    must(other.status === 200 && !other.text.includes(task), 'another person has the task')
    for (const { idToken = '', accessToken } of [first, second])
      for (const token of [idToken, accessToken])
        must(!(listed.text + added.text).includes(token.slice(-20)), 'a token is in the answer')
    const forged = { ...first, idToken: `${first.idToken}x`, accessToken: `${first.accessToken}x` }
    must((await say(chat, present(forged), 'Hello')).status === 401, 'a forged token got in')
    return undefined
  })
}

async function say(chat: string, headers: Headers, text: string) {
  const response = await fetch(chat, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'x-user-id': '' },
    body: JSON.stringify({
      type: 'threads.create',
      params: {
        input: {
          content: [{ type: 'input_text', text }],
          attachments: [],
          inference_options: {},
        },
      },
    }),
  })
  return { status: response.status, text: await response.text() }
}

async function startSso(place: string, data: string, running: Stoppable[]) {
  mkdirSync(data, { recursive: true })
  const settings = { people: people.slice(0, 2), clientId: CLIENT, redirectUri: PAGE_REDIRECT }
  writeFileSync(join(data, 'settings.json'), JSON.stringify(settings))
  const program = join(place, 'sso-server.mjs')
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

async function startPython(
  folder: string,
  data: string,
  kind: 'header' | 'argument',
  issuer: string,
  running: Stoppable[],
) {
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

async function startApp(data: string, running: Stoppable[], env: Headers) {
  const port = await freePort()
  const chat = `http://127.0.0.1:${port}/chatkit`
  const start = {
    command: process.execPath,
    args: ['--conditions=onbehalf-source', '--disable-warning=ExperimentalWarning', APP],
    cwd: join(import.meta.dirname, '../../..'),
    env: { ...env, PORT: String(port) },
    log: join(data, 'app.log'),
  }
  running.push(await serve(start, async () => (await fetch(chat)).status > 0))
  return chat
}

/** The page's own server: it has the token in a cookie that no script can read. */
async function startCookieProxy(chat: string, running: Stoppable[]) {
  const port = await freePort()
  const proxy = createServer(async (request, response) => {
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
  await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve))
  running.push({
    stop: () => new Promise<void>((resolve) => void proxy.close(() => resolve())),
  })
  return `http://127.0.0.1:${port}`
}
