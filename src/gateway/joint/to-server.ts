// What a client of several servers says, as the one server gets it that is meant: by the server's own
// names, URIs and ids. Pure.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { Names } from './names.ts'

/** A message, and the server that it is for. */
export interface ForServer {
  readonly server: string
  readonly message: UnknownObject
}

/**
 * Finds the server that a request is for.
 *
 * @returns Undefined when it names nothing of these servers.
 */
export function requestToServer(message: UnknownObject, names: Names): ForServer | undefined {
  const params = isObject(message.params) ? message.params : {}
  const sent = (server: string, changed: UnknownObject): ForServer => ({
    server,
    message: { ...message, params: { ...params, ...changed } },
  })
  switch (message.method) {
    case 'tools/call':
    case 'prompts/get': {
      const found = names.find(textOf(params.name))
      return found && sent(found.server, { name: found.name })
    }
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe': {
      const found = names.findUri(textOf(params.uri))
      return found && sent(found.server, { uri: found.name })
    }
    case 'tasks/get':
    case 'tasks/result':
    case 'tasks/cancel':
    case 'tasks/update': {
      const found = names.findId(textOf(params.taskId))
      return found && sent(found.server, { taskId: found.id })
    }
    case 'completion/complete':
      return completionToServer(params, names, sent)
    default:
      return undefined
  }
}

/** A completion is for an argument of a prompt, or for a part of a template of URIs. */
function completionToServer(
  params: UnknownObject,
  names: Names,
  sent: (server: string, changed: UnknownObject) => ForServer,
): ForServer | undefined {
  const { ref } = params
  if (!isObject(ref)) return undefined
  const isPrompt = ref.type === 'ref/prompt'
  const found = isPrompt ? names.find(textOf(ref.name)) : names.findUri(textOf(ref.uri))
  return found && sent(found.server, { ref: { ...ref, [isPrompt ? 'name' : 'uri']: found.name } })
}

/** Finds the server whose request a client answers. */
export function answerToServer(message: UnknownObject, names: Names): ForServer | undefined {
  const found = names.findId(textOf(message.id))
  return found && { server: found.server, message: { ...message, id: found.id } }
}

/** Finds the server that a report of progress is for: it had asked the client for something. */
export function progressToServer(message: UnknownObject, names: Names): ForServer | undefined {
  const params = isObject(message.params) ? message.params : {}
  const found = names.findId(textOf(params.progressToken))
  return (
    found && {
      server: found.server,
      message: { ...message, params: { ...params, progressToken: found.id } },
    }
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
