// Admits each request at the door before its route runs, and keeps the result for the route.

import type { MiddlewareHandler } from 'hono'
import type { Admitted, Door } from 'onbehalf'

/** What a route finds in its context: the person whom the door admitted. */
export type RouteEnv = { Variables: { admitted: Admitted } }

/** Makes the middleware that lets a request through only with all these scopes. */
export type Admit = (scopes: readonly string[]) => MiddlewareHandler<RouteEnv>

/** Makes {@link Admit} for a door. A refused request gets the door's own answer. */
export function createAdmit(door: Door): Admit {
  return (scopes) => async (context, next) => {
    const admission = await door.admit(context.req.raw, {
      scopes,
      operation: `${context.req.method} ${context.req.routePath}`,
    })
    if (!admission.ok) return admission.response
    context.set('admitted', admission.value)
    return next()
  }
}
