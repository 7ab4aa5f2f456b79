// What an answer goes on without: servers that cannot be used now, and tools that cannot be used at
// all. It has the sentences for the person and the model. Pure.

import type { AgentEvent } from '../../agent/events.ts'
import type { Refusal, RefusalReason } from '../../core/errors.ts'
import type { QuestionRefusal } from '../questions/read-question.ts'

/** A member that a run leaves out, for the operator. */
export interface LeftOut {
  /** The server, as the operator named it. */
  readonly server: string
  /** The tool, as the server named it. Without one, the whole server is left out. */
  readonly tool?: string
  readonly reason: RefusalReason
  /** More about the reason, one of a closed list of words. */
  readonly detail: string
}

/** A tool that is left out. */
export interface MissingTool {
  /** The server's name for it. Empty when it has none. */
  readonly name: string
  /** Why, in words that are not the server's: "it has no name". */
  readonly why: string
}

/** The event about a server that is left out. */
export function serverEvent(refusal: Refusal & { readonly server: string }): AgentEvent {
  return { type: 'left_out', server: refusal.server, text: serverSentence(refusal) }
}

/** The sentence about a server that is left out, for the person: what to do comes last. */
function serverSentence({ reason, server }: Refusal & { readonly server: string }): string {
  switch (reason) {
    case 'server_refused':
    case 'scope_missing':
    case 'exchange_scope_refused':
    case 'exchange_access_denied':
    case 'exchange_target_refused':
      return `${server} does not let you in, so this answer goes on without it. Ask an administrator for access to ${server}.`
    case 'exchange_consent_required':
      return `${server} is left out of this answer: you or an administrator must first agree that this app may use it.`
    case 'exchange_interaction_required':
      return `${server} is left out of this answer: it wants a stronger sign-in. Sign in again, for example with a second factor.`
    case 'server_quarantined':
    case 'credential_reflected':
      return `${server} is left out of this answer, because it has sent back a credential. An administrator must look at it.`
    case 'server_unreachable':
    case 'server_unavailable':
    case 'server_not_ready':
    case 'issuer_unavailable':
    case 'audit_unavailable':
    case 'too_many_credentials':
      return `${server} does not answer right now, so this answer goes on without it. Try again in a moment.`
    default:
      return `${server} cannot be used, so this answer goes on without it. An administrator can find the reason in the audit log.`
  }
}

/** Tools that one sentence names. */
const MAX_NAMED = 3
const MAX_NAME_CHARS = 60

/** The event about the tools of one server that are left out. */
export function toolsEvent(server: string, tools: readonly MissingTool[]): AgentEvent {
  const named = tools.slice(0, MAX_NAMED).map(({ name, why }) => `${quoted(name)} (${why})`)
  const more = tools.length - named.length
  const list = more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ')
  const what = tools.length === 1 ? 'One tool' : `${tools.length} tools`
  const verb = tools.length === 1 ? 'is' : 'are'
  return {
    type: 'left_out',
    server,
    tools: tools.map(({ name }) => name),
    text: `${what} of ${server} ${verb} left out: ${list}. Tell an administrator of ${server} if you need ${tools.length === 1 ? 'it' : 'them'}.`,
  }
}

/** The event about a question that the person is not shown. */
export function questionEvent(server: string, why: NotShown): AgentEvent {
  return { type: 'left_out', server, tools: [], text: questionSentence(server, why) }
}

/** Why a question is not shown. */
type NotShown = QuestionRefusal | 'too_many_questions'

function questionSentence(server: string, why: NotShown): string {
  switch (why) {
    case 'asks_for_credential':
      return `${server} asked you for what looks like a password or a key. It was refused: do not give one to anybody in this chat.`
    case 'link_refused':
      return `${server} wanted you to open a page whose address is not safe. It was refused.`
    case 'form_unreadable':
      return `${server} asked you something that cannot be shown here. It was refused.`
    case 'too_many_questions':
      return `${server} asked too many questions. The rest of them were refused.`
  }
}

/** A name that a server chose, as people may read it. */
function quoted(name: string): string {
  const plain = [...name.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()]
  const short = plain.length > MAX_NAME_CHARS ? [...plain.slice(0, MAX_NAME_CHARS), '…'] : plain
  return short.length === 0 ? 'a tool without a name' : `“${short.join('')}”`
}

/** The sentence that the model reads about servers that are left out. */
export function modelSentence(servers: readonly string[]): string {
  const names = servers.map((name) => `"${name}"`).join(' and ')
  return `${names} cannot be used in this answer: when the person asks for something there, say so, and do not make anything up.`
}
