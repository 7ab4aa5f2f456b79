// Makes the values that fill a prompt with `{user_id}` and `{access_token}`. They are references by
// default, and a real token only where the operator insists.

import { type Binding, placementOf } from '../../core/binding.ts'
import type { Principal } from '../../core/principal.ts'
import { toError } from '../../core/sentences.ts'
import type { CredentialSource } from '../../core/source/parts.ts'
import type { Quarantine } from '../redact/quarantine.ts'
import type { RunSecrets } from '../redact/sent-secrets.ts'
import type { References } from './references.ts'

/** The values for `{user_id}` and `{access_token}` in a prompt. */
export interface PromptValues {
  readonly user_id: string
  readonly access_token: string
}

/** A token that the model sees may live this long at most. */
const MAX_LITERAL_SECONDS = 300

/** Options of {@link promptValues}. */
export interface PromptValueOptions {
  readonly binding: Binding
  readonly source: (binding: Binding) => CredentialSource
  readonly references: References
  readonly principal: Principal
  readonly secrets: RunSecrets
  readonly quarantine: Quarantine
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Gives the values for one run. */
export async function promptValues({
  binding,
  source,
  references,
  principal,
  secrets,
  quarantine,
  now,
}: PromptValueOptions): Promise<PromptValues> {
  const { name } = binding
  const placement = placementOf(binding, 'prompt')
  if (!placement) throw toError({ reason: 'server_unbound', server: name })
  if (!placement.insecurelyShowLiteralTokens) {
    return {
      user_id: references.mint(name, 'subject'),
      access_token: references.mint(name, 'credential'),
    }
  }
  // A token that the model sees can reach the server without us. So we check the quarantine here. A
  // reference needs no check: the call with it is refused later.
  const reason = await quarantine.refusal()
  if (reason) throw toError({ reason, server: name })
  const issued = await source(binding)()
  if (!issued.ok) throw toError({ ...issued.refusal, server: name })
  const { credential, expiresAt, proof } = issued.value
  // The model must not see a token that lives longer, whoever issued it. A token that is bound to a
  // key is of no use to it.
  if (proof || expiresAt - now() / 1000 > MAX_LITERAL_SECONDS)
    throw toError({ reason: 'exchange_failed', server: name })
  if (!secrets.at(binding).add(issued.value))
    throw toError({ reason: 'too_many_credentials', server: name })
  return { user_id: principal.subject, access_token: credential.reveal() }
}

/** Makes the warning that the operator gets at start. */
export function literalWarning(server: string): string {
  return (
    `onbehalf: servers.${server}.placement shows literal access tokens to the model ` +
    '(insecurelyShowLiteralTokens). The model, its provider, the stored conversation and whoever ' +
    'injects a prompt get a token of the person for this server. Use references instead, unless ' +
    'we cannot reach the tools.'
  )
}
