// A person at TaskFlow's page, as a program. It signs in, sends messages to the chat endpoint and
// reads the API. It knows the wire only, and nothing of the parts behind it.

import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { signIn } from '../examples/taskflow/sign-in.ts'
import type { House } from './house.ts'
import type { Visit } from './visit.ts'

/** One message and its answer. */
export interface Turn {
  readonly thread: string
  /** The answer's text. After an error event: its message. */
  readonly answer: string
  /** The trace id that the turn's hops share. */
  readonly trace: string
  readonly visit: Visit
  /** The approval that the answer waits for, if it waits. */
  readonly approval?: { readonly item_id: string; readonly action: object }
}

/** A person who is signed in. */
export interface Person {
  readonly name: 'alice' | 'bob'
  /** The access token for the chat endpoint. */
  readonly token: string
  /**
   * Sends a message; without a thread, in a new one. `placement` is the choice of the page’s
   * switch.
   */
  say(text: string, thread?: string, placement?: string): Promise<Turn>
  /** Approves the call that an answer waits for, with the same placement. */
  approve(turn: Turn, placement?: string): Promise<Turn>
  /** Any other request to the chat endpoint, or `metadata` beside one. */
  chatkit(type: string, params: object, more?: object): Promise<Visit>
  /** GET at the web server with the token: the trail, the model requests. */
  look(path: string): Promise<Visit>
}

const streamed = z.looseObject({
  type: z.string(),
  message: z.string().optional(),
  thread: z.object({ id: z.string() }).optional(),
  item: z
    .looseObject({
      id: z.string().optional(),
      type: z.string(),
      widget: z
        .looseObject({ confirm: z.looseObject({ action: z.looseObject({}) }).optional() })
        .optional(),
      content: z.array(z.looseObject({ text: z.string().optional() })).optional(),
    })
    .optional(),
})

/** Returns the input of a message in the form of the protocol. */
export function message(text: string): object {
  return { content: [{ type: 'input_text', text }], attachments: [], inference_options: {} }
}

/** Signs a person in for the chat endpoint. */
export async function signedIn(
  house: House,
  name: 'alice' | 'bob',
  scope?: string,
): Promise<Person> {
  const { urls } = house
  const token = await signIn({
    issuer: urls.issuer,
    as: name,
    resource: urls.chatkit,
    ...(scope === undefined ? {} : { scope }),
  })
  return personWith(house, name, token)
}

/** Returns a person who has a token already. */
export function personWith(house: House, name: 'alice' | 'bob', token: string): Person {
  const { urls } = house
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const send = (body: object, trace = newTrace()) =>
    house.visit(urls.chatkit, {
      method: 'POST',
      headers: { ...headers, traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01` },
      body: JSON.stringify(body),
    })
  async function turn(body: object, thread?: string): Promise<Turn> {
    const trace = newTrace()
    const visit = await send(body, trace)
    if (visit.status !== 200) throw new Error(`A message was refused with ${visit.status}`)
    const events = visit.body
      .split('\n\n')
      .filter((frame) => frame !== '')
      .map((frame) => streamed.parse(JSON.parse(frame.replace(/^data: /, ''))))
    const said = events.flatMap((event) => {
      if (event.type === 'error') return [event.message ?? 'error']
      if (event.type !== 'thread.item.done' || event.item?.type !== 'assistant_message') return []
      return [(event.item.content ?? []).map(({ text: part }) => part ?? '').join('')]
    })
    const created = events.find((event) => event.thread)?.thread?.id
    const card = events.findLast(
      ({ type, item }) => type === 'thread.item.done' && item?.widget?.confirm,
    )?.item
    const action = card?.widget?.confirm?.action
    return {
      thread: thread ?? created ?? '',
      answer: said.join('\n'),
      trace,
      visit,
      ...(card?.id !== undefined && action ? { approval: { item_id: card.id, action } } : {}),
    }
  }

  return {
    name,
    token,
    say(text, thread, placement) {
      const input = message(text)
      const metadata = metadataOf(placement)
      return turn(
        thread === undefined
          ? { type: 'threads.create', params: { input }, ...metadata }
          : { type: 'threads.add_user_message', params: { thread_id: thread, input }, ...metadata },
        thread,
      )
    },
    async approve({ thread, approval }, placement) {
      if (!approval) throw new Error('Nothing waits to be approved')
      return turn(
        {
          type: 'threads.custom_action',
          params: { thread_id: thread, ...approval },
          ...metadataOf(placement),
        },
        thread,
      )
    },
    chatkit: (type, params, more = {}) => send({ type, params, ...more }),
    look: (path) =>
      house.visit(`${urls.web}${path}`, { headers: { authorization: `Bearer ${token}` } }),
  }
}

function metadataOf(placement: string | undefined): object {
  return placement === undefined ? {} : { metadata: { placement } }
}

function newTrace(): string {
  return randomBytes(16).toString('hex')
}
