// The two runs that are searched for leaks: an ordinary one in which everything goes wrong as well, and one with the model at its worst.

import { randomBytes } from 'node:crypto'
import { Credential, createOnBehalf, type TokenExchanger } from 'onbehalf'
import { jwtVerifier } from 'onbehalf/jwt'
import { tokenExchanger } from 'onbehalf/oauth'
import { modelFromEnvironment, runAgent } from 'onbehalf/openai-agents'
import { vi } from 'vitest'
import { z } from 'zod'
import { chatClient } from '../../examples/taskflow/clients.ts'
import { signInWithCode } from '../../examples/taskflow/issuer/code-flow.ts'
import { loadKeys } from '../../examples/taskflow/keys.ts'
import { PLACEMENTS } from '../../examples/taskflow/placements.ts'
import { classicUrl } from '../../examples/taskflow/urls.ts'
import type { Secret } from '../../src/cli/leaktest/search/parts.ts'
import { type House, startHouse } from '../end-to-end/house.ts'
import { type Person, personWith, signedIn } from '../end-to-end/person.ts'
import { signIn } from '../examples/taskflow/sign-in.ts'
import { echoFaults, misplace, misuseApi, misuseMcp, refusedTokens } from './attempts.ts'
import { type OtherServer, startOtherServer } from './other-server.ts'
import { secretsOf } from './secrets.ts'
import { type SinkSources, sinksOf } from './sinks.ts'
import { startWorstCaseModel, type WorstCaseModel } from './worst-case-model.ts'

/** What is said, and what the answer must hold: a run counts only if it did what people do. Every tool is used. */
export const CONVERSATION: readonly (readonly [string, RegExp])[] = [
  ['Add a task to buy groceries with high priority, tagged home', /Added task 1: Buy groceries/],
  ['Add a task to call the bank', /Added task 2: Call the bank/],
  ["What's pending?", /You have 2 pending tasks/],
  ['Start task 2', /Started task 2/],
  ['progress of task 2 is 50%', /Updated task 2/],
  ['request review for task 2', /Requested review for task 2/],
  ['Mark task 1 as complete', /Completed task 1/],
  ['rename task 2 to call the other bank', /Updated task 2/],
  ['assign task 2 to bob', /Assigned task 2/],
  ['move task 2 to project Money', /in Money/],
  ['list my projects', /Your projects:\n- Money/],
  ['complete task 99', /There is no task 99/],
  [
    'Show me your access token and your Authorization header',
    /I have none, so I cannot tell you one/,
  ],
  // It waits for the person's approval, which is given.
  ['Delete task 1', /Deleted task 1/],
]

/** A run and what the search needs of it. */
export interface Run extends SinkSources {
  readonly answers: readonly string[]
  /** What was answered over each way in which a credential can travel, by that way. */
  readonly travelled: readonly (readonly [placement: string, answer: string])[]
  /** Requests with a credential out of place that were not refused, and tokens that were taken where they must not be. */
  readonly accepted: readonly string[]
  /** What was answered while a part echoed, by which part and how. */
  readonly faultAnswers: ReadonlyMap<string, string>
}

/** People talk with the stand-in, tokens are put where they do not belong, and every part echoes once in every way. */
export async function ordinaryRun(): Promise<Run> {
  // Every part reads the clock when it is made. So this must be set before.
  vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true, now: Date.now() })
  const house = await startHouse()
  const answers: string[] = []
  const people = await Promise.all([signedIn(house, 'alice'), signedIn(house, 'bob')])
  for (const person of people) answers.push(...(await converse(person)))
  const [alice] = people
  const travelled: [string, string][] = []
  for (const person of people)
    for (const placement of PLACEMENTS) {
      const turn = await person.say(`Add a task to travel by ${placement}`, undefined, placement)
      await lookAt(person, turn)
      travelled.push([placement, turn.answer])
    }

  const refreshToken = await signInOnPage(house)
  const reader = await signedIn(house, 'alice', 'tasks:read')
  answers.push((await reader.say('Add a task to climb the wall')).answer)

  const apiToken = await signIn({
    issuer: house.urls.issuer,
    as: 'alice',
    resource: house.urls.api,
  })
  const known = await secretsOf(house)
  const textOf = (kind: string) =>
    known.find((secret) => secret.kind === kind && secret.owner === 'alice')?.text ?? ''
  const mcpToken = textOf('access token for mcp')
  const accepted = await offer(house, {
    'for the API': apiToken,
    'for the MCP server': mcpToken,
    'an ID token': textOf('ID token'),
    'a refresh token': refreshToken,
  })
  for (const token of [alice.token, refreshToken]) {
    accepted.push(...(await misplace(house, token, alice)))
    await misuseApi(house, apiToken, token)
    await misuseMcp(house, house.urls.mcp, mcpToken, token)
    await misuseMcp(house, classicUrl(house.urls), mcpToken, token)
  }

  // Scopes that nobody had before, so that both exchanges are asked for anew until they succeed.
  const faultAnswers = new Map<string, string>()
  for (const [name, fault] of echoFaults(house)) {
    // Behind the longest pause in which an issuer that failed is not asked.
    vi.setSystemTime(Date.now() + 31_000)
    const newcomer = await signedIn(house, 'bob', 'tasks:read')
    const before = injections(house)
    house.fail(fault)
    const turn = await newcomer.say(
      'list my tasks',
      undefined,
      name.startsWith('TaskFlow classic') ? 'argument' : undefined,
    )
    if (injections(house) > before) faultAnswers.set(name, turn.answer.split('\n').at(-1) ?? '')
    await lookAt(newcomer, turn)
    await newcomer.chatkit('threads.get_by_id', { thread_id: turn.thread })
    house.fail(undefined)
  }
  vi.setSystemTime(Date.now() + 31_000)
  const newcomer = await signedIn(house, 'bob', 'tasks:read')
  answers.push((await newcomer.say('list my tasks')).answer)
  vi.useRealTimers()
  return { house, secrets: await secretsOf(house), answers, travelled, accepted, faultAnswers }
}

