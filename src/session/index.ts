// onbehalf/session: sign-in kept on the server, and a cookie in the browser in place of tokens.

export type { ServerSessionOptions, SessionIssuer } from './options.ts'
export type { SignInRateLimit } from './rate-limit.ts'
export { type ServerSession, serverSession } from './session.ts'
