// Starts the page where the server keeps the sign-in. The server sends people to the issuer and takes
// them back, so the page sees neither a code nor a token.
import { startApp } from './app.ts'
import type { Config } from './config.ts'
import { cookieTokens, type SignedIn, whoIsSignedIn } from './cookie-tokens.ts'
import { byId } from './dom.ts'
import type { Tokens } from './tokens.ts'
import { showEnded, welcome } from './welcome.ts'

/** Shows the app to the person who is signed in, or offers a sign-in. */
export async function startWithCookie(config: Config): Promise<void> {
  const me = await whoIsSignedIn()
  if (!me) return welcome('', 'Sign in', signIn)
  const ended = once(() => showEnded(signIn))
  const tokens = cookieTokens(me, ended)
  const tellTabs = listenToTabs(me, ended)
  byId('sign-out', HTMLButtonElement).addEventListener(
    'click',
    () => void signOut(tokens, tellTabs),
  )
  byId('assistant', HTMLElement).addEventListener('chat-sign-in', signIn)
  await startApp(config, tokens)
}

/** Leaves for the issuer, and comes back to the thread on show. */
function signIn(): void {
  const returnTo = encodeURIComponent(location.pathname + location.hash)
  location.assign(`/auth/sign-in?returnTo=${returnTo}`)
}

async function signOut(tokens: Tokens, tellTabs: (person: string | null) => void): Promise<void> {
  byId('app', HTMLElement).remove()
  const next = await tokens.end('/').catch(() => '/')
  tellTabs(null)
  location.replace(next)
}

/**
 * All tabs of a browser have one cookie. A tab that shows somebody else than the cookie stands for
 * would act as the other person, so it loads again. Gives the function that tells the other tabs.
 */
function listenToTabs({ subject }: SignedIn, ended: () => void): (person: string | null) => void {
  const tabs = new BroadcastChannel('taskflow.person')
  tabs.addEventListener('message', ({ data }) => {
    if (data !== subject) location.reload()
  })
  // Another tab may have signed in or out while this one was asleep.
  document.addEventListener('visibilitychange', async () => {
    if (document.visibilityState !== 'visible') return
    const now = await whoIsSignedIn().catch(() => ({ subject }))
    if (!now) ended()
    else if (now.subject !== subject) location.reload()
  })
  const tell = (person: string | null) => tabs.postMessage(person)
  tell(subject)
  return tell
}

function once(run: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    run()
  }
}
