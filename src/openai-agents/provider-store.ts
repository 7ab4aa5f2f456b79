// Whether the model's provider keeps what it is sent and what it answers.

import type { ModelSettings } from '@openai/agents'
import type { ValueCheck } from '../core/option-values.ts'

/** What a run says about that. */
export type ProviderStore = boolean | 'encrypted-reasoning'

/** Checks the setting. */
export const isProviderStore: ValueCheck = (value) =>
  typeof value === 'boolean' || value === 'encrypted-reasoning'
    ? undefined
    : "must be true, false or 'encrypted-reasoning'"

/** The settings of a request. Without a word about it, the provider's own default counts. */
export function storeSettings(
  store: ProviderStore | undefined,
): Pick<ModelSettings, 'store' | 'providerData'> {
  if (store === undefined) return {}
  if (typeof store === 'boolean') return { store }
  return { store: false, providerData: { include: ['reasoning.encrypted_content'] } }
}
