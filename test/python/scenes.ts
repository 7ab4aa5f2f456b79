// What holds for two people with the Python chat server and the Python MCP server behind the gateway.

import { readFileSync } from 'node:fs'
import { must } from '../issuers-real/tally.ts'
import { answerOf, askMcp } from './ask-mcp.ts'
import type { Person } from './person.ts'
import { inEnvironment, inFiles, inMemory, type Texts, textsOf } from './search.ts'
import type { World } from './world.ts'

/** What alice says, and nobody else. */
const ALICE_TASK = 'Feed the ocelot'
const BOB_TASK = 'Polish the tuba'

/** Each sees and changes only what is theirs. */
export async function twoPeople({ people: { alice, bob } }: World): Promise<string> {
  holds(await alice.ask(`Add a task: ${ALICE_TASK}`), ALICE_TASK)
  holds(await bob.ask(`Add a task: ${BOB_TASK}`), BOB_TASK)
  const [hers, his] = [await alice.ask('List my tasks'), await bob.ask('List my tasks')]
  holds(hers, ALICE_TASK)
  must(!hers.includes(BOB_TASK), `alice sees bob's task: ${hers}`)
  holds(his, BOB_TASK)
  must(!his.includes(ALICE_TASK), `bob sees alice's task: ${his}`)
  const refused = await bob.ask('Complete task 1')
  must(refused.includes('no task 1'), `bob changed alice's task: ${refused}`)
  holds(await alice.ask('Complete task 1'), 'Completed')
  return 'in the browser'
}

/** Another person's conversation is not found, and theirs is unharmed. */
export async function ownThreads({ example, people: { alice, bob } }: World): Promise<undefined> {
  const url = `${example.urls.gateway}/chatkit`
  const ask = ({ tokens }: Person, type: string, params: object) =>
    fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.find(isAccessToken)}` },
      body: JSON.stringify({ type, params }),
    })
  const hers = await (await ask(alice, 'threads.list', {})).text()
  const his = await (await ask(bob, 'threads.list', {})).text()
  const [, thread = ''] = /"id":"(thr_\w+)"/.exec(hers) ?? []
  must(thread !== '' && !his.includes(thread), `bob's list has alice's conversation: ${his}`)
  const read = { thread_id: thread }
  for (const type of ['threads.get_by_id', 'items.list', 'threads.delete']) {
    const stolen = await ask(bob, type, read)
    must(stolen.status === 404, `bob may ${type} alice's conversation: ${stolen.status}`)
    must(!(await stolen.text()).includes(ALICE_TASK), "bob's answer has alice's words")
  }
  const unharmed = await (await ask(alice, 'threads.get_by_id', read)).text()
  holds(unharmed, ALICE_TASK)
  return undefined
}

/** The model sees neither the parameters nor the credential. */
export async function hidden({ heard }: World): Promise<string> {
  const all = heard.join('\n')
  must(all.includes(ALICE_TASK) && all.includes('list_tasks'), 'the model was not heard')
  for (const word of ['user_id', 'access_token', 'eyJ', 'onbehalf-run-'])
    must(!all.includes(word), `the model saw ${word}`)
  return `${heard.length} requests`
}

/** No token of a person, and none that was exchanged, is in the process that runs the agent. */
export async function noTokenInTheAgent(world: World): Promise<string> {
  const { example, dataDir } = world
  const { pid } = example.programs.chat
  const secret: Texts = { ...browserTokens(world), ...exchangedTokens(world) }
  must(Object.keys(secret).length >= 8, 'too few tokens are known to the test')
  const got = JSON.stringify(world.requestsTo('chat'))
  must(got.includes('onbehalf-run-'), 'the requests to the chat server were not recorded')
  for (const [name, text] of Object.entries(secret))
    must(!got.includes(text), `${name} came with a request`)
  none(inFiles(dataDir, /^chat\./, secret))
  none(inFiles(dataDir, /^chat\.(db.*|log)$/, { 'a run token': 'onbehalf-run-' }))
  must(
    inFiles(dataDir, /^chat\.db/, { words: ALICE_TASK }).length > 0,
    'the store was not searched',
  )
  none(inEnvironment(pid, secret))
  must(inEnvironment(pid, { port: 'PORT=' }).length > 0, 'the environment was not searched')
  const memory = inMemory(pid, { ...secret, words: ALICE_TASK })
  must(memory.names.includes('words'), 'the memory was not searched')
  none(memory.names.filter((name) => name !== 'words'))
  return `${Object.keys(secret).length} texts, ${Math.round(memory.bytes / 1e6)} MB of memory`
}

