// Porter's stemmer for English, so that `helmets` is found by `helmet`. https://tartarus.org/martin/PorterStemmer/def.txt

const CONSONANT = '[^aeiou]'
const VOWEL = '[aeiouy]'
const CONSONANTS = `${CONSONANT}[^aeiouy]*`
const VOWELS = `${VOWEL}[aeiou]*`
/** The stem before an ending has at least one, exactly one, or more than one vowel-consonant sequence; or any vowel. */
const SOME = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}`)
const ONE = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}(${VOWELS})?$`)
const SEVERAL = new RegExp(`^(${CONSONANTS})?${VOWELS}${CONSONANTS}${VOWELS}${CONSONANTS}`)
const ANY_VOWEL = new RegExp(`^(${CONSONANTS})?${VOWEL}`)
const SHORT = new RegExp(`^${CONSONANTS}${VOWEL}[^aeiouwxy]$`)

const ENDINGS_2: Record<string, string> = {
  ational: 'ate', tional: 'tion', enci: 'ence', anci: 'ance', izer: 'ize', bli: 'ble', alli: 'al', entli: 'ent', eli: 'e',
  ousli: 'ous', ization: 'ize', ation: 'ate', ator: 'ate', alism: 'al', iveness: 'ive', fulness: 'ful', ousness: 'ous',
  aliti: 'al', iviti: 'ive', biliti: 'ble', logi: 'log',
} // biome-ignore format: a table
const ENDINGS_3: Record<string, string> = {
  icate: 'ic', ative: '', alize: 'al', iciti: 'ic', ical: 'ic', ful: '', ness: '',
} // biome-ignore format: a table
const STEP_2 = new RegExp(`^(.+?)(${Object.keys(ENDINGS_2).join('|')})$`)
const STEP_3 = new RegExp(`^(.+?)(${Object.keys(ENDINGS_3).join('|')})$`)
const STEP_4 =
  /^(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize|(?<=[st])ion)$/

/** The stem of a word in lower case; a word that is not of the letters a to z, or has fewer than three, is its own. */
export function stem(word: string): string {
  if (!/^[a-z]{3,}$/.test(word)) return word
  // A `y` at the front is a consonant; the capital keeps it out of the vowels.
  let w = word[0] === 'y' ? `Y${word.slice(1)}` : word
  w = w.replace(/(ss|i)es$/, '$1').replace(/([^s])s$/, '$1')
  w = withoutVerbEnding(w)
  const y = /^(.+)y$/.exec(w)
  if (y && ANY_VOWEL.test(y[1]!)) w = `${y[1]}i`
  w = replaced(w, STEP_2, ENDINGS_2)
  w = replaced(w, STEP_3, ENDINGS_3)
  const suffix = STEP_4.exec(w)
  if (suffix && SEVERAL.test(suffix[1]!)) w = suffix[1]!
  const e = /^(.+)e$/.exec(w)
  if (e && (SEVERAL.test(e[1]!) || (ONE.test(e[1]!) && !SHORT.test(e[1]!)))) w = e[1]!
  if (w.endsWith('ll') && SEVERAL.test(w)) w = w.slice(0, -1)
  return w.toLowerCase()
}

function withoutVerbEnding(w: string): string {
  const eed = /^(.+)eed$/.exec(w)
  if (eed) return SOME.test(eed[1]!) ? w.slice(0, -1) : w
  const ending = /^(.+)(ed|ing)$/.exec(w)
  if (!ending || !ANY_VOWEL.test(ending[1]!)) return w
  const base = ending[1]!
  if (/(at|bl|iz)$/.test(base)) return `${base}e`
  if (/([^aeiouylsz])\1$/.test(base)) return base.slice(0, -1)
  return SHORT.test(base) ? `${base}e` : base
}

function replaced(w: string, pattern: RegExp, endings: Record<string, string>): string {
  const found = pattern.exec(w)
  return found && SOME.test(found[1]!) ? found[1]! + endings[found[2]!] : w
}
