// What does not keep the rules yet. These lists may only become shorter.

/** Functions over the bound, each with its lines. */
export const REMAINING_FUNCTIONS: Readonly<Record<string, number>> = {
  'web/client/wire.ts createWire': 115,
  'web/shell.ts createShell': 125,
  'web/view/composer.ts createComposer': 187,
  'web/view/conversation-view.ts createConversationView': 131,
  'web/view/frame.ts createFrame': 140,
  'web/view/threads-view.ts createThreadsView': 161,
}

/** Files of more than 300 lines. */
export const REMAINING_FILES: readonly string[] = []

/** What the wire contract imports besides core and itself. */
export const REMAINING_PROTOCOL_IMPORTS: readonly string[] = []
