// The keys of the whole deployment in a gateway's file, so that the source "static" finds them.

import { type SecretStore, staticKeys } from 'onbehalf'
import { ConfigError } from './place.ts'
import type { ReadSecret } from './references.ts'
import { isMap, mapIn, type Settings } from './settings.ts'

/** What the keys are put with. */
export interface KeyParts {
  readonly settings: Settings
  readonly secrets: SecretStore
  readonly secretOf: ReadSecret
  readonly warn: (message: string) => void
  /** The file is only checked: its references are read, and nothing is stored. */
  readonly isCheck: boolean
}

/** What stands in place of a reference to remove a key. */
const NONE = 'none'

/**
 * Stores the keys. One that is in the store and not in the file may be an old one: the operator is told.
 *
 * @throws ConfigError that begins with the setting.
 */
export async function putKeys({
  settings,
  secrets,
  secretOf,
  warn,
  isCheck,
}: KeyParts): Promise<void> {
  const servers = mapIn(settings, 'servers')
  const references = mapIn(settings, 'keys')
  const keys = staticKeys(secrets)
  for (const [name, reference] of Object.entries(references)) {
    const resource = resourceOf(Object.hasOwn(servers, name) ? servers[name] : undefined)
    if (resource === undefined)
      throw new ConfigError(`keys.${name}: there is no server of this name`)
    const key = reference === NONE ? undefined : secretOf(`keys.${name}`, reference)
    if (isCheck) continue
    if (key) await keys.put('deployment', resource, key)
    else await keys.remove('deployment', resource)
  }
  for (const [name, server] of Object.entries(servers)) {
    const resource = resourceOf(server)
    if (resource === undefined || Object.hasOwn(references, name)) continue
    if (isOfDeployment(server) && (await keys.has('deployment', resource)))
      warn(
        `keys has nothing for ${name}, but the store has a key, perhaps of an earlier file, which is used. To remove it, write "${name}: none" under keys`,
      )
  }
}

function resourceOf(server: unknown): string | undefined {
  if (!isMap(server)) return undefined
  const { url, resource = url } = server
  return String(resource)
}

/** Whether a server is called with a key of the whole deployment. */
function isOfDeployment(server: unknown): boolean {
  const source = isMap(server) ? server.source : undefined
  return isMap(source) && source.type === 'static' && source.of === 'deployment'
}
