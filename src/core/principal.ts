// A principal: the verified party for whom a call is made. It holds no secret; log it and store it
// freely.

/**
 * Who does the work for the principal: the `act` claim. Earlier actors are nested in it (RFC 8693
 * section 4.1).
 */
export interface Actor {
  readonly subject: string
  readonly issuer?: string
  readonly actor?: Actor
}

/**
 * The verified party. Its identity is issuer and subject together, with the tenant where there is
 * one. The subject alone is no identity: another issuer may use the same one (RFC 7519 section
 * 4.1.2).
 */
export interface Principal {
  readonly issuer: string
  readonly subject: string
  /** Set where one issuer serves several organisations that use the same subjects. */
  readonly tenant?: string
  /**
   * The client that the token was issued to (`client_id`, RFC 8693 section 4.3; `azp`). Not part of
   * the identity.
   */
  readonly client?: string
  /** Who acts for the principal now. Not part of the identity. */
  readonly actor?: Actor
}

/** Gives one string for one identity: equal for equal issuer, tenant and subject, and only then. */
export function principalKey(principal: Principal): string {
  return JSON.stringify([principal.issuer, principal.tenant ?? null, principal.subject])
}

/** Whether two principals are the same party. Client and actor do not matter. */
export function samePrincipal(a: Principal, b: Principal): boolean {
  return principalKey(a) === principalKey(b)
}

/** Lists the subjects of the actors, the current one first. */
export function actorChain(principal: Principal): readonly string[] {
  const chain: string[] = []
  for (let actor = principal.actor; actor; actor = actor.actor) chain.push(actor.subject)
  return chain
}
