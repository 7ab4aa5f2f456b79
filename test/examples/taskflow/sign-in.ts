// Signs a demo person in for a test and gives the access token as text: the token command's own
// flow, without the command.

import { signInWithCode } from '../../../examples/taskflow/issuer/code-flow.ts'

/** Who signs in, and for what. */
export interface TestSignIn {
  readonly issuer: string
  readonly as: 'alice' | 'bob'
  /** Default `taskflow-cli`. Another public client also needs its redirect URI. */
  readonly clientId?: string
  readonly redirectUri?: string
  readonly scope?: string
  /** The token is for the first. */
  readonly resource?: string | readonly string[]
}

/** Gives an access token. */
export async function signIn({ resource, ...options }: TestSignIn): Promise<string> {
  const resources =
    resource === undefined ? [] : typeof resource === 'string' ? [resource] : resource
  return (await signInWithCode({ ...options, resources })).accessToken.reveal()
}
