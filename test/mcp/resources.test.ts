// Templates of resources are under the rules of tools: variables are hidden, filled and refused, and a
// URI is read by them before it goes out.

import { describe, expect, it } from 'vitest'
import type { BindingInput, Placement } from '../../src/core/binding.ts'
import { carrier, post, type Reached, request, rpcServer, SECRET } from './parts.ts'

const FILLED: Placement = {
  type: 'argument',
  parameters: [
    { pointer: '/access_token', value: 'credential' },
    { pointer: '/user_id', value: 'subject' },
  ],
}

const template = (name: string, uriTemplate: string) => ({ name, uriTemplate })
const TASKS = template('tasks', 'tasks://{user_id}/list{?access_token,limit}')
const NOTES = template('notes', 'notes://{topic}')

async function setUp(
  binding: Omit<BindingInput, 'url'> = { placement: FILLED },
  resourceTemplates: readonly unknown[] = [TASKS, NOTES, null, template('broken', 'x://{a')],
  resources: readonly unknown[] = [{ name: 'help', uri: 'tasks://help' }],
) {
  const server = await rpcServer([], ({ message }: Reached) => {
    if (message.method === 'resources/templates/list') return { resourceTemplates }
    return message.method === 'resources/list' ? { resources } : { contents: [] }
  })
  const { fetch, events, reasons } = carrier(server.url, binding)
  const ask = async (method: string, params: Readonly<Record<string, unknown>> = {}) => {
    const response = await fetch(server.url, post(request(method, params)))
    return (await response.json()) as { readonly result: Readonly<Record<string, unknown>> }
  }
  const list = async () =>
    (await ask('resources/templates/list')).result.resourceTemplates as { uriTemplate: string }[]
  const read = async (uri: string) => {
    const before = server.reached.length
    try {
      await ask('resources/read', { uri })
    } catch (error) {
      return (error as { readonly code: string }).code
    }
    return server.reached
      .slice(before)
      .filter(({ message }) => message.method === 'resources/read')
      .map(({ message }) => message.params?.uri)[0]
  }
  return {
    ask,
    list,
    read,
    events,
    reasons,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const REAL = `tasks://alice/list?access_token=${encodeURIComponent(SECRET)}`

describe('with bound variables', () => {
  it('they are hidden from the templates, and filled into the URI', async () => {
    await using made = await setUp()
    expect((await made.list()).map(({ uriTemplate }) => uriTemplate)).toEqual([
      'tasks://~user_id~/list{?limit}',
      'notes://{topic}',
    ])
    expect(await made.read('tasks://~user_id~/list')).toBe(REAL)
    expect(await made.read('tasks://~user_id~/list?limit=3')).toBe(`${REAL}&limit=3`)
    expect(await made.read('notes://late')).toBe('notes://late')
    expect(made.events.map(({ placement }) => placement).join()).toMatch(/argument .*access_token/)
    expect(made.events.filter(({ detail }) => detail === 'overwritten')).toEqual([])
  })

  it.each([
    'tasks://mallory/list',
    'tasks://mallory/list?access_token=stolen',
    'tasks://~user_id~/list?access_token=stolen',
  ])(
    'a value that is sent there is overwritten, also when no list came before: %s',
    async (uri) => {
      await using made = await setUp()
      expect(await made.read(uri)).toBe(REAL)
    },
  )

  it.each([
    ['another path', 'tasks://mallory/other'],
    ['other letters', 'TASKS://mallory/list'],
    ['a slash more', 'tasks://mallory/list/'],
    ['a fragment', 'tasks://mallory/list#x'],
    ['another parameter', 'tasks://mallory/list?user_id=eve'],
    ['one parameter twice', 'tasks://mallory/list?access_token=a&access_token=b'],
    ['half a character', 'tasks://mal%2'],
    ['a very long one', `tasks://${'a'.repeat(20_000)}`],
  ])('what may be one of them and cannot be read is refused: %s', async (_, uri) => {
    await using made = await setUp()
    expect(await made.read(uri)).toBe('arguments_refused')
  })

  it('a variable with blanks around its name is the same variable', async () => {
    await using made = await setUp(undefined, [template('t', 'tasks://{ user_id }/list')])
    expect(await made.read('tasks://mallory/list')).toBe('tasks://alice/list')
  })

  it('a name that is no text takes nothing away from the others', async () => {
    const odd = { name: { toString: 1 }, uriTemplate: 'odd://{topic}' }
    await using made = await setUp(undefined, [odd, TASKS])
    expect(await made.list()).toHaveLength(2)
    expect(await made.read('tasks://mallory/list')).toBe(REAL)
  })

  it('what the server lists may be read as it is', async () => {
    await using made = await setUp()
    expect(await made.read('tasks://help')).toBe('arguments_refused')
    await made.ask('resources/list')
    expect(await made.read('tasks://help')).toBe('tasks://help')
  })

  it('a template of a form that is not filled is left out, and its URIs are refused', async () => {
    await using made = await setUp(undefined, [
      template('deep', 'deep://{+user_id}/{access_token}{/rest*}'),
      template('side', 'side://{user_id}{access_token}'),
      NOTES,
    ])
    expect((await made.list()).map(({ uriTemplate }) => uriTemplate)).toEqual(['notes://{topic}'])
    expect(await made.read('deep://a/b')).toBe('arguments_refused')
    expect(await made.read('side://ab')).toBe('arguments_refused')
  })
})

describe('a URI that servers read as one of a template', () => {
  // A parser of URLs takes all of these for `app://tasks/users/mallory/list`, or a server that decodes does.
  it.each([
    ['a tab inside', 'app://ta\tsks/users/mallory/list'],
    ['a line feed inside', 'ap\np://tasks/users/mallory/list'],
    ['a blank before', ' app://tasks/users/mallory/list'],
    ['a control character before', '\u0000app://tasks/users/mallory/list'],
    ['a step that stays', 'app://tasks/./users/mallory/list'],
    ['a step up', 'app://tasks/x/../users/mallory/list'],
    ['an encoded step up', 'app://tasks/x/%2e%2E/users/mallory/list'],
    ['an encoded letter', 'app://tasks/us%65rs/mallory/list'],
    ['an encoded slash', 'app://tasks%2Fusers/mallory/list'],
    ['a letter encoded twice', 'app://tasks/us%2565rs/mallory/list'],
    ['a slash twice', 'app://tasks//users/mallory/list'],
    ['a backslash', 'app://tasks\\users/mallory/list'],
    ['half an encoding', 'app://tasks/us%65rs/mal%'],
  ])('is refused: %s', async (_, uri) => {
    const open = template('open', 'app://{kind}/{area}/{id}/list')
    const guarded = template('tasks', 'app://tasks/users/{user_id}/list{?access_token}')
    await using made = await setUp(undefined, [guarded, open, NOTES])
    await made.list()
    expect(await made.read(uri)).toBe('arguments_refused')
  })

  it.each([
    ['with a default port', 'https://api.example:443/users/mallory'],
    ['with a name', 'https://eve@api.example/users/mallory'],
    ['with slashes less', 'https:api.example/users/mallory'],
    ['with backslashes', 'https:\\\\api.example\\users\\mallory'],
    ['with an encoded host', 'https://api.ex%61mple/users/mallory'],
  ])('is refused: %s', async (_, uri) => {
    await using made = await setUp(undefined, [
      template('user', 'https://api.example/users/{user_id}{?access_token}'),
    ])
    await made.list()
    expect(await made.read(uri)).toBe('arguments_refused')
  })

  it.each(['..', '.', '%2e%2E', '.%2e'])('is refused with the step %s as a value', async (step) => {
    await using made = await setUp(undefined, [
      template('one', 'app://users/{user_id}/{topic}/{page}{?access_token}'),
      template('all', 'app://users/{user_id}{?access_token}'),
      template('open', 'app://{a}/{b}/{c}/{d}'),
    ])
    await made.list()
    expect(await made.read(`app://users/~user_id~/${step}/mallory`)).toBe('arguments_refused')
  })

  it('passes when it is of another template alone, or of none', async () => {
    await using made = await setUp(undefined, [TASKS, NOTES])
    await made.list()
    for (const uri of ['notes://a%20b', 'notes://ta\tsks', 'other://x/../y', 'urn:isbn:1'])
      expect(await made.read(uri)).toBe(uri)
  })
})

it.each([
  ['a name and a URI', { type: 'ref/resource', name: 'known', uri: TASKS.uriTemplate }, 'user_id'],
  ['a URI and a name', { type: 'ref/prompt', name: 'known', uri: 'x' }, 'topic'],
  ['no reference', undefined, 'user_id'],
  ['a name that is no text', { type: 'ref/prompt', name: { toString: 1 } }, 'user_id'],
])('a completion with %s is refused', async (_, ref, name) => {
  await using made = await setUp()
  await made.list()
  await expect(
    made.ask('completion/complete', { ref, argument: { name, value: 'mallory' } }),
  ).rejects.toMatchObject({ code: 'arguments_refused' })
})

it('what is heard of is not of a template with something hidden', async () => {
  await using made = await setUp()
  const listen = (...resourceSubscriptions: string[]) =>
    made.ask('subscriptions/listen', { notifications: { resourceSubscriptions } })
  await expect(listen('notes://a', 'tasks://mallory/list')).rejects.toMatchObject({
    code: 'arguments_refused',
  })
  await expect(listen(...Array.from({ length: 257 }, () => 'notes://a'))).rejects.toMatchObject({
    code: 'arguments_refused',
  })
  await listen('notes://a', 'notes://b')
})

describe('with a header', () => {
  it('a template that must have a credential is left out and refused, the others stay', async () => {
    await using made = await setUp({}, [template('t', 'tasks://{access_token}/list'), NOTES])
    expect((await made.list()).map(({ uriTemplate }) => uriTemplate)).toEqual(['notes://{topic}'])
    expect(await made.read('tasks://stolen/list')).toBe('tool_refused')
  })

  it('a variable that may be left out is taken out, and refused when it is sent', async () => {
    await using made = await setUp({}, [template('t', 'tasks://list{?limit,access_token}')])
    expect((await made.list()).map(({ uriTemplate }) => uriTemplate)).toEqual([
      'tasks://list{?limit}',
    ])
    expect(await made.read('tasks://list?limit=2')).toBe('tasks://list?limit=2')
    expect(await made.read('tasks://list?access_token=x')).toBe('arguments_refused')
  })

  it('a URI that names a credential is refused where no template says what it is', async () => {
    await using made = await setUp({}, [])
    expect(await made.read('tasks://alice/list?access_token=x')).toBe('arguments_refused')
    expect(await made.read('tasks://alice/list?page=2')).toBe('tasks://alice/list?page=2')
  })

  it('the operator may leave it to the model', async () => {
    await using made = await setUp({ leaveToModel: ['/access_token'] }, [])
    const uri = 'tasks://alice/list?access_token=x'
    expect(await made.read(uri)).toBe(uri)
  })
})

describe('before anybody has listed the templates', () => {
  it('a path that a template says is an identity is refused, whatever the placement', async () => {
    const templates = [template('tasks', 'tasks://{user_id}/list'), NOTES]
    await using server = await setUp({}, templates)
    expect(await server.read('tasks://bob/list')).toBe('tool_refused')
    expect(await server.read('notes://garden')).toBe('notes://garden')
  })

  it('the templates are asked for once, also at a server that has none', async () => {
    const asked: string[] = []
    await using server = await rpcServer([], ({ message }: Reached) => {
      asked.push(String(message.method))
      return message.method === 'resources/templates/list' ? {} : { contents: [] }
    })
    const { fetch } = carrier(server.url, {})
    for (const uri of ['notes://a', 'notes://b', 'notes://a'])
      await (await fetch(server.url, post(request('resources/read', { uri })))).text()
    expect(asked.filter((method) => method === 'resources/templates/list')).toHaveLength(1)
    expect(asked.filter((method) => method === 'resources/read')).toHaveLength(3)
  })
})

describe('templates that are not read', () => {
  it('one that is too long is left out and told, and its URIs are refused', async () => {
    const long = template('long', `long://{user_id}/${'x'.repeat(4_100)}`)
    await using server = await setUp(undefined, [long, NOTES])
    expect((await server.list()).map(({ uriTemplate }) => uriTemplate)).toEqual(['notes://{topic}'])
    expect(server.events).toContainEqual(
      expect.objectContaining({ reason: 'tool_refused', detail: 'template_too_long' }),
    )
    expect(await server.read('long://bob/x')).toBe('arguments_refused')
    expect(await server.read('LONG://bob/x')).toBe('arguments_refused')
    expect(await server.read('notes://garden')).toBe('notes://garden')
  })

  it('those beyond 1,024 are left out and told once for a beginning, and their URIs are refused', async () => {
    const many = Array.from({ length: 1_024 }, (_, index) =>
      template(`t${index}`, `t${index}://{a}`),
    )
    const more = [template('m1', 'more://{user_id}/a'), template('m2', 'more://{user_id}/b')]
    await using server = await setUp(undefined, [...many, ...more])
    expect(await server.list()).toHaveLength(1_024)
    const told = server.events.filter(({ reason }) => reason === 'tool_refused')
    expect(told).toMatchObject([{ detail: 'list_too_large' }])
    expect(await server.read('more://bob/a')).toBe('arguments_refused')
    expect(await server.read('t7://x')).toBe('t7://x')
  })
})

describe('a query that a template writes out', () => {
  const written = {
    placement: { type: 'argument', parameters: [{ pointer: '/who', value: 'subject' }] },
  } satisfies Omit<BindingInput, 'url'>

  it('is filled, and nobody writes it in another order or with more', async () => {
    await using server = await setUp(written, [template('tasks', 'tasks://list?who={who}&n={n}')])
    expect(await server.list()).toEqual([template('tasks', 'tasks://list?who=~who~&n={n}')])
    expect(await server.read('tasks://list?who=~who~&n=5')).toBe('tasks://list?who=alice&n=5')
    for (const uri of ['tasks://list?n=5&who=bob', 'tasks://list?x=1&who=bob&n=5', 'tasks://list?'])
      expect(await server.read(uri)).toBe('arguments_refused')
    expect(await server.read('tasks://list')).toBe('tasks://list')
  })
})
