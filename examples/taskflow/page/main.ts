// Starts the page: finishes a sign-in that is under way, asks the issuer again after a reload, or
// offers to sign in.
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

const callback = takeCallback()
// A page that the browser kept from before a sign-out would show what was on it: load anew instead.
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})

try {
  const config = await loadConfig()
  showModel(config)
  await start(config, await discover(config.issuer))
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

function welcome(problem: string, label: string, go: () => void): void {
  byId('welcome', HTMLElement).hidden = false
  byId('welcome-problem', HTMLElement).textContent = problem
  const enter = byId('sign-in', HTMLButtonElement)
  enter.textContent = label
  enter.addEventListener('click', go)
}

function showModel({ model }: Config): void {
  for (const note of document.querySelectorAll<HTMLElement>('.model-note')) {
    note.textContent = model.description
    note.dataset.standIn = String(model.standIn)
  }
}

/**
 * The issuer no longer renews the tokens: everything stays on show, and one click comes back to it.
 */
function showEnded(signIn: () => void): void {
  byId('ended', HTMLElement).hidden = false
  byId('sign-in-again', HTMLButtonElement).addEventListener('click', signIn)
}

async function signOut(tokens: Tokens): Promise<void> {
  forgetSignedIn()
  byId('app', HTMLElement).remove()
  location.replace(await tokens.end(redirectUri()))
}
