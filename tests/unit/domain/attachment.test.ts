import { disposition, isShown, mayBe, servedAs, typeOf } from '../../../shared/domain/attachment.ts'

test.each([
  ['image/png', 'image'],
  ['image/jpeg', 'image'],
  ['image/svg+xml', 'file'],
  ['image/vnd.adobe.photoshop', 'file'],
  ['video/mp4', 'video'],
  ['audio/webm;codecs=opus', 'audio'],
  ['text/html', 'file'],
  ['application/zip', 'file'],
  ['font/woff2', 'file'],
  ['multipart/mixed', undefined],
  ['message/rfc822', undefined],
  ['x-world/x-vrml', undefined],
])('%s is taken as %s', (contentType, type) => {
  expect(typeOf(contentType)).toBe(type)
})

test('a type promises its content; a file promises nothing', () => {
  expect(mayBe('image', 'image/webp')).toBe(true)
  expect(mayBe('image', 'image/svg+xml')).toBe(false)
  expect(mayBe('image', 'video/mp4')).toBe(false)
  expect(mayBe('audio', 'video/webm')).toBe(false)
  expect(mayBe('video', 'video/webm')).toBe(true)
  expect(mayBe('file', 'image/png')).toBe(true)
})

test.each([
  ['image/png', true],
  ['video/mp4', true],
  ['audio/ogg; codecs=opus', true],
  ['application/pdf', true],
  ['text/plain', true],
  ['text/html', false],
  ['text/xml', false],
  ['application/xhtml+xml', false],
  ['image/svg+xml', false],
  ['text/css', false],
  ['text/javascript', false],
  ['application/octet-stream', false],
])('%s in a browser: %s', (contentType, shown) => {
  expect(isShown(contentType)).toBe(shown)
  expect(servedAs(contentType)).toBe(shown ? contentType : 'application/octet-stream')
})

test('a name cannot leave its quotes, nor the header its line', () => {
  expect(disposition('a"; filename=b', 'text/plain')).toBe(
    `inline; filename="a_; filename=b"; filename*=UTF-8''a%22%3B%20filename%3Db`,
  )
  expect(disposition(`it's (100%)*.zip`, 'application/zip')).toBe(
    `attachment; filename="it's (100_)*.zip"; filename*=UTF-8''it%27s%20%28100%25%29%2a.zip`,
  )
})
