import { describe, expect, it } from 'vitest'
import { stepBudget } from '../../../src/core/steps.ts'
import { rewriteText, rewriteTexts } from '../../../src/mcp/arguments/descriptions.ts'

const rewrite = (text: string, names = ['access_token', 'user_id']) => rewriteText(text, names)

describe('a description without hidden names', () => {
  it.each([
    [
      'a phrase',
      'Adds a task. Takes params with user_id and access_token.',
      'Adds a task. Takes params.',
    ],
    ['the end of a list', 'Needs title, notes, user_id and access_token.', 'Needs title, notes.'],
    ['an "and"', 'Needs title and `access_token`.', 'Needs title.'],
    ['brackets', 'Adds a task (needs access_token).', 'Adds a task.'],
    [
      'brackets with other words',
      'Adds a task (title, user_id, access_token).',
      'Adds a task (title).',
    ],
    [
      'a sentence',
      'Adds a task. The access_token must be valid! Be brief.',
      'Adds a task. Be brief.',
    ],
    ['another spelling', 'Adds a task. Send accessToken. Send Access-Token.', 'Adds a task.'],
    ['nothing but names', 'access_token', ''],
    ['square brackets', 'Adds a task [needs access_token].', 'Adds a task.'],
    ['square brackets at a word', 'Adds a task[access_token].', 'Adds a task.'],
    ['brackets at a word', 'Adds a task(access_token).', 'Adds a task.'],
    ['capital letters in a phrase', 'Adds a task. Signs WITH ACCESS_TOKEN.', 'Adds a task. Signs.'],
    ['capital letters in a list', 'Needs title AND ACCESS_TOKEN.', 'Needs title.'],
    ['capital letters in an entry', 'Adds.\n- ACCESS_TOKEN: x\n- title: y', 'Adds.\n- title: y'],
    ['an entry in another spelling', 'Adds.\n- accessToken: x\n- title: y', 'Adds.\n- title: y'],
    [
      'a sentence with more words after the name',
      'Adds. It comes with access_token of somebody. Be brief.',
      'Adds. Be brief.',
    ],
    [
      'a list of parameters',
      'Adds.\n\nArgs:\n    user_id: The user.\n    title: The title.\n    access_token (str): The token,\n        as given.\n\nReturns:\n    The id.',
      'Adds.\n\nArgs:\n    title: The title.\n\nReturns:\n    The id.',
    ],
    [
      'a list of nothing else',
      'Adds.\n\nArgs:\n    user_id: The user.\n    access_token: The token.\n\nReturns:\n    The id.',
      'Adds.\n\nReturns:\n    The id.',
    ],
    [
      'Markdown',
      'Adds.\n- **access_token**: the token\n- `user_id` (string) - whose\n- title: the title',
      'Adds.\n- title: the title',
    ],
    [
      'JSDoc',
      'Adds.\n@param {string} access_token - the token\n@param title',
      'Adds.\n@param title',
    ],
    [
      'Sphinx',
      'Adds.\n:param access_token: the token\n:type access_token: str\n:param title: x',
      'Adds.\n:param title: x',
    ],
  ])('loses %s', (_, text, expected) => {
    expect(rewrite(text)).toBe(expected)
  })

  it.each([
    'Adds a task.\n\n  Indented,   spaced.\n\n\n\nEnd. ',
    'Lists access_tokens_of_others and superuser_id.',
    '',
    'Args:\n\nx',
  ])('stays as it is when it names none: %j', (text) => {
    expect(rewrite(text)).toBe(text)
  })

  it.each([
    [
      'a line of spaces, which ends the entry above it',
      'Args:\n  title: x\n  access_token: The token\n      \n      of somebody',
      'Args:\n  title: x\n      \n      of somebody',
    ],
    ['a line of spaces between others', 'Adds.\n   \nNeeds access_token.\nEnd', 'Adds.\n   \nEnd'],
    [
      'a heading that had nothing below it before',
      'Inputs:\n   \nNeeds title and access_token.',
      'Inputs:\n   \nNeeds title.',
    ],
  ])('keeps %s', (_, text, expected) => {
    expect(rewrite(text)).toBe(expected)
  })

  it.each([
    ['is the last', 'Adds.\nArgs:\n  access_token: x', 'Adds.'],
    ['stands before a line of spaces', 'Args:\n  access_token: x\n   \nEnd', 'End'],
    [
      'stands a second time, with nothing below it',
      'Args:\n  access_token: x\n\nArgs:\n\nEnd.',
      'End.',
    ],
  ])('loses a heading with nothing left below it that %s', (_, text, expected) => {
    expect(rewrite(text)).toBe(expected)
  })

  it('keeps a common word unless it is in quotes or an entry of a list', () => {
    const text = 'Counts each token of a text. Needs a `token`.\ntoken: yours\nThe token economy.'
    expect(rewrite(text, ['token'])).toBe('Counts each token of a text.\nThe token economy.')
  })

  it('takes signs in a name literally', () => {
    expect(rewrite('Needs a.b(c. Needs axb(c.', ['a.b(c'])).toBe('Needs axb(c.')
  })

  it('stays as it is where a line is too long, has a long gap, or there are too many names', () => {
    const gap = `access_token${' '.repeat(300_000)}x`
    const long = 'access_token and '.repeat(300)
    for (const text of [gap, long, `a ${' '.repeat(40)} access_token`])
      expect(rewrite(text)).toBe(text)
    const names = Array.from({ length: 25 }, (_, i) => `a_token_${i}`)
    expect(rewrite('Needs a_token_1.', names)).toBe('Needs a_token_1.')
  })

  it('takes steps for each line that mentions a name, and ends when they are spent', () => {
    const line = `${'x '.repeat(1_500)}access_token\n`
    const budget = stepBudget(10_000)
    rewriteText(line.repeat(100), ['access_token'], budget)
    expect(budget.isSpent).toBe(true)
  })

  it('is made in bounded time from hostile texts', () => {
    const start = performance.now()
    for (const part of [
      'access_token, ',
      '(access_token ',
      'with access_token and ',
      '- ',
      '  the ',
      '(((',
      "'access_token'",
    ])
      rewrite(part.repeat(10_000))
    expect(performance.now() - start).toBeLessThan(3000)
  })
})

