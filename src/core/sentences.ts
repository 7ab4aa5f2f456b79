// The sentences: for each reason of a refusal, the one fixed text that the model and the person
// get. What a caller at a door gets is in door/answer.ts.

import { AuthError, type Refusal } from './errors.ts'
import { sentenceOfModel } from './model-failure.ts'
import { isScope } from './scope.ts'

/**
 * Gives the sentence for a refusal. It contains no text from outside, except names that the
 * operator chose and scope tokens (RFC 6749 section 3.3).
 *
 * The switch is exhaustive: a new reason does not compile until somebody writes its sentence.
 */
export function toSentence(refusal: Refusal): string {
  const server = refusal.server ?? 'the server'
  switch (refusal.reason) {
    case 'scope_missing':
    case 'exchange_scope_refused':
      return `This was not done: ${server} needs a permission that the person has not granted${scopesInBrackets(refusal)}.`
    case 'credential_missing':
    case 'token_expired':
    case 'token_inactive':
    case 'sign_in_ended':
    case 'handle_refused':
    case 'exchange_grant_refused':
      return 'This was not done: the sign-in has ended. Sign in again to continue.'
    case 'exchange_interaction_required':
      return `This was not done: for ${server}, the sign-in service wants a stronger sign-in, for example with a second factor. Sign in again to continue.`
    case 'exchange_consent_required':
      return `This was not done: the person or an administrator must first agree that this app may use ${server}.`
    case 'consent_missing':
      return 'This was not done: the person has not agreed that it is done while they are away, or has taken that back.'
    case 'exchange_access_denied':
      return `This was not done: the sign-in service does not allow it for ${server}. An administrator can find the reason in the audit log.`
    case 'caller_ended':
      return `There is no answer of ${server}: the app had ended its work for this request. The sign-in is fine. The developer of the app can keep the caller until the answer is complete.`
    case 'connection_needed':
      return `This was not done. Connect your ${server} account${refusal.source === undefined ? '' : ` (${refusal.source})`} to continue.`
    case 'connect_refused':
      return `Your ${server} account was not connected: this attempt did not begin here, or has ended. Connect it again.`
    case 'issuer_unavailable':
      return 'This was not done: the sign-in service cannot be reached right now. Try again in a moment.'
    case 'server_unreachable':
      return `This was not done: ${server} cannot be reached right now, and nothing was sent. Try again in a moment.`
    case 'server_not_ready':
      return `This was not done: ${server} does not answer as it should right now. Try again in a moment.`
    case 'server_unavailable':
      if (refusal.model) return sentenceOfModel(refusal.model)
      return `${server} cannot be reached right now, so it is not known whether this was done. Try again in a moment.`
    case 'too_many_credentials':
      return 'This was not done: too many credentials were issued in a short time, and what cannot be remembered is not sent. Try again in a few minutes. An administrator can have them issued for a shorter time, or run more instances.'
    case 'cancelled':
      return 'This was stopped before an answer came.'
    case 'server_refused':
      return `This was not done: ${server} did not accept the credential for this call.`
    case 'tool_refused':
      return `This was not done: the tool is not allowed here, asks for a credential or an identity as a parameter, or has changed. An administrator of ${server} can allow it, bind the parameter, or approve the change with \`onbehalf pins\`.`
    case 'policy_refused':
    case 'approval_needed':
    case 'policy_unavailable':
    case 'result_withheld':
      return sentenceOfPolicy(refusal, server)
    case 'arguments_refused':
      return 'This was not done: the arguments cannot be combined with what is filled in for the person. Send plain values, and no credentials.'
    case 'reference_refused':
      return 'This was not done: a credential reference was used where it does not belong. It stands for one parameter of one server.'
    case 'answer_too_large':
      return `${server} answered with more than can be taken in. Ask for less at a time.`
    case 'credential_reflected':
      return `${server} sent back a credential, so its answer was withheld.`
    case 'server_quarantined':
      return `This was not done: ${server} has sent back a credential before, and is not called until an administrator clears it.`
    case 'legacy_transport_refused':
      return `This was not done: ${server} speaks the older transport HTTP+SSE of MCP 2024-11-05, which its binding refuses. An administrator can set legacySse to "carry", or use its address for Streamable HTTP.`
    case 'process_limit_reached':
      return `This was not done: no more processes of ${server} may run right now. Try again in a moment. An administrator can raise the limits of its processes.`
    case 'credential_malformed':
    case 'credential_repeated':
    case 'credential_in_query':
    case 'origin_refused':
    case 'subject_header_mismatch':
    case 'proof_missing':
    case 'proof_invalid':
    case 'proof_replayed':
    case 'token_malformed':
    case 'algorithm_refused':
    case 'type_refused':
    case 'key_unknown':
    case 'signature_invalid':
    case 'issuer_mismatch':
    case 'audience_mismatch':
    case 'claim_missing':
    case 'claim_invalid':
    case 'token_not_yet_valid':
    case 'exchange_target_refused':
    case 'exchange_client_refused':
    case 'exchange_failed':
    case 'server_unbound':
    case 'own_audience_mismatch':
    case 'destination_refused':
    case 'redirect_refused':
    case 'audit_unavailable':
    case 'endpoint_elsewhere':
    case 'endpoint_missing':
    case 'exchange_invalid_request':
    case 'exchange_scope_widened':
    case 'issuer_mismatch_metadata':
    case 'metadata_missing':
    case 'pkce_not_announced':
    case 'registration_refused':
      return `This was not done: no credential for ${server} could be had. An administrator can find the reason in the audit log.`
  }
}

