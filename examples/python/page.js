// Signs the person in with the authorization code flow and PKCE, and gives their token to the chat. The
// token is in this module alone: not in a storage, a cookie or an address.

const { issuer, gateway } = await (await fetch('/config.json')).json()
const door = `${gateway}/chatkit` // the audience of the token
const client = { client_id: 'taskflow-page', redirect_uri: `${location.origin}/` }
const random = () => base64Url(crypto.getRandomValues(new Uint8Array(32)))

function base64Url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Leaves the page for the sign-in. */
async function signIn() {
  const [verifier, state] = [random(), random()]
  sessionStorage.setItem('sign-in', JSON.stringify({ verifier, state }))
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  const url = new URL(`${issuer}/oauth/authorize`)
  url.search = new URLSearchParams({
    ...client,
    response_type: 'code',
    scope: 'openid tasks:read tasks:write',
    resource: door,
    state,
    code_challenge: base64Url(new Uint8Array(hash)),
    code_challenge_method: 'S256',
  })
  location.assign(url)
  await new Promise(() => {})
}

/** Turns the answer of the sign-in into tokens; undefined where there is none for this tab. */
async function finishSignIn() {
  const answer = new URLSearchParams(location.search)
  history.replaceState(null, '', location.pathname)
  const pending = JSON.parse(sessionStorage.getItem('sign-in') ?? '{}')
  sessionStorage.removeItem('sign-in')
  const code = answer.get('code')
  if (!code || answer.get('state') !== pending.state || answer.get('iss') !== issuer) return
  return tokens({
    grant_type: 'authorization_code',
    redirect_uri: client.redirect_uri,
    code,
    code_verifier: pending.verifier,
  })
}

async function tokens(parameters) {
  const response = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: client.client_id, resource: door, ...parameters }),
  })
  if (!response.ok) return
  const { access_token, refresh_token, expires_in } = await response.json()
  return { access_token, refresh_token, freshUntil: Date.now() + expires_in * 800 }
}

let current = (await finishSignIn()) ?? (await signIn())
const { name } = JSON.parse(
  atob(current.access_token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')),
)
document.querySelector('#person').textContent = name
// Made only now: nobody can write before they are signed in.
const chat = document.createElement('onbehalf-chat')
chat.startGreeting = 'What shall we do with your tasks?'
chat.person = name
chat.token = async ({ refresh }) => {
  if (refresh || Date.now() > current.freshUntil) {
    const { refresh_token } = current
    current = (await tokens({ grant_type: 'refresh_token', refresh_token })) ?? (await signIn())
  }
  return current.access_token
}
chat.endpoint = door
document.body.append(chat)
