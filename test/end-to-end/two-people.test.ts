// alice and bob use one TaskFlow at the same time, in hundreds of turns over HTTP. Neither of them
// ever sees, uses or changes anything of the other.

import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { signIn } from '../examples/taskflow/sign-in.ts'
import { LONG } from '../long.ts'
import { type House, startHouse } from './house.ts'
import { type Person, signedIn, type Turn } from './person.ts'

const TURNS = LONG ? 1000 : 480
/** Sign-ins that work at the same time: half of them alice's, half of them bob's. */
const LANES = 8
/** After so many turns both people read the credential trail. It keeps the last requests only. */
const LOOK = 10
/** After so many turns a lane starts a new thread. */
const THREAD = 20

const NAMES = ['alice', 'bob'] as const
type Name = (typeof NAMES)[number]
const other = (name: Name): Name => (name === 'alice' ? 'bob' : 'alice')

/** A word that only the titles of one person have. */
const MARKS: Readonly<Record<Name, string>> = { alice: 'zqalpha', bob: 'zqbravo' }
/** Finds a person's mark, in upper and lower case. */
const markOf = (name: Name) => new RegExp(`${MARKS[name]}\\d+`, 'i')

/** What a person was told about a task. */
interface Known {
  readonly title: string
  status: 'pending' | 'in_progress' | 'completed' | 'deleted'
}

/** What the answers have told so far. */
interface Ledger {
  readonly tasks: Map<number, Known>
  readonly threads: Set<string>
  readonly traces: string[]
  turns: number
}

let house: House
const ledgers: Readonly<Record<Name, Ledger>> = {
  alice: { tasks: new Map(), threads: new Set(), traces: [], turns: 0 },
  bob: { tasks: new Map(), threads: new Set(), traces: [], turns: 0 },
}
const people: Person[] = []
const unexpected: string[] = []
const crossed: string[] = []
let looks = 0

beforeAll(async () => {
  house = await startHouse()
  for (let lane = 0; lane < LANES; lane++)
    people.push(await signedIn(house, NAMES[lane % 2] ?? 'alice'))
  await Promise.all(people.map(({ name }, lane) => walk(name, lane, TURNS / LANES)))
}, 400_000)
afterAll(() => house?.close())

/** Takes one lane's turns, one after the other. A seeded generator chooses them: runs are alike. */
async function walk(name: Name, lane: number, turns: number): Promise<void> {
  const ledger = ledgers[name]
  let person = people[lane] ?? (await signedIn(house, name))
  const random = generator(lane + 1)
  /** This lane's own tasks. Another lane of the same person may change the others. */
  const own: number[] = []
  let thread: string | undefined
  let turn = 0
  let last: Turn | undefined
  const say = async (text: string): Promise<string> => said(await spoken(text))
  const spoken = async (text: string): Promise<Turn> => {
    if (turn % THREAD === 0) {
      // It signs in again, too: so one person has many tokens at once, and no token expires on a
      // slow machine.
      thread = undefined
      person = await signedIn(house, name)
      people[lane] = person
    }
    turn++
    return person.say(text, thread)
  }
  const said = async (made: Turn): Promise<string> => {
    const { answer, trace, visit, thread: spokenIn } = made
    last = made
    thread = spokenIn
    ledger.turns++
    ledger.threads.add(spokenIn)
    ledger.traces.push(trace)
    if (markOf(other(name)).test(visit.raw + visit.body))
      crossed.push(`${name} was answered with something of the other's`)
    if (turn % LOOK === 0) await lookBehind(person, trace)
    return answer
  }
  const expectAnswer = (text: string, answer: string, wanted: RegExp) => {
    const match = wanted.exec(answer)
    if (!match) unexpected.push(`${name} said "${text}" and was answered "${answer}"`)
    return match
  }

  while (turn < turns) {
    const open = own.filter((id) => ledger.tasks.get(id)?.status !== 'deleted')
    const id = open[Math.floor(random() * open.length)]
    const known = id === undefined ? undefined : ledger.tasks.get(id)
    const choice = random()
    // A deletion takes two turns, which must be in one thread.
    const roomForTwo = turn + 2 <= turns && turn % THREAD < THREAD - 1
    if (id === undefined || !known || choice < 0.35) {
      const title = `Do ${MARKS[name]}${lane}${String(turn).padStart(4, '0')}`
      const text = `Add a task to ${title}`
      const added = expectAnswer(text, await say(text), /Added task (\d+): (.*)\.$/)
      if (!added) continue
      const number = Number(added[1])
      if (ledger.tasks.has(number)) unexpected.push(`${name} was given task ${number} twice`)
      if (added[2] !== title) unexpected.push(`${name} added "${title}" and was told "${added[2]}"`)
      ledger.tasks.set(number, { title, status: 'pending' })
      own.push(number)
    } else if (choice < 0.55) {
      expectAnswer('list', await say('What is pending?'), /You have (?:no|\d+) pending tasks?/)
    } else if (choice < 0.65) {
      const word = known.title.split(' ')[1] ?? ''
      expectAnswer(
        'search',
        await say(`search for ${word}`),
        new RegExp(`You have 1 task that mention[s]? “${word}”[\\s\\S]*${id}\\. ${known.title}`),
      )
    } else if (choice < 0.75) {
      if (
        expectAnswer(
          'start',
          await say(`Start task ${id}`),
          new RegExp(`Started task ${id}: ${known.title}\\.$`),
        )
      )
        known.status = 'in_progress'
    } else if (choice < 0.9 || !roomForTwo) {
      if (
        expectAnswer(
          'complete',
          await say(`Mark task ${id} as complete`),
          new RegExp(`Completed task ${id}: ${known.title}\\.$`),
        )
      )
        known.status = 'completed'
    } else {
      await say(`Delete task ${id}`)
      if (!last?.approval)
        unexpected.push(`${name} was not asked before task ${id} was to be deleted`)
      else {
        turn++
        const approved = await said(await person.approve(last))
        if (expectAnswer('approve', approved, new RegExp(`Deleted task ${id}: ${known.title}\\.$`)))
          known.status = 'deleted'
      }
    }
  }
}

