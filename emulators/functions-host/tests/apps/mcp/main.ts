// Tools, resources and prompts for agents.
import { app, arg, McpImageContent, McpTextContent, promptArg } from '@azure/functions'

app.mcpTool('add', {
  toolName: 'add',
  description: 'Adds numbers.',
  metadata: '{"team":"maths"}',
  toolProperties: {
    a: arg.number().describe('The first one'),
    more: arg.number().describe('Others').asArray().optional(),
  },
  handler(given) {
    const { a, more = [] } = (given as { arguments: { a: number; more?: number[] } }).arguments
    return { sum: more.reduce((sum, one) => sum + one, a) }
  },
})
app.mcpTool('picture', {
  ...{ toolName: 'picture', description: '', toolProperties: [] },
  handler: () => [
    new McpTextContent('a dot'),
    new McpImageContent({ data: Buffer.from('dot').toString('base64'), mimeType: 'image/png' }),
  ],
})
app.mcpTool('fails', {
  ...{ toolName: 'fails', description: '', toolProperties: [] },
  handler() {
    throw new Error('asked to fail')
  },
})
app.mcpResource('rules', {
  ...{ uri: 'docs://rules', resourceName: 'rules', title: 'Rules', mimeType: 'text/plain' },
  handler: () => 'Be kind.',
})
app.mcpResource('page', {
  ...{ uri: 'docs://pages/{page}', resourceName: 'page', mimeType: 'image/png' },
  handler: (given) => Buffer.from((given as { uri: string }).uri),
})
app.mcpPrompt('greet', {
  promptName: 'greet',
  description: 'Greets somebody.',
  promptArguments: { who: promptArg.describe('Whom').isRequired() },
  handler: (given) => `Greet ${(given as { arguments: { who: string } }).arguments.who}.`,
})
