// The literal pattern as a target: a token in the prompt, and servers that ask for it as an argument.
// leaktest must find leaks here, in every place that there is.

import type { Target } from '../config/target.ts'
import { program } from './program.ts'

/** The target. */
export const literal: Target = {
  name: 'the access token in the system prompt',
  start: {
    // A report on a signal holds the environment, and so the provider's key.
    command: ['{node}', '--report-on-signal', program('literal-server')],
    env: {
      PORT: '{port}',
      DIR: '{dir}',
      OPENAI_BASE_URL: '{model}',
      OPENAI_API_KEY: '{model.key}',
      OTLP: '{otlp}',
      NOTES_URL: '{mcp.notes}',
      TASKS_URL: '{mcp.tasks}',
      HOSTILE_URL: '{mcp.hostile}',
    },
    ready: { line: 'is ready' },
  },
  chat: {
    url: 'http://127.0.0.1:{port}/chat',
    wire: {
      body: { text: '{text}', thread: '{thread}' },
      history: 'http://127.0.0.1:{port}/threads/{thread}',
    },
  },
  people: [{ name: 'alice' }, { name: 'bob' }],
  mcp: {
    notes: { argument: 'access_token' },
    tasks: { argument: 'access_token' },
    hostile: { argument: 'access_token', hostile: true },
  },
  sinks: [
    { kind: 'database', path: '{dir}/chat.db' },
    { kind: 'log', path: '{dir}/app.log' },
    { kind: 'audit', path: '{dir}/audit.log' },
  ],
}
