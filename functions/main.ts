// The app's entry: every use case once, served over REST and over the socket, and the functions behind them.

import { standsBy } from '../shared/config.ts'
import { registerHttp } from './adapter/http.ts'
import { serve } from './adapter/served.ts'
import { registerRunBot } from './bots/run-bot.ts'
import { syncEndpoint } from './events/sync.ts'
import { typingEndpoint } from './events/typing.ts'
import { registerEvents } from './events/web-pubsub.ts'
import { registerFeed } from './feed/on-chat-change.ts'
import { registerRepair } from './feed/repair.ts'
import { addMembersEndpoint } from './http/add-members.ts'
import { asyncapiEndpoint } from './http/asyncapi.ts'
import { blockUserEndpoint } from './http/block-user.ts'
import { clearMessagesEndpoint } from './http/clear-messages.ts'
import { configureBotEndpoint } from './http/configure-bot.ts'
import { createAttachmentEndpoint } from './http/create-attachment.ts'
import { createChatEndpoint } from './http/create-chat.ts'
import { createReportEndpoint } from './http/create-report.ts'
import { deleteChatEndpoint } from './http/delete-chat.ts'
import { deleteMessageEndpoint } from './http/delete-message.ts'
import { editMessageEndpoint } from './http/edit-message.ts'
import { getAttachmentEndpoint } from './http/get-attachment.ts'
import { getChatEndpoint } from './http/get-chat.ts'
import { getMeEndpoint } from './http/get-me.ts'
import { getMessageEndpoint } from './http/get-message.ts'
import { getPresenceEndpoint } from './http/get-presence.ts'
import { getRunEndpoint } from './http/get-run.ts'
import { getSettingsEndpoint } from './http/get-settings.ts'
import { getUserEndpoint } from './http/get-user.ts'
import { healthEndpoint } from './http/health.ts'
import { joinChatEndpoint } from './http/join-chat.ts'
import { jwksEndpoint } from './http/jwks.ts'
import { listAttachmentsEndpoint } from './http/list-attachments.ts'
import { listBlocksEndpoint } from './http/list-blocks.ts'
import { listBotsEndpoint } from './http/list-bots.ts'
import { listChatsEndpoint } from './http/list-chats.ts'
import { listMembersEndpoint } from './http/list-members.ts'
import { listMessagesEndpoint } from './http/list-messages.ts'
import { listPublicChatsEndpoint } from './http/list-public-chats.ts'
import { listReceiptsEndpoint } from './http/list-receipts.ts'
import { listReportsEndpoint } from './http/list-reports.ts'
import { loginEndpoint } from './http/login.ts'
import { logoutEndpoint } from './http/logout.ts'
import { markDeliveredEndpoint } from './http/mark-delivered.ts'
import { markReadEndpoint } from './http/mark-read.ts'
import { negotiateEndpoint } from './http/negotiate.ts'
import { openapiEndpoint } from './http/openapi.ts'
import { reactEndpoint } from './http/react.ts'
import { readLogEndpoint } from './http/read-log.ts'
import { refreshEndpoint } from './http/refresh.ts'
import { regenerateEndpoint } from './http/regenerate.ts'
import { registerEndpoint } from './http/register.ts'
import { removeMemberEndpoint } from './http/remove-member.ts'
import { searchEndpoint } from './http/search.ts'
import { searchMessagesEndpoint } from './http/search-messages.ts'
import { searchUsersEndpoint } from './http/search-users.ts'
import { sendMessageEndpoint } from './http/send-message.ts'
import { setMemberEndpoint } from './http/set-member.ts'
import { stopRunEndpoint } from './http/stop-run.ts'
import { unblockUserEndpoint } from './http/unblock-user.ts'
import { unreactEndpoint } from './http/unreact.ts'
import { updateChatEndpoint } from './http/update-chat.ts'
import { updateMeEndpoint } from './http/update-me.ts'
import { updateSettingsEndpoint } from './http/update-settings.ts'
import { registerChatJobs } from './jobs/work-chat-job.ts'
import { registerMcp } from './mcp/mcp.ts'
import { registerRescueRuns } from './timers/rescue-runs.ts'
import { registerChatJobTimer } from './timers/resume-chat-jobs.ts'
import { registerSweepAttachments } from './timers/sweep-attachments.ts'

const endpoints = [
  registerEndpoint,
  loginEndpoint,
  refreshEndpoint,
  logoutEndpoint,
  jwksEndpoint,
  negotiateEndpoint,
  healthEndpoint,
  getMeEndpoint,
  getUserEndpoint,
  updateMeEndpoint,
  searchUsersEndpoint,
  getSettingsEndpoint,
  updateSettingsEndpoint,
  blockUserEndpoint,
  unblockUserEndpoint,
  listBlocksEndpoint,
  createReportEndpoint,
  listReportsEndpoint,
  getPresenceEndpoint,
  typingEndpoint,
  createChatEndpoint,
  listChatsEndpoint,
  listPublicChatsEndpoint,
  joinChatEndpoint,
  getChatEndpoint,
  updateChatEndpoint,
  deleteChatEndpoint,
  listMembersEndpoint,
  addMembersEndpoint,
  setMemberEndpoint,
  removeMemberEndpoint,
  sendMessageEndpoint,
  listMessagesEndpoint,
  getMessageEndpoint,
  editMessageEndpoint,
  deleteMessageEndpoint,
  reactEndpoint,
  unreactEndpoint,
  clearMessagesEndpoint,
  searchMessagesEndpoint,
  searchEndpoint,
  readLogEndpoint,
  markReadEndpoint,
  markDeliveredEndpoint,
  listReceiptsEndpoint,
  createAttachmentEndpoint,
  listAttachmentsEndpoint,
  getAttachmentEndpoint,
  listBotsEndpoint,
  configureBotEndpoint,
  getRunEndpoint,
  stopRunEndpoint,
  regenerateEndpoint,
  syncEndpoint,
  openapiEndpoint,
  asyncapiEndpoint,
]

serve(endpoints)
for (const endpoint of endpoints) registerHttp(endpoint)
registerMcp()
registerEvents(endpoints)
// Of two apps on one database one reads feed and queues; the other stands by and answers requests.
if (!standsBy()) {
  registerFeed()
  registerRepair()
  registerChatJobs()
  registerChatJobTimer()
  registerRunBot()
  registerSweepAttachments()
  registerRescueRuns()
}
