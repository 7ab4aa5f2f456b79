// A principal: the verified party that a call is made for. It holds no secret and is safe to log and to store.

/** Who does the work now, for the principal: the `act` claim, with the actors before it nested (RFC 8693 section 4.1). */
export interface Actor {
  readonly subject: string
  readonly issuer?: string
  readonly actor?: Actor
}

/** The verified party. Issuer and subject (and tenant, where there is one) are the identity, never the subject alone (RFC 7519). */
export interface Principal {
  readonly issuer: string
  readonly subject: string
  /** Where one issuer serves several organisations that reuse subjects. */
  readonly tenant?: string
  /** The client that the token was issued to (`client_id`, RFC 8693 section 4.3; `azp`). Not part of the identity. */
  readonly client?: string
  /** Who acts for the principal, outermost first. Not part of the identity. */
  readonly actor?: Actor
}

/** One string for one identity: equal for equal issuer, tenant and subject, and different for any others. */
export function principalKey(principal: Principal): string {
  return JSON.stringify([principal.issuer, principal.tenant ?? null, principal.subject])
}

/** Whether two principals are the same party, whichever client or actor is at work for it. */
export function samePrincipal(a: Principal, b: Principal): boolean {
  return principalKey(a) === principalKey(b)
}

/** The chain of actors as subjects, the current one first. */
export function actorChain(principal: Principal): readonly string[] {
  const chain: string[] = []
  for (let actor = principal.actor; actor; actor = actor.actor) chain.push(actor.subject)
  return chain
}