describe('the texts of a schema', () => {
  const texts = (schema: object, names = ['access_token']) =>
    rewriteTexts({ ...schema }, names, stepBudget(Number.POSITIVE_INFINITY))

  it('lose hidden names in descriptions, titles and comments, wherever a schema may be', () => {
    const before = { description: 'Adds. Needs access_token.', title: 'access_token', $comment: '' }
    const after = { description: 'Adds.', $comment: '' }
    for (const keyword of [
      'properties',
      'patternProperties',
      'dependentSchemas',
      'dependencies',
      '$defs',
      'definitions',
    ])
      expect(texts({ [keyword]: { x: before } })).toEqual({ [keyword]: { x: after } })
    for (const keyword of ['items', 'not', 'propertyNames', 'additionalProperties'])
      expect(texts({ [keyword]: before })).toEqual({ [keyword]: after })
    expect(texts({ allOf: [before, true] })).toEqual({ allOf: [after, true] })
    expect(texts({ $comment: 'Needs title and access_token.' })).toEqual({
      $comment: 'Needs title.',
    })
  })

  it('stay where they are no texts, or no part of a schema', () => {
    const odd = { description: 5, title: '', default: { description: 'access_token' } }
    expect(texts(odd)).toEqual(odd)
  })

  it('stay when there are more than 24 names, which take 400 steps each', () => {
    const schema = { description: 'Needs access_token.' }
    const names = (count: number) =>
      Array.from({ length: count }, (_, i) => (i === 0 ? 'access_token' : `access_token_${i}`))
    expect(texts(schema, names(25))).toEqual(schema)
    expect(texts(schema, names(24))).toEqual({})
    const budget = stepBudget(Number.POSITIVE_INFINITY)
    rewriteTexts(schema, names(24), budget)
    expect(budget.spent).toBeGreaterThan(24 * 400)
  })

  it('are rewritten once for a part that stands at many places', () => {
    const part = { description: 'Needs access_token.', type: 'string' }
    const { properties } = texts({ properties: { a: part, b: part } })
    const [a, b] = Object.values(Object(properties))
    expect(a).toEqual({ type: 'string' })
    expect(a).toBe(b)
  })

  it('take steps for every member', () => {
    const budget = stepBudget(Number.POSITIVE_INFINITY)
    const enumerated = { enum: Array.from({ length: 10_000 }, (_, i) => i) }
    rewriteTexts({ properties: { a: enumerated } }, ['access_token'], budget)
    const few = stepBudget(Number.POSITIVE_INFINITY)
    rewriteTexts({ properties: { a: {} } }, ['access_token'], few)
    expect(budget.spent - few.spent).toBeGreaterThan(1_000)
    const members = stepBudget(Number.POSITIVE_INFINITY)
    rewriteTexts(
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-${i}`, 1])),
      ['access_token'],
      members,
    )
    expect(members.spent - few.spent).toBeGreaterThan(90)
  })
})
