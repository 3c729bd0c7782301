import { searchTerms, wordCount } from '../../../shared/domain/search-terms.ts'

test.each<[string, string[]]>([
  ['red bicycle', ['red', 'bicycle']],
  ['  red\t red \n', ['red']],
  ['"red bicycle" garage', ['red bicycle', 'garage']],
  ['“red bicycle” «en route»', ['red bicycle', 'en route']],
  ['half-time report.pdf', ['half time', 'report pdf']],
  ["Anna's", ["Anna's"]],
  ['"never closed', ['never', 'closed']],
  ['naïve Straße 東京 42', ['naïve', 'Straße', '東京', '42']],
  ['!? "" - 👍', []],
  ['', []],
])('%j', (q, terms) => {
  expect(searchTerms(q)).toEqual(terms)
})

test('words are counted within their terms', () => {
  expect(wordCount(['red bicycle', 'garage'])).toBe(3)
  expect(wordCount([])).toBe(0)
})
