import { describe, expect, it } from 'vitest'
import { wantedNonce } from '../../../src/core/door/proof.ts'

describe('the nonce that a resource server wants', () => {
  it.each<[string, number, string | undefined, string | undefined]>([
    ['comes with a 401', 401, 'eyJ7S_zG.eyJH0-Z.HX4w-7v', 'eyJ7S_zG.eyJH0-Z.HX4w-7v'],
    ['is not there', 401, undefined, undefined],
    ['is empty', 401, '', undefined],
    ['has a quote', 401, 'a"b', undefined],
    ['has a backslash', 401, 'a\\b', undefined],
    ['has a space', 401, 'a b', undefined],
    ['is two', 401, 'a, b', undefined],
    ['is not ASCII', 401, 'n\u00e9', undefined],
    ['is the longest', 401, 'x'.repeat(512), 'x'.repeat(512)],
    ['has no end', 401, 'x'.repeat(513), undefined],
    ['comes with an answer, for the next request', 200, 'n-1', undefined],
    ['comes with a 400 of another party', 400, 'n-1', undefined],
    ['comes with a 403', 403, 'n-1', undefined],
  ])('the nonce that a resource server wants %s: %i', (_, status, nonce, wanted) => {
    const headers = new Headers(nonce === undefined ? {} : { 'dpop-nonce': nonce })
    expect(wantedNonce(new Response(null, { status, headers }))).toBe(wanted)
  })
})
