// A streamed HTTP function that ends without a response. The real host leaves the request hanging; this one answers 500.
export class NoResponse extends Error {
  constructor() {
    super('The function returned no response: every HTTP handler has to return one.')
  }
}
