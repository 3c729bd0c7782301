// Reads the change feed of `chats`. Each chat is handled apart: what fails goes to the repair queue, and only an outage
// of the store stops the feed, which then repeats the batch without end.
import { app as functions, type InvocationContext } from '@azure/functions'
import { isEntryDocument, isFreshJob, toEntry } from '../../shared/azure/log-documents.ts'
import { feedPollDelayMs, feedRegions } from '../../shared/config.ts'
import { ChatError } from '../../shared/domain/error.ts'
import { applyChanges, byChat, type FeedWork } from '../../shared/services/feed/apply-changes.ts'
import { app, logFailure } from '../adapter/app.ts'
import { enqueue, outputsTo } from '../adapter/queues.ts'
import { logLag } from './lag.ts'

export function registerFeed(): void {
  const regions = feedRegions()
  functions.cosmosDB('on-chat-change', {
    connection: 'Cosmos',
    databaseName: '%COSMOS_DATABASE%',
    containerName: 'chats',
    leaseContainerName: 'leases',
    // The trigger's other choice, "now", forgets whatever happens before its first batch.
    startFromBeginning: true,
    maxItemsPerInvocation: 100,
    feedPollDelay: feedPollDelayMs(),
    ...(regions && { preferredLocations: regions }),
    retry: {
      strategy: 'exponentialBackoff',
      maxRetryCount: -1,
      minimumInterval: { seconds: 1 },
      maximumInterval: { minutes: 1 },
    },
    extraOutputs: outputsTo('bot-jobs', 'chat-jobs', 'repairs'),
    handler: onChatChange,
  })
}

async function onChatChange(documents: unknown[], context: InvocationContext): Promise<void> {
  logLag(app(), documents, app().time.now())
  const changed = byChat(documents.filter(isEntryDocument).map(toEntry))
  const work = await Promise.all(
    [...changed].map(async ([chatId, entries]): Promise<FeedWork> => {
      try {
        return await applyChanges(app(), chatId, entries)
      } catch (error) {
        if (error instanceof ChatError && error.code === 'unavailable') throw error
        logFailure(context, error)
        return {
          botJobs: [],
          touches: [],
          repairs: [{ chatId, from: entries[0]!.seq, through: entries.at(-1)!.seq }],
        }
      }
    }),
  )
  const begun = documents.filter(isFreshJob).map(({ chatId, jobId }) => ({ chatId, jobId }))
  enqueue(context, {
    'bot-jobs': work.flatMap((part) => part.botJobs),
    'chat-jobs': [...begun, ...work.flatMap((part) => part.touches)],
    repairs: work.flatMap((part) => part.repairs),
  })
}
