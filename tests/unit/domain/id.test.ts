import { directChatId, hashId, newId, runIdOf } from '../../../shared/domain/id.ts'

// printf '5:alice3:bob' | openssl dgst -sha256 -binary | base64, url-safe, the first 22 characters
test('a pair has one direct chat id, whoever asks', () => {
  expect(directChatId('alice', 'bob')).toBe('dtBeVOXAAmIlOI4LSu2IkjX')
  expect(directChatId('bob', 'alice')).toBe('dtBeVOXAAmIlOI4LSu2IkjX')
})

test('a run id follows from chat, prompt and bot', () => {
  expect(runIdOf('c1', 7, 'assistant')).toBe('rQYNez69Njp43WaMx3MU8Xs')
})

test('parts cannot run into each other', () => {
  expect(hashId('c', 'alice', 'req-1')).toBe('cfYV_SXY6oapFpinHexqC0W')
  expect(hashId('x', 'ab', 'c')).toBe('xQw-xtKxDMW7Kgfqyehkwq4')
  expect(hashId('x', 'a', 'bc')).toBe('xUxClh4h4GrJdWtfD-FA1gk')
})

test('new ids are 22 characters of the id alphabet and do not repeat', () => {
  const ids = Array.from({ length: 200 }, newId)
  expect(ids.filter((id) => !/^[A-Za-z0-9_-]{22}$/.test(id))).toEqual([])
  expect(new Set(ids).size).toBe(200)
})
