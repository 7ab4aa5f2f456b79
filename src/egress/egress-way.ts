// What an app may say of how one destination is reached. Without undici: an app does not have its types.

import type { KeyObject } from 'node:crypto'
import type { Credential } from '../core/credential.ts'

/** How one destination is reached. */
export interface EgressWay {
  /** Certificates of authorities, in PEM, in the place of the usual ones. Default: the usual ones. */
  readonly ca?: string
  /** The certificate that we show, in PEM, with those between it and its authority. Needs `key`. */
  readonly cert?: string
  /** The private key of `cert`: `createPrivateKey(pem)` of node:crypto makes it. */
  readonly key?: KeyObject
  /**
   * The URL of an HTTP proxy, which is asked for a tunnel (CONNECT). With a name and a password in it,
   * it is a Credential. Default: none; variables of the environment are not read.
   */
  readonly proxy?: string | Credential
}