/** The advice was made by the policy, of the operator's settings. */
function sentenceOfPolicy({ reason, advice }: Refusal, server: string): string {
  if (reason === 'policy_unavailable')
    return `This was not done: it cannot be judged right now whether ${server} may be called. Try again in a moment.`
  if (reason === 'result_withheld')
    return `${server} was called, but its result is withheld: ${advice ?? 'it cannot be judged right now.'}`
  if (reason === 'approval_needed') return advice ?? YES_FIRST
  const why = 'This was not done: the rules of the operator do not allow it.'
  return advice === undefined ? why : `${why} ${advice}`
}

const YES_FIRST = 'This was not done yet: the person must say yes to this very call first.'

/**
 * Gives the sentence for anything that was thrown: an {@link AuthError} has its own. Any other
 * error may quote a secret, so the sentence says nothing about it.
 *
 * @example
 * ```ts
 * try {
 *   await callTool()
 * } catch (error) {
 *   return sentenceFor(error) // fit for the model and the page
 * }
 * ```
 */
export function sentenceFor(error: unknown): string {
  return error instanceof AuthError
    ? toSentence(error.refusal)
    : 'Something went wrong, and it was logged. Try again in a moment.'
}

/**
 * Makes the error for a refusal. Its message is the sentence. What is for operators stays behind: an
 * agent framework may show the model all that an error has.
 */
export function toError(refusal: Refusal): AuthError {
  const { reason, claim, scopes, server, model, source, advice, page } = refusal
  const shown: Refusal = {
    reason,
    ...(claim === undefined ? {} : { claim }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(server === undefined ? {} : { server }),
    ...(model === undefined ? {} : { model }),
    ...(source === undefined ? {} : { source }),
    ...(advice === undefined ? {} : { advice }),
    ...(page === undefined ? {} : { page }),
  }
  return new AuthError(shown, toSentence(refusal))
}

/** Only scope tokens are repeated: a server chose them, and they must not speak to the model. */
export function scopesInBrackets(refusal: Refusal): string {
  const scopes = (refusal.scopes ?? []).filter(isScope)
  return scopes.length === 0 ? '' : ` (${scopes.join(', ')})`
}