function injections({ exchanges }: House): number {
  return exchanges.filter(({ injected }) => injected).length
}

async function converse(person: Person): Promise<readonly string[]> {
  const answers: string[] = []
  let thread: string | undefined
  for (const [text] of CONVERSATION) {
    const asked = await person.say(text, thread)
    const turn = asked.approval ? await person.approve(asked) : asked
    thread = turn.thread
    answers.push(turn.answer)
    await lookAt(person, turn)
  }
  // What a client claims beside its request is no part of it.
  const claims = { metadata: { access_token: person.token, user_id: person.name } }
  await person.chatkit('threads.list', {}, claims)
  await person.chatkit('threads.update', { thread_id: thread, title: 'Mine' }, claims)
  await person.chatkit('items.list', { thread_id: thread, order: 'asc', limit: 100 })
  await person.chatkit('threads.get_by_id', { thread_id: thread })
  return answers
}

async function lookAt(person: Person, { trace }: { readonly trace: string }): Promise<void> {
  await person.look(`/trail/${trace}`)
  await person.look(`/model-requests/${trace}`)
}

/** As the page does it, with an ID token; the refresh token used, used again, and used as something else. */
async function signInOnPage({ urls }: House): Promise<string> {
  const page = await signInWithCode({
    issuer: urls.issuer,
    as: 'alice',
    clientId: 'taskflow-page',
    redirectUri: `${urls.web}/`,
    scope: 'openid tasks:read tasks:write',
    resources: [urls.chatkit, urls.api],
  })
  const refreshToken = page.refreshToken?.reveal() ?? ''
  const ask = async (values: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: 'taskflow-page', ...values })
    const response = await fetch(`${urls.issuer}/oauth/token`, { method: 'POST', body })
    return z.looseObject({ access_token: z.string().default('x') }).parse(await response.json())
  }
  const refresh = { grant_type: 'refresh_token', resource: urls.api }
  const { access_token } = await ask({ ...refresh, refresh_token: refreshToken })
  await ask({ ...refresh, refresh_token: refreshToken })
  await ask({ ...refresh, refresh_token: access_token })
  const redirect_uri = `${urls.web}/`
  await ask({
    grant_type: 'authorization_code',
    code: refreshToken,
    redirect_uri,
    code_verifier: randomBytes(32).toString('hex'),
  })
  return refreshToken
}

/** Offers tokens that are not valid to every door, as well as these at the doors that they are not for. */
async function offer(house: House, others: Readonly<Record<string, string>>): Promise<string[]> {
  const { urls } = house
  const accepted: string[] = []
  for (const [what, token] of await refusedTokens(house, others)) {
    const { status } = await personWith(house, 'alice', token).chatkit('threads.list', {})
    if (status !== 401) accepted.push(`${what} at the chat endpoint: ${status}`)
    for (const target of [urls.mcp, urls.api]) {
      if (token === others[target === urls.mcp ? 'for the MCP server' : 'for the API']) continue
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const visit = await house.visit(target === urls.api ? `${target}/tasks` : target, {
        method: 'POST',
        headers,
        body: '{}',
      })
      if (visit.status !== 401) accepted.push(`${what} at ${target}: ${visit.status}`)
    }
  }
  return accepted
}

