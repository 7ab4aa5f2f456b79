// Chooses the placing that a binding names.

import type { Binding } from '../../core/binding.ts'
import { headerPlacing } from '../../core/carry/placing.ts'
import type { LiveSecrets } from '../redact/sent-secrets.ts'
import { type ArgumentPlacingOptions, argumentPlacing } from './argument.ts'
import { metaPlacing } from './meta.ts'
import { chooseReferenced } from './prompt.ts'
import type { References } from './references.ts'
import type { McpPlacing } from './request.ts'
import { sessionPlacing } from './session.ts'

/** What placings are made of, beside the binding. */
export interface PlacingParts extends Omit<ArgumentPlacingOptions, 'choose' | 'leftToModel'> {
  readonly references: References
  readonly live: LiveSecrets
}

/** Makes the placing of one binding, for one principal. */
export function placingFor(binding: Binding, parts: PlacingParts): McpPlacing {
  const { name, placements, leaveToModel } = binding
  const leftToModel = leaveToModel.map(({ pointer }) => pointer)
  const [placement = { type: 'header' as const }] = placements
  switch (placement.type) {
    case 'header': {
      const place = headerPlacing(placement.name)
      return ({ sent }, attempt) => place(sent, attempt)
    }
    case 'query':
    case 'path':
    case 'cookie':
    case 'env':
    case 'args':
    case 'sign':
      // parseBinding refuses them.
      throw new TypeError(`servers.${name}.placement "${placement.type}" cannot be used yet`)
    case 'session':
      return sessionPlacing((handle) => parts.live.addSession(handle))
    case 'meta':
      return metaPlacing(placement.key)
    case 'argument':
      return argumentPlacing({ ...parts, leftToModel })
    case 'prompt':
      return argumentPlacing({
        ...parts,
        leftToModel,
        choose: chooseReferenced(parts.references, name),
      })
  }
}
