// Least privilege by the call: a placing whose main credential has the scopes that the request needs,
// and no others.

import { MAIN } from '../../core/binding.ts'
import { granted } from '../../core/errors.ts'
import { andThen } from '../../core/eventual.ts'
import type { NeededScopes } from '../tools/tool-scopes.ts'
import type { McpPlacing } from './request.ts'

/** Says with each plan which scopes its request needs, and which call the person has said yes to. */
export function placeNeeded(place: McpPlacing, scopes: NeededScopes): McpPlacing {
  return (request, attempt) =>
    andThen(place(request, attempt), (plan) => {
      const needed = scopes.of(request.messages)
      const { approved } = request
      if (!plan.ok || !plan.value.uses || !(needed || approved)) return plan
      const more = { ...(needed ? { needed } : {}), ...(approved ? { approved } : {}) }
      const uses = plan.value.uses.map((use) => (use.source === MAIN ? { ...use, ...more } : use))
      return granted({ ...plan.value, uses })
    })
}
