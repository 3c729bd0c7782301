import { measureImage } from '../../../../shared/services/media/measure-image.ts'
import { png } from '../../../support/media.ts'

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  )

/** The start of a JPEG of 640 × 480, lying as its note says. */
const jpeg = (orientation: number): Uint8Array =>
  bytes(
    [0xff, 0xd8, 0xff, 0xe1, 0, 34],
    'Exif\0\0',
    'MM',
    [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0],
    [0xff, 0xc0, 0, 17, 8, 480 >> 8, 480 & 255, 640 >> 8, 640 & 255, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1],
  )

test('PNG and GIF', () => {
  expect(measureImage(png(31, 17))).toEqual({ contentTypes: ['image/png'], size: { width: 31, height: 17 } })
  expect(measureImage(bytes('GIF89a', [7, 0, 5, 0, 0, 0, 0]))).toEqual({
    contentTypes: ['image/gif'],
    size: { width: 7, height: 5 },
  })
})

test('a photo is measured as it is to be shown', () => {
  expect(measureImage(jpeg(1))).toEqual({ contentTypes: ['image/jpeg'], size: { width: 640, height: 480 } })
  expect(measureImage(jpeg(6))).toEqual({ contentTypes: ['image/jpeg'], size: { width: 480, height: 640 } })
})

test('a photo whose size is not among its first bytes is a photo all the same', () => {
  expect(measureImage(jpeg(1).subarray(0, 20))).toEqual({ contentTypes: ['image/jpeg'], size: undefined })
})

test.each([
  ['nothing', ''],
  ['a text', 'hello'],
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'],
  ['HTML', '<!doctype html><script>alert(1)</script>'],
  ['a cut PNG', '\x89PNG\r\n\x1a\n'],
  ['an icon', '\0\0\x01\0\x01\0\x10\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0'],
])('%s is no image', (_, start) => {
  expect(measureImage(bytes(start))).toBeUndefined()
})

test('whatever the bytes, there is an answer', () => {
  for (let first = 0; first < 256; first++) {
    for (const rest of [0, 1, 0x7f, 0xff]) measureImage(Buffer.alloc(300, rest).fill(first, 0, 1))
  }
  expect(measureImage(Buffer.alloc(65_536))).toBeUndefined()
})
