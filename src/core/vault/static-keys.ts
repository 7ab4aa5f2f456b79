// Static keys: a person or the operator stores one, and this side never gives it out.
// `static-credential.ts` is the side that reads it.

import { MAIN } from '../binding.ts'
import { Credential } from '../credential.ts'
import { checkOptions, type OptionNames } from '../known-options.ts'
import { checkArgument, isSecretStore } from '../option-values.ts'
import { SOURCE_NAME } from '../placement/template.ts'
import { type Principal, principalKey } from '../principal.ts'
import { canonicalResource } from '../resource.ts'
import { DEPLOYMENT, type SecretKey, type SecretStore } from './secret-store.ts'

/** The name of the one secret in a record. */
export const KEY = 'key'

/** Whose key it is: a person's, or with `'deployment'` everybody's who uses this deployment. */
export type KeyOwner = Principal | typeof DEPLOYMENT

/** Which key of a resource, where its binding takes several. */
export interface KeyChoice {
  /** The name of the key's source among the `sources` of the binding. Default: its `source`. */
  readonly source?: string
}

/**
 * Static keys, for the part of an app where people and operators enter them. No method gives a key
 * out.
 */
export interface StaticKeys {
  /** Stores a key. It replaces the owner's older one for this resource and source. */
  put(owner: KeyOwner, resource: string, key: Credential, choice?: KeyChoice): Promise<void>
  /** Whether there is a key. */
  has(owner: KeyOwner, resource: string, choice?: KeyChoice): Promise<boolean>
  /** Removes the key. The next call that needs it is refused. */
  remove(owner: KeyOwner, resource: string, choice?: KeyChoice): Promise<void>
}

/** What is odd about a stored key. It contains nothing of the key itself. */
export interface StaticKeyWarning {
  /** The redactor cannot tell such a short text from ordinary words, and it is easy to guess. */
  readonly code: 'key_short'
  readonly of: 'person' | 'deployment'
  readonly resource: string
}

/** Options of {@link staticKeys}. */
export interface StaticKeysOptions {
  /** Called for a key that was stored although something is odd about it. Default: nobody is. */
  readonly onWarning?: (warning: StaticKeyWarning) => void
}

/** Every option of the factory. A new one does not compile until it is here. */
const STATIC_KEYS_OPTIONS: OptionNames<StaticKeysOptions> = { onWarning: 'optional' }

/** A shorter key cannot be found in answers. */
const MIN_KEY_BYTES = 12

/**
 * A key is written again when another write came between. Each time, that other write succeeded.
 */
const MAX_ATTEMPTS = 10

/**
 * Makes the writing side of static keys over a secret store.
 *
 * @throws TypeError for a store that is none, or a misspelt option. Its methods throw TypeError for an owner that is neither a principal nor `'deployment'`, a
 * resource that is none, or a key that is no `Credential`.
 *
 * @example
 * ```ts
 * await staticKeys(store).put(principal, 'https://tasks.example/mcp', new Credential(key))
 * ```
 */
export function staticKeys(store: SecretStore, options: StaticKeysOptions = {}): StaticKeys {
  checkArgument('staticKeys: the store', store, isSecretStore)
  checkOptions('staticKeys', '', options, STATIC_KEYS_OPTIONS)
  const { onWarning } = options
  return {
    async put(owner, resource, key, { source } = {}): Promise<void> {
      const place = staticKeyPlace(owner, resource, source)
      if (!(key instanceof Credential)) throw new TypeError('A key must be a Credential')
      const secrets = { [KEY]: key }
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const version = ((await store.read(place))?.version ?? 0) + 1
        if (!(await store.write({ ...place, issuer: '', version, secrets, facts: {} }))) continue
        if (new TextEncoder().encode(key.reveal()).length < MIN_KEY_BYTES)
          onWarning?.({
            code: 'key_short',
            of: owner === DEPLOYMENT ? 'deployment' : 'person',
            resource: place.resource,
          })
        return
      }
      throw new Error('The key was not stored: others keep changing it. Try again.')
    },
    async has(owner, resource, { source } = {}): Promise<boolean> {
      const record = await store.read(staticKeyPlace(owner, resource, source))
      return record?.secrets[KEY] !== undefined
    },
    async remove(owner, resource, { source } = {}): Promise<void> {
      await store.remove(staticKeyPlace(owner, resource, source))
    },
  }
}

/**
 * Gives the place of an owner's key for a resource.
 *
 * @throws TypeError for an owner who would share the place with others.
 */
export function staticKeyPlace(
  owner: KeyOwner,
  resource: string,
  source: string = MAIN,
): SecretKey {
  if (!SOURCE_NAME.test(source))
    throw new TypeError('The source of a key must be a name among the sources of its binding')
  // Where a key may be sent is the binding's to decide, so any scheme can be its place.
  const place = canonicalResource(resource, () => true)
  return {
    owner: ownerOf(owner),
    // No resource has a fragment, so this is the place of no other key.
    resource: source === MAIN ? place : `${place}#${source}`,
    kind: 'static',
  }
}

/** A principal without an issuer or a subject would share its keys with every other one without. */
function ownerOf(owner: KeyOwner): string {
  if (owner === DEPLOYMENT) return DEPLOYMENT
  if (typeof owner !== 'object' || !isName(owner?.issuer) || !isName(owner?.subject))
    throw new TypeError("The owner of a key must be a principal or 'deployment'")
  return principalKey(owner)
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
