// What the page shows behind an answer, and the sign-out. People see only their own.

import type { OnBehalf, Principal } from 'onbehalf'
import type { Trail } from './trail.ts'

/**
 * Makes the handler of `/sign-out`, `/trail/TRACE`, `/model-requests/TRACE`, `/trace/items/ITEM` and
 * `/trace/threads/THREAD`. It gives undefined for any other path.
 */
export function createBehind(
  onbehalf: OnBehalf,
  trail: Trail,
): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    const [, ...path] = new URL(request.url).pathname.split('/')
    if (path.join('/') === 'sign-out') return signOut(request, onbehalf)
    const show = shown(path, trail)
    if (!show) return undefined
    if (request.method !== 'GET')
      return new Response(null, { status: 405, headers: { allow: 'GET' } })
    const admission = await onbehalf.admit(request)
    if (!admission.ok) return admission.response
    const { principal } = admission.value
    await admission.value.end()
    return Response.json(show(principal), { headers: { 'cache-control': 'no-store' } })
  }
}

/** The function that reads what a path names. */
function shown(path: readonly string[], trail: Trail): ((owner: Principal) => object) | undefined {
  const [kind, name, id, ...more] = path
  if (!name || more.length > 0) return undefined
  if (kind === 'trail' && id === undefined)
    return (owner) => ({ events: trail.events(owner, name) })
  if (kind === 'model-requests' && id === undefined)
    return (owner) => ({ requests: trail.requests(owner, name) })
  if (kind === 'trace' && id && (name === 'items' || name === 'threads'))
    return (owner) => ({ trace: trail.traceOf(owner, name, id) ?? null })
  return undefined
}

/**
 * The person signs out: everything under way in their name ends now. The issuer ends the sign-in
 * itself.
 */
async function signOut(request: Request, onbehalf: OnBehalf): Promise<Response> {
  if (request.method !== 'POST')
    return new Response(null, { status: 405, headers: { allow: 'POST' } })
  const admission = await onbehalf.admit(request)
  if (!admission.ok) return admission.response
  await admission.value.end()
  onbehalf.revoke(admission.value.principal)
  return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
}
