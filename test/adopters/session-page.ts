// The app of docs/sessions.md for Next.js, word for word, with a real authorization server
// (oidc-provider) and the real browser. No test lives here.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { launchBrowser } from '../browser/browser.ts'
import { heldBy, trafficOf } from '../browser/held.ts'
import { must } from '../issuers-real/tally.ts'
import { type RunningProvider, startProvider } from '../oauth/connection/provider.ts'
import type { Adopter, Beside, Site } from './adopter.ts'

const PAGE = join(import.meta.dirname, '../../docs/sessions.md')

const script = (path: string, ...args: string[]) => ({
  command: process.execPath,
  args: [path, ...args],
})

const next = (...args: string[]) => script('node_modules/next/dist/bin/next', ...args)

export const SESSION_PAGE: Adopter = {
  name: 'The sign-in with a cookie in Next.js 16',
  files: {
    '../../../docs/sessions.md': 'sessions.md',
    'pages/next/app/layout.js': 'app/layout.js',
    session: '.',
  },
  packages: {
    next: '^16.4.0',
    react: '^19.0.0',
    'react-dom': '^19.0.0',
    typescript: '~5.9.3',
    '@types/react': '^19.0.0',
    '@types/node': '^24.0.0',
  },
  beside: besideIssuer,
  build: () => [
    script('snippets.mjs'),
    script('node_modules/onbehalf/bin/onbehalf.mjs', ...keysCommand()),
    next('build'),
  ],
  start: ({ port }) => next('start', '-p', String(port), '-H', '127.0.0.1'),
}

/** The command of the page that makes the keyring. */
function keysCommand(): string[] {
  const page = readFileSync(PAGE, 'utf8')
  const [, command = ''] = /`npx onbehalf (keys [^`]+)`/.exec(page) ?? []
  return command.split(' ')
}

/** An issuer that knows the app as docs/sessions.md registers it. */
async function besideIssuer({ origin, env }: Site): Promise<Beside> {
  const provider = await startProvider({
    resource: `${origin}/chat`,
    redirectUri: `${origin}/auth/callback`,
    ...(env.CLIENT_SECRET === undefined ? {} : { clientSecret: env.CLIENT_SECRET }),
  })
  return {
    env: { ISSUER: provider.issuer },
    prove: () => useSession(origin, provider),
    close: () => provider.stop(),
  }
}

/** A person signs in, chats and signs out. Their browser has no token at any time. */
async function useSession(origin: string, provider: RunningProvider): Promise<string> {
  const browser = await launchBrowser()
  try {
    const viewport = { width: 900, height: 700 }
    // The issuer signs in whom this header names.
    const context = await browser.newContext({
      viewport,
      extraHTTPHeaders: { 'x-person': 'alice' },
    })
    const traffic = trafficOf(context)
    const answers = await answersOf(context)
    const page = await context.newPage()
    await signIn(page, origin)
    await chat(page)
    const cookies = JSON.stringify(await context.cookies())
    const seen = [...(await traffic()), ...answers, await heldBy(page), cookies]
    holdsNoToken(seen, provider)
    await signOut(context, page, origin)
    must(provider.failures.length === 0, provider.failures.map(String).join('; '))
    return `signed in, chatted and signed out; none of ${provider.issued.length} tokens in the browser`
  } finally {
    await browser.close()
  }
}

/** The answers of the chat, taken on their way: the browser does not always keep a stream. */
async function answersOf(context: BrowserContext): Promise<readonly string[]> {
  const answers: string[] = []
  await context.route('**/chatkit', async (route) => {
    const response = await route.fetch()
    answers.push(JSON.stringify(response.headers()), await response.text())
    await route.fulfill({ response })
  })
  return answers
}

async function signIn(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/chat`)
  await say(page, 'Is anybody there?')
  await page.getByRole('button', { name: 'Sign in again' }).click()
  await page.waitForURL(`${origin}/chat`)
  const me = await page.evaluate<string>(`fetch('/auth/me').then((response) => response.text())`)
  must(Object(JSON.parse(me)).subject === 'alice', `who is signed in: ${me}`)
}

async function chat(page: Page): Promise<void> {
  await say(page, 'hello')
  await page.getByText('alice said: hello', { exact: true }).waitFor()
}

async function say(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill(text)
  await field.press('Enter')
}

function holdsNoToken(seen: readonly string[], { issued }: RunningProvider): void {
  must(
    seen.some((text) => text.includes('alice said: hello')),
    'the traffic was not seen',
  )
  const names = issued.map(([name]) => name).sort()
  must(names.join() === 'access_token,id_token,refresh_token', `the issuer gave ${names}`)
  for (const [name, token] of issued)
    must(!seen.some((text) => text.includes(token)), `the browser has the ${name}`)
}

/** The form goes on to the issuer; the cookie that somebody may have copied opens nothing. */
async function signOut(context: BrowserContext, page: Page, origin: string): Promise<void> {
  const [cookie] = (await context.cookies(origin)).filter(({ name }) => name === 'onbehalf')
  must(cookie?.httpOnly && cookie.sameSite === 'Lax', `the cookie is ${JSON.stringify(cookie)}`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL((url) => url.origin !== origin)
  const headers = { cookie: `${cookie.name}=${cookie.value}` }
  const me = await (await fetch(`${origin}/auth/me`, { headers })).text()
  must(Object(JSON.parse(me)).signedIn === false, `after the sign-out: ${me}`)
}
