// Starts the page. It completes a sign-in that has begun, asks the issuer again after a reload, or
// offers a sign-in.
import { startApp } from './app.ts'
import { type Config, loadConfig } from './config.ts'
import { byId } from './dom.ts'
import { discover, type Issuer } from './issuer.ts'
import {
  finishSignIn,
  forgetSignedIn,
  redirectUri,
  rememberSignedIn,
  SignInFailed,
  startSignIn,
  takeCallback,
  wasSignedIn,
} from './sign-in.ts'
import { createTokens, type Tokens } from './tokens.ts'
import { showEnded, welcome } from './welcome.ts'
import { startWithCookie } from './with-cookie.ts'

const callback = takeCallback()
// The browser may bring back a page from before a sign-out, with its content. Load it again
// instead.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})

try {
  const config = await loadConfig()
  showModel(config)
  for (const part of document.querySelectorAll<HTMLElement>('[data-sign-in]'))
    part.hidden = part.dataset.signIn !== config.signIn
  await (config.signIn === 'session'
    ? startWithCookie(config)
    : start(config, await discover(config.issuer)))
} catch {
  welcome('TaskFlow cannot be reached right now. Please try again.', 'Try again', () =>
    location.reload(),
  )
}

async function start(config: Config, issuer: Issuer): Promise<void> {
  if (!callback && wasSignedIn()) return await startSignIn(config, issuer, true)
  const signIn = () => void startSignIn(config, issuer)
  try {
    const grant = callback && (await finishSignIn(config, issuer, callback))
    if (!grant) return welcome('', 'Sign in', signIn)
    rememberSignedIn()
    const tokens = createTokens(config, issuer, grant, () => showEnded(signIn))
    byId('sign-out', HTMLButtonElement).addEventListener('click', () => void signOut(tokens))
    await startApp(config, tokens)
  } catch (error) {
    if (!(error instanceof SignInFailed)) throw error
    welcome(error.message, 'Sign in', signIn)
  }
}

function showModel({ model }: Config): void {
  for (const note of document.querySelectorAll<HTMLElement>('.model-note')) {
    note.textContent = model.description
    note.dataset.standIn = String(model.standIn)
  }
}

async function signOut(tokens: Tokens): Promise<void> {
  forgetSignedIn()
  byId('app', HTMLElement).remove()
  location.replace(await tokens.end(redirectUri()))
}
