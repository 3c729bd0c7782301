// What each may do. `removed` was a member once; `blocked` is blocked by the owner and asks in the direct chat of the two,
// everybody else in the group; `nobody` has no token, and that of `expired` has run out.
// `messages.edit` and `messages.delete` are of a message of the member's, or of the blocked person's.
export const MATRIX = `
use-case            owner            admin            member           reader           removed          stranger         blocked          nobody           expired
attachments.create  201              201              201              forbidden        chat-not-found   chat-not-found   201              unauthorized     unauthorized
attachments.get     200              200              200              200              chat-not-found   chat-not-found   not-found        unauthorized     unauthorized
attachments.list    200              200              200              200              chat-not-found   chat-not-found   200              unauthorized     unauthorized
auth.jwks           200              200              200              200              200              200              200              200              200
auth.login          200              200              200              200              200              200              200              200              200
auth.logout         204              204              204              204              204              204              204              unauthorized     unauthorized
auth.refresh        session-expired  session-expired  session-expired  session-expired  session-expired  session-expired  session-expired  session-expired  session-expired
auth.register       201              201              201              201              201              201              201              201              201
blocks.list         200              200              200              200              200              200              200              unauthorized     unauthorized
bots.list           200              200              200              200              200              200              200              unauthorized     unauthorized
chats.create        201              201              201              201              201              201              201              unauthorized     unauthorized
chats.delete        204              forbidden        forbidden        forbidden        chat-not-found   chat-not-found   204              unauthorized     unauthorized
chats.get           200              200              200              200              chat-not-found   chat-not-found   200              unauthorized     unauthorized
chats.join          200              200              200              200              200              200              200              unauthorized     unauthorized
chats.list          200              200              200              200              200              200              200              unauthorized     unauthorized
chats.public        200              200              200              200              200              200              200              unauthorized     unauthorized
chats.update        200              200              forbidden        forbidden        chat-not-found   chat-not-found   forbidden        unauthorized     unauthorized
documents.asyncapi  200              200              200              200              200              200              200              200              200
documents.openapi   200              200              200              200              200              200              200              200              200
health              200              200              200              200              200              200              200              200              200
log.read            200              200              200              200              chat-not-found   chat-not-found   200              unauthorized     unauthorized
me.block            204              204              204              204              204              invalid-request  204              unauthorized     unauthorized
me.get              200              200              200              200              200              200              200              unauthorized     unauthorized
me.unblock          204              204              204              204              204              204              204              unauthorized     unauthorized
me.update           200              200              200              200              200              200              200              unauthorized     unauthorized
members.add         200              200              forbidden        forbidden        chat-not-found   chat-not-found   forbidden        unauthorized     unauthorized
members.list        200              200              200              200              chat-not-found   chat-not-found   200              unauthorized     unauthorized
members.remove      204              204              204              forbidden        chat-not-found   chat-not-found   forbidden        unauthorized     unauthorized
members.set         200              200              forbidden        forbidden        chat-not-found   chat-not-found   forbidden        unauthorized     unauthorized
messages.delete     200              200              200              forbidden        chat-not-found   chat-not-found   blocked          unauthorized     unauthorized
messages.edit       forbidden        forbidden        200              forbidden        chat-not-found   chat-not-found   blocked          unauthorized     unauthorized
messages.get        200              200              200              200              chat-not-found   chat-not-found   200              unauthorized     unauthorized
messages.list       200              200              200              200              chat-not-found   chat-not-found   200              unauthorized     unauthorized
messages.react      200              200              200              forbidden        chat-not-found   chat-not-found   blocked          unauthorized     unauthorized
messages.send       201              201              201              forbidden        chat-not-found   chat-not-found   blocked          unauthorized     unauthorized
messages.unreact    204              204              204              204              chat-not-found   chat-not-found   204              unauthorized     unauthorized
negotiate           200              200              200              200              200              200              200              unauthorized     unauthorized
presence.get        200              200              200              200              200              200              200              unauthorized     unauthorized
receipts.delivered  200              200              200              200              chat-not-found   chat-not-found   200              unauthorized     unauthorized
receipts.list       200              200              200              200              chat-not-found   chat-not-found   200              unauthorized     unauthorized
receipts.read       200              200              200              200              chat-not-found   chat-not-found   200              unauthorized     unauthorized
reports.create      201              201              201              201              chat-not-found   chat-not-found   201              unauthorized     unauthorized
reports.list        forbidden        forbidden        forbidden        forbidden        forbidden        forbidden        forbidden        unauthorized     unauthorized
runs.get            200              200              200              200              chat-not-found   chat-not-found   not-found        unauthorized     unauthorized
runs.regenerate     201              201              201              forbidden        chat-not-found   chat-not-found   not-found        unauthorized     unauthorized
runs.stop           200              200              200              forbidden        chat-not-found   chat-not-found   not-found        unauthorized     unauthorized
settings.get        200              200              200              200              200              200              200              unauthorized     unauthorized
settings.update     200              200              200              200              200              200              200              unauthorized     unauthorized
sync                200              200              200              200              200              200              200              unauthorized     unauthorized
typing              200              200              200              forbidden        chat-not-found   chat-not-found   blocked          unauthorized     unauthorized
users.get           200              200              200              200              200              200              200              unauthorized     unauthorized
users.search        200              200              200              200              200              200              200              unauthorized     unauthorized
`
