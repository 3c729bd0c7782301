// Offers as clients read and replace them, and the headers that give a new container or database its throughput.
import { z } from 'zod'
import { autoscaleThroughput, manualThroughput, type Offer, type Throughput } from '../storage/offers.ts'
import type { Call, Handler } from './call.ts'
import { badRequest } from './errors.ts'
import type { Answer } from './reply.ts'
import { header, isTrue, parseJson, type RawRequest } from './request.ts'
import { search } from './search.ts'

const offerResource = ({ id, resource, rid, throughput, most, etag, ts }: Offer) => ({
  id,
  _rid: id,
  _self: `offers/${id}/`,
  _etag: etag,
  _ts: ts,
  offerVersion: 'V2',
  offerType: 'Invalid',
  resource,
  offerResourceId: rid,
  content: {
    offerThroughput: throughput,
    offerIsRUPerMinuteThroughputEnabled: false,
    ...(most !== undefined && { offerAutopilotSettings: { maxThroughput: most } }),
  },
})

const all = ({ service }: Call) => service.offers.list().map(offerResource)

function list(found: unknown[]): Answer {
  const body = JSON.stringify({ _rid: '', Offers: found, _count: found.length })
  return { status: 200, body, headers: { 'x-ms-item-count': String(found.length) } }
}

function one(offer: Offer): Answer {
  const headers = { 'x-ms-offer-replace-pending': 'false' }
  return { status: 200, body: JSON.stringify(offerResource(offer)), etag: offer.etag, headers }
}

export const listOffers: Handler = (call) => list(all(call))

export const queryOffers: Handler = (call) => list(search(call, all(call)))

export const readOffer: Handler = ({ service, resource }) => one(service.offers.byId(resource.id!))

const offerPattern = z.object({
  content: z.object({
    offerThroughput: z.number().optional(),
    offerAutopilotSettings: z.object({ maxThroughput: z.number() }).optional(),
  }),
})

export const replaceOffer: Handler = ({ service, resource, request }) => {
  const parsed = offerPattern.safeParse(parseJson(request.body))
  if (!parsed.success) throw badRequest('An offer needs "content" with a throughput.')
  const { offerThroughput, offerAutopilotSettings } = parsed.data.content
  const before = service.offers.byId(resource.id!)
  const given = isTrue(header(request, 'x-ms-cosmos-migrate-offer-to-autopilot'))
    ? autoscaleThroughput(Math.max(1000, Math.ceil(before.throughput / 1000) * 1000))
    : isTrue(header(request, 'x-ms-cosmos-migrate-offer-to-manual-throughput'))
      ? manualThroughput(before.most ?? before.throughput)
      : offerAutopilotSettings
        ? autoscaleThroughput(offerAutopilotSettings.maxThroughput)
        : manualThroughput(offerThroughput)
  return one(service.offers.replace(before.id, given, header(request, 'if-match')))
}

/** The throughput a request to create something asks for. @throws CosmosError 400 */
export function askedThroughput(request: RawRequest): Throughput | undefined {
  const settings = header(request, 'x-ms-cosmos-offer-autopilot-settings')
  if (settings !== undefined) {
    const parsed = parseJson(Buffer.from(settings)) as { maxThroughput?: unknown } | null
    return autoscaleThroughput(parsed?.maxThroughput)
  }
  const throughput = header(request, 'x-ms-offer-throughput')
  return throughput === undefined ? undefined : manualThroughput(Number(throughput))
}