/** The MCP server gets its own tokens, and never one of the browser's. */
export async function onlyExchangedInTheServer(world: World): Promise<string> {
  const { pid } = world.example.programs.tasks
  const [browser, exchanged] = [browserTokens(world), exchangedTokens(world)]
  const got = JSON.stringify(world.requestsTo('tasks'))
  for (const [name, text] of Object.entries(browser))
    must(!got.includes(text), `${name} came to the MCP server`)
  must(!got.includes('onbehalf-run-'), 'a run token came to the MCP server')
  none(inEnvironment(pid, browser))
  none(inFiles(world.dataDir, /^tasks\.(db|log)/, { ...browser, ...exchanged }))
  const memory = inMemory(pid, { ...browser, ...exchanged })
  must(
    memory.names.some((name) => name in exchanged),
    'the memory was not searched',
  )
  none(memory.names.filter((name) => name in browser))
  for (const { claims } of Object.values(exchangedClaims(world))) {
    must(claims.aud === world.example.urls.tasks, 'an exchanged token is not for the MCP server')
    must(claims.act?.sub === 'taskflow-gateway', 'an exchanged token does not name the gateway')
  }
  return `${Object.keys(exchanged).length / 2} exchanged tokens`
}

/** A run token is good for its person's MCP routes during its run, and for nothing else. */
export async function stolenRunToken(world: World): Promise<undefined> {
  const { example, people } = world
  const before = world.heard.length
  const held = world.hold()
  let alices: string, bobs: string
  try {
    await people.alice.begin('List my tasks')
    await world.asked(1, before)
    alices = world.lastRunToken()
    await people.bob.begin('List my tasks')
    await world.asked(2, before)
    bobs = world.lastRunToken()
    must(alices !== bobs && bobs.startsWith('onbehalf-run-'), 'there are no two run tokens')
    await bobsReachNoTaskOfAlices(world, bobs)
    await sessionsStayApart(world, alices, bobs)
    await errorsGiveNothingBack(world, bobs)
    const chat = await fetch(`${example.urls.gateway}/chatkit`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bobs}` },
      body: '{}',
    })
    must(chat.status === 401, `the front door takes a run token: ${chat.status}`)
    const server = await askMcp(example.urls.tasks, 'none', 'tools/call', {
      name: 'list_tasks',
      arguments: { user_id: 'bob', access_token: bobs },
    })
    must((await answerOf(server)).isError, 'the MCP server takes a run token')
    const issuer = await fetch(`${example.urls.issuer}/oauth/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ token: bobs, client_id: 'taskflow-page' }),
    })
    must(!(await issuer.text()).includes('"active":true'), 'the issuer knows a run token')
  } finally {
    held.release()
  }
  for (const { page } of [people.alice, people.bob])
    await page.locator('onbehalf-chat [role=log][aria-busy=false]').waitFor()
  for (const token of [alices, bobs]) {
    const late = await askMcp(`${example.urls.gateway}/mcp/Tasks`, token, 'tools/list', {})
    must(late.status === 401, `a run token is good after its run: ${late.status}`)
  }
  return undefined
}

/** When the person stops the answer, its run token ends at once. */
export async function stoppedRun(world: World): Promise<undefined> {
  const { alice } = world.people
  const before = world.heard.length
  const held = world.hold()
  try {
    await alice.begin('List my tasks')
    await world.asked(1, before)
    const token = world.lastRunToken()
    const list = () => askMcp(`${world.example.urls.gateway}/mcp/Tasks`, token, 'tools/list', {})
    must((await list()).status === 200, 'the run token is not good during its run')
    await alice.page.getByRole('button', { name: 'Stop' }).click()
    const deadline = performance.now() + 10_000
    while ((await list()).status !== 401)
      must(performance.now() < deadline, 'the run token is good after the stop')
  } finally {
    held.release()
  }
  holds(await alice.ask('List my tasks'), ALICE_TASK)
  return undefined
}

