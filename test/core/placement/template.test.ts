import { describe, expect, it } from 'vitest'
import { fillTemplate } from '../../../src/core/carry/fill-template.ts'
import { parseTemplate, piecesOf } from '../../../src/core/placement/template.ts'
import { alice, issuedToken, reasonOf } from '../parts.ts'

const KEY = 'canary-key-0123456789'
const tokens = new Map([
  ['main', issuedToken(KEY)],
  ['second', issuedToken('canary-second-0123456')],
])
const claims = {
  email: 'alice@example.com',
  n: 7,
  colon: 'a:b',
  list: 'bob,role=root;x',
  quote: 'a"b',
  odd: 'a\r\nb',
}

function filled(template: string, changes: Partial<Parameters<typeof fillTemplate>[1]> = {}) {
  return fillTemplate(piecesOf(template), {
    principal: alice,
    claims,
    from: 'main',
    tokens,
    ...changes,
  })
}

describe('a template', () => {
  it.each([
    ['{credential}', KEY],
    ['Token {credential}', `Token ${KEY}`],
    ['{credential:second}/{credential}', `canary-second-0123456/${KEY}`],
    ['{credential:main}', KEY],
    ['{subject} of {claim:email}', 'alice of alice@example.com'],
    ['Basic {base64:{claim:email}:{credential}}', `Basic ${btoa(`alice@example.com:${KEY}`)}`],
    ['{base64:x:{credential}}', btoa(`x:${KEY}`)],
    ['{{"key":"{credential}"}}', `{"key":"${KEY}"}`],
    ['{credential}}}', `${KEY}}`],
    ['user="{claim:list}", x=1', 'user="bob,role=root;x", x=1'],
    ['User {claim:list}', 'User bob,role=root;x'],
    ['{base64:{{{credential}}', btoa(`{${KEY}`)],
    ['{base64:{claim:email}}{subject}', `${btoa('alice@example.com')}alice`],
  ])('a template %j is filled', (template, text) => {
    expect(filled(template)).toEqual({ ok: true, value: text })
  })

  it('a template means the source of its placement by {credential}', () => {
    expect(filled('{credential}', { from: 'second' })).toEqual({
      ok: true,
      value: 'canary-second-0123456',
    })
  })

  it('a template encodes what is not ASCII as UTF-8 before base64', () => {
    const changed = filled('{base64:{claim:name}:}', { claims: { name: 'Zoë' } })
    expect(changed).toEqual({ ok: true, value: 'Wm/Dqzo=' })
  })

  it.each([
    ['a claim that is missing', '{claim:none}', 'claim_missing'],
    ['a claim that is no text', '{claim:n}', 'claim_missing'],
    ['a claim by a name of Object', '{claim:constructor}', 'claim_missing'],
    ['a source that gave nothing', '{credential:third}', 'credential_malformed'],
    ['a colon in the name of Basic', '{base64:{claim:colon}:{credential}}', 'credential_malformed'],
    ['a line break inside base64', '{base64:{claim:odd}}', 'credential_malformed'],
    ['a comma in a list', 'user={claim:list}, token={credential}', 'credential_malformed'],
    ['a semicolon in a list', '{claim:list};role=user', 'credential_malformed'],
    ['a comma behind quotes', 'a="b",user={claim:list}', 'credential_malformed'],
    ['a comma in a list in base64', '{base64:{claim:list},user}', 'credential_malformed'],
    ['a quote inside quotes', '{{"a":"{claim:quote}"}}', 'credential_malformed'],
    ['a quote inside quotes in base64', '{base64:"{claim:quote}"}', 'credential_malformed'],
  ])('a template is not filled with %s', (_, template, reason) => {
    const result = filled(template)
    expect(reasonOf(result)).toBe(reason)
    expect(JSON.stringify(result)).not.toContain('canary')
  })

  it('a template takes no token that is bound to a key', () => {
    const bound = new Map([['main', issuedToken(KEY, { proof: async () => 'proof' })]])
    expect(filled('x {credential}', { tokens: bound })).toMatchObject({
      ok: false,
      refusal: { reason: 'credential_malformed', expected: expect.stringContaining('DPoP') },
    })
  })

  it.each([
    [7, 'must be a text'],
    ['{token}', 'has a brace that begins no placeholder'],
    ['{Credential}', 'has a brace that begins no placeholder'],
    ['{credential', 'has a brace that begins no placeholder'],
    ['{credential:}', 'has a brace that begins no placeholder'],
    ['{credential:a b}', 'has a brace that begins no placeholder'],
    ['{claim:}', 'has a brace that begins no placeholder'],
    ['{claim:{subject}}', 'has a brace that begins no placeholder'],
    ['{}', 'has a brace that begins no placeholder'],
    ['a}', 'has a } without its {'],
    ['{base64:{credential}', 'has a {base64: without its }'],
    ['{base64:{base64:{credential}}}', 'has a {base64:…} inside another'],
  ])('a template is not %j', (template, problem) => {
    const parsed = parseTemplate(template)
    expect(parsed.ok ? '' : parsed.refusal).toContain(problem)
  })
})
