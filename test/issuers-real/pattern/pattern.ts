// The sign-ins of an app as it is found in the field: the page has an ID token or an opaque access
// token of Better Auth's older plugin, directly or behind a proxy with a cookie, and the MCP server,
// in Python, takes that token by header or as an argument. Nothing of theirs is changed.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inputOf } from '../../end-to-end/chat.ts'
import { installPackages } from '../better-auth/better-auth.ts'
import { type PageClient, people, type SignedIn } from '../kind.ts'
import { install } from '../program.ts'
import { signIn } from '../sign-in.ts'
import { must, type Tally } from '../tally.ts'
import {
  APP,
  CLIENT,
  type Place,
  startApp,
  startCookieProxy,
  startModel,
  startPython,
  startSso,
} from './programs.ts'

/** The whole server of the app may have so many lines, without comments. */
const MAX_LINES = 30

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
  const place: Place = { folder, data, running: [] }
  await tally.step(`${PATTERN}: started, and ended`, async () => {
    try {
      const lines = readFileSync(APP, 'utf8').split('\n')
      const code = lines.filter((line) => !/^(?:\/\/.*)?$/.test(line)).length
      must(code <= MAX_LINES, `the app has ${code} lines`)
      await allSteps(place, tally)
    } finally {
      for (const program of place.running.reverse()) await program.stop()
    }
    return undefined
  })
}

/** A chat as people reach it, and what must hold no token. */
interface Chat {
  readonly url: string
  readonly log: string
  readonly heard: readonly string[]
  readonly people: readonly [SignedIn, SignedIn]
}

async function allSteps(place: Place, tally: Tally): Promise<void> {
  const issuer = await startSso(place)
  const heard: string[] = []
  const model = await startModel(place, heard)
  const [first, second] = await Promise.all(
    people.slice(0, 2).map((person) => signIn({ issuer, page: PAGE }, person)),
  )
  must(first && second, 'there are two people')
  for (const kind of ['header', 'argument'] as const) {
    const server = await startPython(place, kind, issuer)
    const app = await startApp(place, {
      ...model,
      ISSUER: issuer,
      CLIENT,
      MCP_URL: server,
      ...(kind === 'argument' ? { ARGUMENTS: 'yes' } : {}),
    })
    const chat: Chat = { ...app, heard, people: [first, second] }
    const proxied = { ...chat, url: await startCookieProxy(place, app.url) }
    await chatStep(tally, `${kind}, an ID token as bearer`, chat, bearer('idToken'))
    await chatStep(tally, `${kind}, an opaque token by userinfo`, chat, bearer('accessToken'))
    await chatStep(tally, `${kind}, an ID token in a cookie`, proxied, ({ idToken }) => ({
      cookie: `taskflow_id_token=${idToken}`,
    }))
  }
}

type Headers = Readonly<Record<string, string>>
type Present = (signedIn: SignedIn) => Headers

const bearer =
  (name: 'idToken' | 'accessToken'): Present =>
  (signedIn) => ({ authorization: `Bearer ${signedIn[name]}` })

/** A person adds a task by the chat and reads it; another one does not; a forged token gets nowhere. */
async function chatStep(tally: Tally, title: string, chat: Chat, present: Present): Promise<void> {
  await tally.step(`${PATTERN}: ${title}`, async () => {
    const { url, people } = chat
    const [first, second] = people
    const task = `Water plant ${crypto.randomUUID().slice(0, 8)}`
    // TaskFlow's stand-in for a model does not understand a list of one, as this server gives it.
    await say(url, present(first), 'Add a task to buy soil')
    const added = await say(url, present(first), `Add a task to ${task.toLowerCase()}`)
    must(added.status === 200, `the chat answered ${added.status}: ${added.text}`)
    const listed = await say(url, present(first), "What's pending?")
    must(listed.text.includes(task), `the task is not listed: ${listed.text.slice(-800)}`)
    const other = await say(url, present(second), "What's pending?")
    must(other.status === 200 && !other.text.includes(task), 'another person has the task')
    const forged = { ...first, idToken: `${first.idToken}x`, accessToken: `${first.accessToken}x` }
    must((await say(url, present(forged), 'Hello')).status === 401, 'a forged token got in')
    holdsNoToken({ answers: listed.text + added.text, model: chat.heard.join('\n') }, people)
    const log = readFileSync(chat.log, 'utf8')
    holdsNoToken({ log }, people)
    must(log.includes(`"audience":["${CLIENT}"]`), 'the audit does not name the real audience')
    return undefined
  })
}

/** Says where a token is that must not be there. */
function holdsNoToken(places: Readonly<Record<string, string>>, people: Chat['people']): void {
  const tokens = people.flatMap(({ idToken = '', accessToken }) => [idToken, accessToken])
  for (const [name, text] of Object.entries(places)) {
    must(text !== '', `nothing is known of the ${name}`)
    must(!tokens.some((token) => text.includes(token.slice(-20))), `a token is in the ${name}`)
  }
}

async function say(chat: string, headers: Headers, text: string) {
  const response = await fetch(chat, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'x-user-id': '' },
    body: JSON.stringify({ type: 'threads.create', params: { input: inputOf(text) } }),
  })
  return { status: response.status, text: await response.text() }
}