async function bobsReachNoTaskOfAlices({ example }: World, bobs: string): Promise<void> {
  const url = `${example.urls.gateway}/mcp/Tasks`
  for (const args of [{}, { user_id: 'alice' }, { user_id: 'alice', access_token: 'forged' }]) {
    const response = await askMcp(url, bobs, 'tools/call', { name: 'list_tasks', arguments: args })
    const { text } = await answerOf(response)
    must(!text.includes(ALICE_TASK), `bob's run token reached alice's tasks: ${text}`)
    if (!('user_id' in args)) holds(text, BOB_TASK)
  }
  const change = { name: 'complete_task', arguments: { task_id: 1 } }
  holds((await answerOf(await askMcp(url, bobs, 'tools/call', change))).text, 'no task 1')
}

async function sessionsStayApart({ example }: World, alices: string, bobs: string): Promise<void> {
  const url = `${example.urls.gateway}/mcp/Tasks`
  const opened = await askMcp(url, alices, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  })
  await opened.body?.cancel()
  const session = opened.headers.get('mcp-session-id') ?? ''
  must(session !== '', 'the MCP server opens no session')
  const his = await askMcp(url, bobs, 'tools/list', {}, session)
  must(his.status === 404, `bob uses alice's session: ${his.status}`)
  const hers = await answerOf(await askMcp(url, alices, 'tools/list', {}, session))
  holds(hers.text, 'list_tasks')
}

/** Pydantic repeats the end of what it was given in its errors: the server's own answer has it. */
async function errorsGiveNothingBack(world: World, bobs: string): Promise<void> {
  const ask = async (url: string, token: string, args: object) =>
    answerOf(await askMcp(url, token, 'tools/call', { name: 'add_task', arguments: args }))
  const token = [...sentTokens(world)].at(-1) ?? ''
  const end = token.slice(-12)
  const direct = { user_id: 'bob', access_token: token }
  const server = await ask(world.example.urls.tasks, 'none', direct)
  must(server.isError && server.text.includes(end), `the server repeats nothing: ${server.text}`)
  const { isError, text } = await ask(`${world.example.urls.gateway}/mcp/Tasks`, bobs, {})
  must(isError, 'the wrong call was not refused')
  for (const sent of sentTokens(world))
    must(!text.includes(sent.slice(-12)), `a piece of a token came back: ${text}`)
}

/** Every hop of these two people is in the gateway's audit, without a token. */
export async function audited(world: World): Promise<string> {
  const log = readFileSync(world.example.programs.gateway.log, 'utf8')
  const events = log.split('\n').flatMap((line) => (line.includes('"audit"') ? [line] : []))
  for (const subject of ['alice', 'bob'])
    for (const hop of ['door', 'exchange', 'carry'])
      must(
        events.some((line) => line.includes(`"hop":"${hop}"`) && line.includes(`"${subject}"`)),
        `no ${hop} of ${subject} was recorded`,
      )
  for (const text of Object.values({ ...browserTokens(world), ...exchangedTokens(world) }))
    must(!log.includes(text), 'a token is in the log of the gateway')
  return `${events.length} hops`
}

function browserTokens({ people }: World): Texts {
  const all = Object.entries(people).flatMap(([name, { tokens }]) =>
    tokens.map((token, at) => textsOf(`${name}'s token ${at}`, token)),
  )
  return Object.assign({}, ...all)
}

function exchangedTokens(world: World): Texts {
  const all = [...sentTokens(world)].map((token, at) => textsOf(`exchanged token ${at}`, token))
  return Object.assign({}, ...all)
}

interface Claims {
  readonly aud: string
  readonly act?: { readonly sub: string }
}

function exchangedClaims(world: World): readonly { readonly claims: Claims }[] {
  return [...sentTokens(world)].map((token) => ({
    claims: JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()),
  }))
}

/** The tokens that the MCP server got as arguments. */
function sentTokens(world: World): ReadonlySet<string> {
  return new Set(
    world
      .requestsTo('tasks')
      .flatMap(({ body }) => /"access_token":"(eyJ[\w.-]+)"/.exec(body ?? '')?.[1] ?? []),
  )
}

function isAccessToken(token: string): boolean {
  const [head = ''] = token.split('.')
  return Buffer.from(head, 'base64url').toString().includes('at+jwt')
}

function holds(text: string, words: string): void {
  must(text.includes(words), `expected “${words}” in: ${text.slice(0, 300)}`)
}

function none(places: readonly string[]): void {
  must(places.length === 0, `found: ${places.join(', ')}`)
}
