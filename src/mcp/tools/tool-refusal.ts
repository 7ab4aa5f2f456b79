// Why a tool of a list is refused, in words that the audit shows. None of them comes from the
// server.

import type { ArgumentRefusal } from '../arguments/refusal.ts'

/** Every reason. */
export type ToolRefusal =
  | ArgumentRefusal
  /** It asks for a credential or an identity that is neither bound nor left to the model. */
  | 'parameter_unbound'
  /** Its definition is another one than the pinned one: `onbehalf pins` approves it. */
  | 'definition_changed'
  /** As many of the server's tools are pinned for this person as may be. */
  | 'pins_full'
  /** The pins could not be read or written. */
  | 'pins_unavailable'
  /** The budget of steps for the whole list was spent before it, or too many tools are known. */
  | 'list_too_large'
