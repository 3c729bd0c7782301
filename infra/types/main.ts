// `npm run infra:types -- <clone>`: holds the templates to the published definitions of resource types, of which <clone> is a
// clone (https://github.com/Azure/bicep-types-az), and writes what they use of them to infra/resource-types.json. A test holds
// the templates to that file.
import { writeFileSync } from 'node:fs'
import { checkTemplates } from './check.ts'
import { LIST, listOf } from './list.ts'
import { publishedTypes } from './published.ts'

const [clone] = process.argv.slice(2)
if (!clone)
  throw new Error('Say where the clone of the published definitions is: npm run infra:types -- <folder>')
const typeOf = publishedTypes(clone)
const { complaints, reached } = checkTemplates('infra/main.bicep', typeOf)
for (const complaint of complaints) console.error(complaint)
if (complaints.length > 0) process.exit(1)
const list = listOf(reached, typeOf)
writeFileSync(LIST, `${JSON.stringify(list, null, 2)}\n`)
console.log(
  `${LIST}: ${Object.keys(list).length} types, ${[...reached.values()].flatMap((each) => [...each]).length} properties.`,
)
