// What the SDKs want of a program that signs in: somewhere to keep things, and a browser. It has no tests.

/** Where the program would be. */
export const REDIRECT = 'http://127.0.0.1:9/callback'

/** Keeps everything in memory, and remembers where the browser was to be sent. */
export function rememberingProvider() {
  const kept = new Map<string, never>()
  const keep = (name: string) => (value: unknown) => void kept.set(name, value as never)
  let verifier = ''
  let sentTo = ''
  const provider = {
    redirectUrl: REDIRECT,
    clientMetadata: { client_name: 'SDK', redirect_uris: [REDIRECT] },
    clientInformation: () => kept.get('client'),
    saveClientInformation: keep('client'),
    tokens: () => kept.get('tokens'),
    saveTokens: keep('tokens'),
    discoveryState: () => kept.get('discovered'),
    saveDiscoveryState: keep('discovered'),
    redirectToAuthorization(url: URL) {
      sentTo = url.href
    },
    saveCodeVerifier(given: string) {
      verifier = given
    },
    codeVerifier: () => verifier,
  }
  return { provider, wasSentTo: () => sentTo }
}
