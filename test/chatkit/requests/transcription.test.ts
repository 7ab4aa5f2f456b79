import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64Strict, mediaTypeOf } from '../../../src/chatkit/requests/transcription.ts'

describe('base64', () => {
  it('base64 gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(decodeBase64Strict(Buffer.from(bytes).toString('base64'))).toEqual(
          new Uint8Array(bytes),
        )
      }),
    )
  })

  it('base64 gives bytes that share no memory with others', () => {
    expect(decodeBase64Strict('YQ==')?.buffer.byteLength).toBe(1)
  })

  it.each([
    ['no padding', 'YQ'],
    ['too little padding', 'YQ='],
    ['too much padding', 'YWI=='],
    ['padding in the middle', 'YQ==YQ=='],
    ['bits left over', 'YR=='],
    ['the alphabet of URLs', '-_-_'],
    ['a space', 'YW Jj'],
    ['a line break', 'YWJj\n'],
    ['a character that is in no alphabet', 'YWJj*'],
    ['a data URL', 'data:audio/webm;base64,YWJj'],
    ['one character', 'Y'],
    ['a character beyond ASCII', 'YWJé'],
  ])('base64 with %s is none', (_, text) => {
    expect(decodeBase64Strict(text)).toBeUndefined()
  })
})

describe('the media type of a recording', () => {
  it.each([
    ['audio/webm;codecs=opus', 'audio/webm'],
    ['audio/ogg; codecs="opus, vorbis"', 'audio/ogg'],
    ['AUDIO/MP4', 'audio/mp4'],
    [' audio/x-m4a ', 'audio/x-m4a'],
    // Some browsers say so of a recording that has no picture.
    ['video/webm', 'video/webm'],
  ])('%s is %s', (given, plain) => {
    expect(mediaTypeOf(given)).toBe(plain)
  })

  it.each([
    [''],
    ['audio'],
    ['audio/'],
    ['image/png'],
    ['text/html;audio/webm'],
    ['audio/we bm'],
    ['xaudio/webm'],
    ['audio/webm/x'],
  ])('%j names none', (given) => {
    expect(mediaTypeOf(given)).toBeUndefined()
  })
})
