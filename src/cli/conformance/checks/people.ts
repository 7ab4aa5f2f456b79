// What one person gets, and what goes behind the target in their name: lists, credentials, hidden
// parameters, and what a server sends back.

import { isObject, type UnknownObject } from '../../inspect/ask.ts'
import {
  type Bench,
  callTool,
  isPerson,
  nameOf,
  open,
  type Person,
  request,
  resultOf,
  toolsOf,
  withUpstream,
} from '../bench.ts'
import type { Check } from '../check.ts'
import { failed, must, type Outcome, PASSED, unknown } from '../outcome.ts'
import { CHOSEN, type Recorded, type Upstream } from '../world/upstream.ts'

const NOT_CALLED = 'the call did not reach the server behind the target'

/** Alice and bob, with the server behind the target. */
function withBoth(
  bench: Bench,
  check: (upstream: Upstream, alice: Person, bob: Person) => Promise<Outcome>,
): Promise<Outcome> {
  return withUpstream(bench, async (upstream, alice) => {
    const bob = await open(bench, 'bob')
    return isPerson(bob) ? check(upstream, alice, bob) : bob
  })
}

async function ownLists(bench: Bench): Promise<Outcome> {
  return withBoth(bench, async (_, alice, bob) => {
    const [first, theirs] = [await toolsOf(bench, alice), await toolsOf(bench, bob)]
    const again = await toolsOf(bench, alice)
    const has = (tools: readonly UnknownObject[], name: string) => nameOf(tools, name) !== undefined
    if (has(theirs, 'only_alice') || has(again, 'only_bob'))
      return failed('a person’s list has a tool that the server gives to another one alone')
    if (!has(first, 'only_alice') && !has(theirs, 'only_bob'))
      return unknown('the server behind saw no person: it gets no JWT with the subject')
    if (!has(again, 'only_alice')) return failed('a person’s tool went when another one listed')
    const called = await callTool(bench, alice, 'only_alice')
    return must(
      called !== undefined && called.status === 200,
      'a person’s own tool cannot be called',
    )
  })
}

/** Many calls of two people at once. */
const AT_ONCE = 20

async function apart(bench: Bench): Promise<Outcome> {
  return withBoth(bench, async (upstream, alice, bob) => {
    const before = upstream.calls.length
    const name = nameOf(await toolsOf(bench, alice), 'add_note')
    const told = await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, at) => {
        const [person, whose] = at % 2 === 0 ? [alice, 'alice'] : [bob, 'bob']
        const text = `${whose}-${at}`
        const args = { text, user_id: whose, access_token: CHOSEN }
        const answer = await request(bench, person, 'tools/call', { name, arguments: args })
        return { text, answer: answer.text }
      }),
    )
    if (told.some(({ text, answer }) => !answer.includes(`noted ${text}`)))
      return failed('a person got no answer, or that to another call')
    const calls = upstream.calls.slice(before)
    if (calls.every(({ person }) => person === undefined))
      return unknown('the server behind saw no person: it gets no JWT with the subject')
    return must(
      calls.every(({ args, person }) => String(args.text).startsWith(`${person}-`)),
      'a call went with the credential of another person, or with none',
    )
  })
}

/** One call of alice's, as it came. */
async function recorded(
  bench: Bench,
  tool: string,
  args: object,
  check: (call: Recorded, upstream: Upstream, alice: Person) => Outcome,
): Promise<Outcome> {
  return withUpstream(bench, async (upstream, alice) => {
    const before = upstream.calls.length
    await callTool(bench, alice, tool, args)
    const call = upstream.calls[before]
    return call ? check(call, upstream, alice) : failed(NOT_CALLED)
  })
}

const noPassing = (bench: Bench) =>
  recorded(bench, 'echo', {}, ({ headers, args }, _, { token }) => {
    const all = JSON.stringify([headers, args])
    return must(!all.includes(token.reveal()), 'the server behind gets the token for the target')
  })

/** Headers that a client sends, and that must not be taken for the gateway's own word. */
const STRAY = {
  cookie: 'stray=conformance',
  'x-api-key': 'stray-conformance',
  'x-user-id': 'stray-conformance',
  'x-forwarded-user': 'stray-conformance',
}

async function noStrayHeaders(bench: Bench): Promise<Outcome> {
  return recorded(
    { ...bench, ask: (asked) => bench.ask({ ...asked, headers: { ...asked.headers, ...STRAY } }) },
    'echo',
    {},
    ({ headers }) => {
      const stray = headers.filter(([name, value]) => value === STRAY[name as keyof typeof STRAY])
      const names = stray.map(([name]) => name).join(', ')
      return must(stray.length === 0, `the server behind gets headers of the client: ${names}`)
    },
  )
}

async function hidden(bench: Bench): Promise<Outcome> {
  return withUpstream(bench, async (_, alice) => {
    const tools = await toolsOf(bench, alice)
    const note = tools.find(({ name }) => name === nameOf(tools, 'add_note'))
    const text = JSON.stringify(note?.inputSchema ?? {})
    const shown = ['access_token', 'user_id'].filter((name) => text.includes(name))
    return must(shown.length === 0, `the model sees the parameters ${shown.join(' and ')}`)
  })
}

const overwritten = (bench: Bench) =>
  recorded(
    bench,
    'add_note',
    { text: 'mine', user_id: 'bob', access_token: CHOSEN },
    ({ args }) => {
      if (args.user_id === 'bob') return failed('the model chooses whose `user_id` is sent')
      return must(args.access_token !== CHOSEN, 'the model chooses which `access_token` is sent')
    },
  )

/** What the server sends back of credentials, its caller's own and those of others. */
async function reflected(bench: Bench, tool: 'echo' | 'refuse'): Promise<Outcome> {
  return withBoth(bench, async (upstream, alice, bob) => {
    await callTool(bench, alice, 'echo')
    const answer = await callTool(bench, bob, tool)
    if (!answer) return failed(NOT_CALLED)
    if (tool === 'echo' && !isObject(resultOf(answer))) return failed('the tool gives no result')
    const told = `${answer.text} ${JSON.stringify([...answer.headers])}`
    const theirs = [alice.token.reveal(), bob.token.reveal()]
    const shown = [...upstream.secrets().credentials, ...theirs].filter((one) => told.includes(one))
    return shown.length === 0
      ? PASSED
      : failed(`${shown.length} credentials that a server sends back come to the client`)
  })
}

/** The checks. */
export const PEOPLE_CHECKS: readonly Check[] = [
  {
    id: 'lists.own',
    says: 'A list has the person’s own tools, whoever lists in between.',
    run: ownLists,
  },
  {
    id: 'people.apart',
    says: 'Calls of two people at once go with the credential of whoever called.',
    run: apart,
  },
  {
    id: 'credentials.not-passed-on',
    says: 'The token for the target goes to no server behind it.',
    run: noPassing,
  },
  {
    id: 'credentials.headers',
    says: 'No header of a client goes on to a server.',
    run: noStrayHeaders,
  },
  {
    id: 'hiding.schema',
    says: 'No parameter for a credential or an identity is in a schema that the model sees.',
    run: hidden,
  },
  {
    id: 'hiding.overwritten',
    says: 'What a model puts into such a parameter is overwritten.',
    run: overwritten,
  },
  {
    id: 'reflection.result',
    says: 'No credential that a server puts into a result comes to the client.',
    run: (bench) => reflected(bench, 'echo'),
  },
  {
    id: 'reflection.error',
    says: 'No credential that a server puts into an error comes to the client.',
    run: (bench) => reflected(bench, 'refuse'),
  },
]
