// Static keys: put into our keeping by a person or by the operator, and never given back. The half that reads them is `static-credential.ts`.

import { Credential } from '../credential.ts'
import { type Principal, principalKey } from '../principal.ts'
import { canonicalResource } from '../resource.ts'
import { DEPLOYMENT, type SecretKey, type SecretStore } from './secret-store.ts'

/** The name of the one secret in a record. */
export const KEY = 'key'

/** Whose key it is: a person's, or (`'deployment'`) everybody's who may use this deployment. */
export type KeyOwner = Principal | typeof DEPLOYMENT

/** Static keys, for the part of an app where people and operators enter them. Nothing of it gives a key out. */
export interface StaticKeys {
  /** Keeps a key, in the place of the owner's older one for this resource. */
  put(owner: KeyOwner, resource: string, key: Credential): Promise<void>
  /** Whether there is a key. */
  has(owner: KeyOwner, resource: string): Promise<boolean>
  /** Forgets the key; the next call that needs it is refused. */
  remove(owner: KeyOwner, resource: string): Promise<void>
}

/** What is odd about a key that was put. It says nothing of the key itself. */
export interface StaticKeyWarning {
  /** The redactor cannot tell a text so short from ordinary words, and it is soon guessed. */
  readonly code: 'key_short'
  readonly of: 'person' | 'deployment'
  readonly resource: string
}

/** Options of {@link staticKeys}. */
export interface StaticKeysOptions {
  /** Is told of keys that were kept although something is odd about them. Default: nobody is told. */
  readonly onWarning?: (warning: StaticKeyWarning) => void
}

/** Bytes from which a key is long enough to be found again in what comes back. */
const SHORTEST = 12

/** Times that a key is written anew because others wrote in between; each of them got through. */
const ATTEMPTS = 10

/**
 * Makes the keeping of static keys over a secret store.
 *
 * Its methods throw TypeError for an owner that is neither a principal nor `'deployment'`, a resource that is none, or a key that is no
 * `Credential`.
 */
export function staticKeys(store: SecretStore, options: StaticKeysOptions = {}): StaticKeys {
  const { onWarning } = options
  return {
    async put(owner, resource, key): Promise<void> {
      const place = staticKeyPlace(owner, resource)
      if (!(key instanceof Credential)) throw new TypeError('A key must be a Credential')
      const secrets = { [KEY]: key }
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const version = ((await store.read(place))?.version ?? 0) + 1
        if (!(await store.write({ ...place, issuer: '', version, secrets, facts: {} }))) continue
        if (new TextEncoder().encode(key.reveal()).length < SHORTEST)
          onWarning?.({
            code: 'key_short',
            of: owner === DEPLOYMENT ? 'deployment' : 'person',
            resource: place.resource,
          })
        return
      }
      throw new Error('The key was not kept: others change it all the time')
    },
    async has(owner, resource): Promise<boolean> {
      return (await store.read(staticKeyPlace(owner, resource)))?.secrets[KEY] !== undefined
    },
    async remove(owner, resource): Promise<void> {
      await store.remove(staticKeyPlace(owner, resource))
    },
  }
}

/**
 * Where the key of an owner for a resource is kept.
 *
 * @throws TypeError for an owner that would fall together with others.
 */
export function staticKeyPlace(owner: KeyOwner, resource: string): SecretKey {
  return { owner: ownerOf(owner), resource: canonicalResource(resource), kind: 'static' }
}

/** A principal without issuer or subject would share its keys with everybody who lacks the same. */
function ownerOf(owner: KeyOwner): string {
  if (owner === DEPLOYMENT) return DEPLOYMENT
  if (typeof owner !== 'object' || !isName(owner?.issuer) || !isName(owner?.subject))
    throw new TypeError("The owner of a key must be a principal or 'deployment'")
  return principalKey(owner)
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
