// What `npm start` shows when everything is ready: one screen.
import { relative } from 'node:path'
import colors from 'picocolors'
import type { Stack } from './stack.ts'

/** The start-up page. */
export function page(stack: Stack, milliseconds: number): string {
  const { bold, dim, cyan } = colors
  const rows: [string, string, string][] = [
    ['API', stack.api, stack.hasHost ? `${stack.api}/health` : 'not running yet: npm run func'],
    ['Web PubSub', stack.webPubSub, 'hub "chat"'],
    ['Cosmos DB', stack.cosmos, 'database "parley", the emulator\'s well-known key'],
    ['Blobs', stack.blob, ''],
    ['Queues', stack.queue, ''],
    ['AI', stack.ai, 'Gemini and OpenAI; script it at /_emulator/script'],
    ['Key Vault', stack.keyVault, 'the secret "signing-keys"; a new version rotates them'],
  ]
  const lines = rows
    .filter(([, url]) => url !== '')
    .map(([name, url, note]) => `  ${name.padEnd(11)} ${cyan(url)}${note && dim(`  ${note}`)}`)
  const people = stack.accounts.map(({ handle, password }) => `${bold(handle)} / ${password}`).join('    ')
  return [
    '',
    `${bold('Parley')} is running ${dim(`(ready in ${(milliseconds / 1000).toFixed(1)} s, data in ${relative(process.cwd(), stack.dataDir) || '.'})`)}`,
    '',
    ...lines,
    ...(people ? ['', `  Sign in as  ${people}`, '', ...walk(stack)] : []),
    '',
    dim('  Ctrl-C stops everything and keeps the data; npm run reset clears it.'),
    '',
  ].join('\n')
}

function walk({ api, accounts }: Stack): string[] {
  const { handle, password } = accounts[0] ?? { handle: '', password: '' }
  const json = "-H 'content-type: application/json'"
  return [
    '  Try',
    `    API=${api}`,
    `    TOKEN=$(curl -s $API/auth/login ${json} -d '{"login":"${handle}","password":"${password}"}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `    CHAT=$(curl -s $API/chats -H "authorization: Bearer $TOKEN" ${json} -d '{"kind":"bot"}' | sed 's/.*"chatId":"\\([^"]*\\)".*/\\1/')`,
    `    curl -s $API/chats/$CHAT/messages -H "authorization: Bearer $TOKEN" ${json} -d '{"clientMessageId":"1","content":{"type":"text","text":"Hello!"}}'`,
    `    curl -s $API/chats/$CHAT/messages -H "authorization: Bearer $TOKEN"`,
  ]
}
