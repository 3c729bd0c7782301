// A function for each level of access.
import { app } from '@azure/functions'

app.http('open', { authLevel: 'anonymous', handler: () => ({ body: 'open' }) })
app.http('guarded', { authLevel: 'function', handler: () => ({ body: 'guarded' }) })
app.http('other', { authLevel: 'function', handler: () => ({ body: 'other' }) })
app.http('chief', { authLevel: 'admin', handler: () => ({ body: 'chief' }) })
app.timer('tick', { schedule: '0 0 0 1 1 *', handler: (_timer, context) => context.log('ticked') })
app.http('retired', { authLevel: 'function', handler: () => ({ body: 'retired' }) })
