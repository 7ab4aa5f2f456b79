// The values of the original pattern's prompt: references by default, the token itself only where
// the operator insists.

import type { Binding } from '../../core/binding.ts'
import type { Principal } from '../../core/principal.ts'
import { toError } from '../../core/sentences.ts'
import type { CredentialSource } from '../../core/source/parts.ts'
import type { LiveSecrets } from '../redact/live-secrets.ts'
import type { Quarantine } from '../redact/quarantine.ts'
import type { References } from './references.ts'

/** What a prompt's `{user_id}` and `{access_token}` are filled with. */
export interface PromptValues {
  readonly user_id: string
  readonly access_token: string
}

/** Seconds that a token which the model is shown may live at most. */
const MAX_LITERAL_SECONDS = 300

/** Options of {@link promptValues}. */
export interface PromptValueOptions {
  readonly binding: Binding
  readonly source: (binding: Binding) => CredentialSource
  readonly references: References
  readonly principal: Principal
  readonly live: LiveSecrets
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
  live,
  quarantine,
  now,
}: PromptValueOptions): Promise<PromptValues> {
  const { name, placement } = binding
  if (placement.type !== 'prompt') throw toError({ reason: 'server_unbound', server: name })
  if (!placement.insecurelyShowLiteralTokens) {
    return {
      user_id: references.mint(name, 'subject'),
      access_token: references.mint(name, 'credential'),
    }
  }
  // What is shown here reaches the server past us. References do not: the call is refused.
  const reason = await quarantine.refusal()
  if (reason) throw toError({ reason, server: name })
  const issued = await source(binding)()
  if (!issued.ok) throw toError({ ...issued.refusal, server: name })
  const { credential, expiresAt, proof } = issued.value
  // A token that lives longer is not for a model's eyes, whoever issued it; one that is bound to a
  // key is no use there.
  if (proof || expiresAt - now() / 1000 > MAX_LITERAL_SECONDS)
    throw toError({ reason: 'exchange_failed', server: name })
  live.add(credential)
  return { user_id: principal.subject, access_token: credential.reveal() }
}

/** What the operator is told at start. */
export function literalWarning(server: string): string {
  return (
    `onbehalf: servers.${server}.placement shows literal access tokens to the model (insecurelyShowLiteralTokens). The model, its provider, the ` +
    'stored conversation and whoever injects a prompt get a token of the person for this server. Use references unless the tools run out of reach.'
  )
}
