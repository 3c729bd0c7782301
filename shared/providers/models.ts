// From a bot to what answers for it: its models in their order, each reached as the settings say.
import type { Bot, ModelName, ProviderName } from '../domain/bot.ts'
import type { Provider } from '../services/ports/model.ts'
import { createFallback, type FallbackDeps } from './fallback.ts'
import { createGemini } from './gemini.ts'
import { type AzureOpenAiOptions, createAzureOpenAi, createOpenAi, type OpenAiOptions } from './openai.ts'

export interface ModelSettings {
  gemini: { baseUrl: string | undefined }
  openai: { baseUrl: string | undefined }
  azureOpenAi: { endpoint: string | undefined; apiVersion: string }
  /** A service's key as it is now. */
  apiKey(provider: ProviderName): Promise<string | undefined>
  /** What Azure OpenAI is shown where it has no key. */
  token: AzureOpenAiOptions['token']
}

/** What answers for a bot. A provider that is not configured fails when it is asked, and the next one answers. */
export function createModels(settings: ModelSettings, deps: FallbackDeps): (bot: Bot) => Provider {
  const { gemini, openai, azureOpenAi, apiKey, token } = settings
  const key =
    (provider: ProviderName): OpenAiOptions['apiKey'] =>
    () =>
      apiKey(provider)
  const providers: Record<ProviderName, (model: string) => Provider> = {
    gemini: createGemini({ ...gemini, apiKey: key('gemini') }),
    openai: createOpenAi({ ...openai, apiKey: key('openai') }),
    'azure-openai': createAzureOpenAi({ ...azureOpenAi, apiKey: key('azure-openai'), token }),
  }
  const toNamed = ({ provider, model }: ModelName) => ({
    name: `${provider}/${model}`,
    provider: providers[provider](model),
  })
  return (bot) => createFallback(bot.models.map(toNamed), deps)
}
