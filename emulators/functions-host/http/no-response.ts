// An HTTP function that ends without a response. The real host leaves a streamed request hanging; this one answers 500.
export class NoResponse extends Error {
  constructor() {
    super('The function returned no response: every HTTP handler has to return one.')
  }
}