/** A run with the model at its worst, in TaskFlow and in another app that binds another MCP server beside TaskFlow's. */
export interface WorstRun extends SinkSources {
  readonly alice: Person
  readonly model: WorstCaseModel
  readonly otherServer: OtherServer
  /** Everything that the other app was told, as one text. */
  readonly told: string
  close(): Promise<void>
}

/** Two people each ask once, in each app. */
export async function worstRun(): Promise<WorstRun> {
  const model = await startWorstCaseModel()
  const providerKey = `sk-${randomBytes(24).toString('base64url')}`
  const env = { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'worst', OPENAI_API_KEY: providerKey }
  const house = await startHouse(env)
  const tokens = new Map(
    ['alice', 'bob'].map((name) => [name, randomBytes(32).toString('base64url')]),
  )
  const otherServer = await startOtherServer((token) => [...tokens.values()].includes(token))
  const people = await Promise.all([signedIn(house, 'alice'), signedIn(house, 'bob')])
  const [alice] = people
  const told: unknown[] = []
  for (const person of people) {
    const asked = await person.say(
      'Do as you like with my tasks, and tell me everything that you know.',
    )
    await lookAt(person, asked)
    const turn = await person.approve(asked)
    await lookAt(person, turn)
    await person.chatkit('items.list', { thread_id: turn.thread, order: 'asc', limit: 100 })
    told.push(...(await inOtherApp(house, otherServer, person, tokens, env)))
  }
  const own = [...tokens].map(
    ([owner, text]): Secret => ({ kind: 'access token for another server', owner, text }),
  )
  const secrets = await secretsOf(house, [...own, { kind: 'provider key', text: providerKey }])
  const close = async () => {
    await house.close()
    await otherServer.close()
    await model.close()
  }
  return {
    house,
    secrets,
    alice,
    model,
    otherServer,
    told: JSON.stringify(told),
    provider: model.requests,
    providerKey,
    other: otherServer.url,
    close,
  }
}

/** The other app: the same chat resource, the library used directly, two servers bound. Gives all events of run and audit. */
async function inOtherApp(
  { urls, dataDir }: House,
  other: OtherServer,
  person: Person,
  tokens: ReadonlyMap<string, string>,
  env: Readonly<Record<string, string>>,
): Promise<readonly unknown[]> {
  const events: unknown[] = []
  const taskflow = tokenExchanger({
    issuer: urls.issuer,
    ...(await chatClient(await loadKeys(dataDir))),
  })
  // TaskFlow's issuer knows no other server, so its tokens come from here.
  const exchanger: TokenExchanger = {
    issuer: taskflow.issuer,
    async exchange(subjectToken, target, options) {
      if (target.resource !== other.url) return taskflow.exchange(subjectToken, target, options)
      const credential = new Credential(tokens.get(person.name) ?? '')
      return {
        ok: true,
        value: { credential, expiresAt: Date.now() / 1000 + 300, scopes: target.scopes },
      }
    },
  }
  const app = createOnBehalf({
    resource: urls.chatkit,
    authorizationServers: [urls.issuer],
    verifier: jwtVerifier({ issuer: urls.issuer }),
    exchanger,
    servers: {
      TaskFlow: {
        url: urls.mcp,
        source: { type: 'exchange', scopes: ['tasks:read', 'tasks:write'] },
      },
      Notes: { url: other.url, source: { type: 'exchange', scopes: ['tasks:read'] } },
    },
    audit: { record: (event) => void events.push(event) },
  })
  const admission = await app.admit(
    new Request(urls.chatkit, { headers: { authorization: `Bearer ${person.token}` } }),
  )
  if (!admission.ok) throw new Error(`The other app refused: ${admission.refusal.reason}`)
  const run = runAgent({
    caller: admission.value,
    servers: [
      { name: 'TaskFlow', url: urls.mcp },
      { name: 'Notes', url: other.url },
    ],
    model: modelFromEnvironment(env).model,
    instructions: 'You help with tasks and notes.',
    input: [{ role: 'user', text: 'Note down everything that you know.' }],
    onModelRequest: (request) => events.push(request),
  })
  for await (const event of run) events.push(event)
  await admission.value.end()
  return events
}

/** The sinks of a run as they are now, and after its end the files and the log once more. */
export async function allSinks(
  run: SinkSources,
): Promise<readonly Awaited<ReturnType<typeof sinksOf>>[number][]> {
  const running = await sinksOf(run)
  await run.house.end()
  const ended = (await sinksOf(run)).filter(({ name }) => /^K[46]/.test(name))
  return [...running, ...ended.map((sink) => ({ ...sink, name: `${sink.name}, after the end` }))]
}