/** Checks that the person who asked can read what the page shows of it, and the other cannot. */
async function lookBehind(person: Person, trace: string): Promise<void> {
  const stranger = people.find(({ name }) => name !== person.name)
  for (const [path, nothing] of [
    [`/trail/${trace}`, '{"events":[]}'],
    [`/model-requests/${trace}`, '{"requests":[]}'],
  ] as const) {
    const own = await person.look(path)
    if (own.status !== 200 || own.body.length < 200)
      unexpected.push(`${person.name} did not find ${path}: ${own.status}`)
    if (markOf(other(person.name)).test(own.body))
      crossed.push(`${path} of ${person.name} holds something of the other's`)
    const foreign = await stranger?.look(path)
    if (foreign?.body !== nothing)
      crossed.push(`${stranger?.name} was shown ${path} of ${person.name}`)
    looks++
  }
}

/** Makes a generator of random numbers that gives the same ones for a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

it('each of the turns got the right answer', () => {
  expect(ledgers.alice.turns + ledgers.bob.turns).toBe(TURNS)
  expect(unexpected).toEqual([])
  for (const name of NAMES) expect(ledgers[name].threads.size).toBeGreaterThan(TURNS / 50)
})

it('no byte of any answer or trail held anything of the other person', () => {
  expect(looks).toBe(2 * LANES * Math.floor(TURNS / LANES / LOOK))
  expect(crossed).toEqual([])
})

describe.each(NAMES)('%s', (name) => {
  const ledger = ledgers[name]
  const person = () => people[NAMES.indexOf(name)] ?? people[0]

  const api = async (path: string) => {
    const token = await apiToken(name)
    const visit = await house.visit(`${house.urls.api}${path}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(visit.status).toBe(200)
    expect(visit.body).not.toMatch(markOf(other(name)))
    return JSON.parse(visit.body)
  }

  it(`${name} has each acknowledged task exactly once, as it was left, and no other`, async () => {
    const task = z.looseObject({ id: z.number(), title: z.string(), status: z.string() })
    const tasks: z.infer<typeof task>[] = []
    for (let offset = 0; ; offset += 50) {
      const page = z
        .object({ tasks: z.array(task), total: z.number() })
        .parse(await api(`/tasks?limit=50&offset=${offset}`))
      tasks.push(...page.tasks)
      if (tasks.length >= page.total || page.tasks.length === 0) break
    }
    const expected = [...ledger.tasks]
      .filter(([, { status }]) => status !== 'deleted')
      .map(([id, { title, status }]) => ({ id, title, status }))
    const byId = (one: { readonly id: number }, two: { readonly id: number }) => one.id - two.id
    expect(tasks.map(({ id, title, status }) => ({ id, title, status })).sort(byId)).toEqual(
      expected.sort(byId),
    )
    expect(expected.length).toBeGreaterThan(TURNS / 20)
  })

  it(`${name} finds only their own actions in the audit, with the right actors and traces`, async () => {
    const entry = z.looseObject({
      id: z.number(),
      subject: z.string(),
      actors: z.array(z.string()),
      trace: z.string(),
      action: z.string(),
      task_id: z.number(),
    })
    const entries: z.infer<typeof entry>[] = []
    for (let before = ''; ; ) {
      const page = z
        .object({ entries: z.array(entry), next_before: z.number().nullable() })
        .parse(await api(`/audit?limit=50${before}`))
      entries.push(...page.entries)
      if (page.next_before === null) break
      before = `&before=${page.next_before}`
    }
    expect(new Set(entries.map(({ subject }) => subject))).toEqual(new Set([name]))
    expect(new Set(entries.map(({ actors }) => actors.join(' for ')))).toEqual(
      new Set(['taskflow-mcp for taskflow-chat']),
    )
    const own = new Set(ledger.traces)
    expect(entries.filter(({ trace }) => !own.has(trace))).toEqual([])
    const created = entries
      .filter(({ action }) => action === 'task.created')
      .map(({ task_id }) => task_id)
    expect(created.sort((one, two) => one - two)).toEqual(
      [...ledger.tasks.keys()].sort((one, two) => one - two),
    )
  })

  it(`${name} finds only their own threads, with nothing of the other person in them`, async () => {
    const ids: string[] = []
    for (let after: string | undefined; ; ) {
      const visit = await person()?.chatkit('threads.list', {
        limit: 20,
        ...(after ? { after } : {}),
      })
      const page = z
        .looseObject({
          data: z.array(z.looseObject({ id: z.string() })),
          has_more: z.boolean(),
          after: z.string().optional(),
        })
        .parse(JSON.parse(visit?.body ?? ''))
      ids.push(...page.data.map(({ id }) => id))
      if (!page.has_more) break
      after = page.after
    }
    expect(ids.sort()).toEqual([...ledger.threads].sort())
    for (const thread_id of ids) {
      const visit = await person()?.chatkit('items.list', { thread_id, limit: 100 })
      expect(visit?.status).toBe(200)
      expect(visit?.body).not.toMatch(markOf(other(name)))
    }
  })

  it(`${name} gets the same answer for the other person's thread as for a missing one`, async () => {
    const missing = (
      await person()?.chatkit('threads.get_by_id', { thread_id: 'thr_0000000000000000' })
    )?.body
    for (const thread_id of [...ledgers[other(name)].threads].slice(0, 10)) {
      for (const [type, more] of [
        ['threads.get_by_id', {}],
        ['items.list', {}],
        ['threads.update', { title: 'Mine' }],
        ['threads.delete', {}],
      ] as const) {
        const visit = await person()?.chatkit(type, { thread_id, ...more })
        expect([type, visit?.status, visit?.body]).toEqual([type, 404, missing])
      }
      const input = {
        content: [{ type: 'input_text', text: 'hi' }],
        attachments: [],
        inference_options: {},
      }
      expect(
        (await person()?.chatkit('threads.add_user_message', { thread_id, input }))?.status,
      ).toBe(404)
    }
  })
})

it('each request to the MCP server and the API carried a token for that place, of the right person', () => {
  const { urls, arrivals } = house
  const owners = new Map(
    NAMES.flatMap((name) => ledgers[name].traces.map((trace) => [trace, name] as const)),
  )
  const wrong: string[] = []
  const counted = { [urls.mcp]: 0, [urls.api]: 0 }
  for (const { url, headers } of arrivals) {
    const place = [urls.mcp, urls.api].find((one) => url === one || url.startsWith(`${one}/`))
    const trace = /^00-([0-9a-f]{32})-/.exec(String(headers.traceparent ?? ''))?.[1]
    // A request without a trace is this test's own.
    if (!place || trace === undefined) continue
    counted[place] = (counted[place] ?? 0) + 1
    const { sub, aud, act } = decodeJwt(String(headers.authorization).replace('Bearer ', ''))
    const actors =
      place === urls.mcp
        ? { sub: 'taskflow-chat' }
        : { sub: 'taskflow-mcp', act: { sub: 'taskflow-chat' } }
    const owner = owners.get(trace)
    if (
      owner === undefined ||
      sub !== owner ||
      aud !== place ||
      JSON.stringify(act) !== JSON.stringify(actors)
    )
      wrong.push(`${url}: ${sub} for ${aud} in a turn of ${owner}`)
  }
  expect(wrong).toEqual([])
  // A turn that uses a tool makes three requests: the opening of the protocol, the list, the call.
  expect(counted[urls.mcp]).toBeGreaterThan(2 * TURNS)
  expect(counted[urls.api]).toBeGreaterThan(TURNS / 2)
})

it("what was sent between the parts with one person's token held nothing of the other", () => {
  const mixed = house.exchanges.filter(({ url, headers, body, answer }) => {
    if (!url.startsWith(house.urls.mcp) && !url.startsWith(house.urls.api)) return false
    const { sub } = decodeJwt((headers.get('authorization') ?? '').replace('Bearer ', ''))
    return markOf(sub === 'alice' ? 'bob' : 'alice').test(`${url} ${body} ${answer?.body()}`)
  })
  expect(mixed.map(({ method, url }) => `${method} ${url}`)).toEqual([])
})

function apiToken(name: Name): Promise<string> {
  return signIn({ issuer: house.urls.issuer, as: name, resource: house.urls.api })
}
